#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/table/create_query.h"
#include "engine/table/location.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/column_storage.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/progress.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;

std::string joined(const std::vector<std::string>& texts, const char* separator) {
    std::string result;
    for (const std::string& text : texts) (result += result.empty() ? "" : separator) += text;
    return result;
}

const char* kind_text(const part::Part& part) {
    return part.kind() == part::PartKind::Wide ? "Wide" : "Compact";
}

struct FileSize {
    std::string name;
    uint64_t bytes = 0;
    bool is_listed = false;  // in checksums.txt
};

std::vector<FileSize> files_of(const part::Part& part) {
    std::vector<FileSize> files;
    for (const io::DirectoryEntry& entry : part.folder().entries())
        if (entry.kind == io::EntryKind::File)
            files.push_back({entry.name, part.folder().file_bytes(entry.name),
                             part.folder().checksums().find(entry.name) != nullptr});
    return files;
}

void write_document(const part::Part& part, const std::vector<ColumnStorage>& columns) {
    nlohmann::ordered_json column_list = nlohmann::ordered_json::array();
    for (const ColumnStorage& column : columns)
        column_list.push_back({{"name", column.name},
                               {"type", column.type},
                               {"sparse", column.sparse},
                               {"codecs", column.codecs},
                               {"compressed_bytes", column.compressed_bytes},
                               {"uncompressed_bytes", column.uncompressed_bytes},
                               {"streams", column.streams}});
    nlohmann::ordered_json file_list = nlohmann::ordered_json::array();
    for (const FileSize& file : files_of(part))
        file_list.push_back(
            {{"name", file.name}, {"bytes", file.bytes}, {"has_checksum", file.is_listed}});
    write_json({{"name", part.name()},
                {"path", part.path()},
                {"kind", kind_text(part)},
                {"rows", part.rows()},
                {"granules", part.granules().count()},
                {"marks", part.marks_kind().extension()},
                {"has_final_mark", part.granules().has_final_mark},
                {"bytes_on_disk", part.bytes_on_disk()},
                {"columns", column_list},
                {"files", file_list}});
}

std::string text_of(const part::Part& part, const std::vector<ColumnStorage>& columns) {
    TablePrinter column_table({{"COLUMN"},
                               {"TYPE"},
                               {"STORED"},
                               {"CODECS"},
                               {"COMPRESSED", Align::Right},
                               {"PLAIN", Align::Right},
                               {"RATIO", Align::Right},
                               {"STREAMS"}});
    for (const ColumnStorage& column : columns)
        column_table.add({printable(column.name), printable(column.type),
                          column.sparse ? "sparse" : "dense", joined(column.codecs, " | "),
                          bytes_text(column.compressed_bytes),
                          bytes_text(column.uncompressed_bytes),
                          ratio_text(column.uncompressed_bytes, column.compressed_bytes),
                          joined(column.streams, " ")});
    TablePrinter file_table({{"FILE"}, {"SIZE", Align::Right}, {"CHECKSUM"}});
    for (const FileSize& file : files_of(part))
        file_table.add(
            {printable(file.name), bytes_text(file.bytes), file.is_listed ? "yes" : "no"});
    return part.name() + ": " + kind_text(part) + ", " + count_text(part.rows()) + " rows in " +
           count_text(part.granules().count()) + " granules, marks " +
           part.marks_kind().extension() + (part.granules().has_final_mark ? " with" : " without") +
           " final mark, " + bytes_text(part.bytes_on_disk()) + "\n\n" + column_table.text() +
           '\n' + file_table.text();
}

bool has_plain_marks(const io::FileSystem& files, const std::string& part_path) {
    const std::vector<io::DirectoryEntry> entries = files.list(part_path);
    return std::any_of(entries.begin(), entries.end(), [](const io::DirectoryEntry& entry) {
        return entry.name.ends_with(".mrk");
    });
}

/// .mrk files do not tell a granule's rows: the setting of the table whose folder the part is in,
/// if one is found there, else ClickHouse's default.
uint64_t index_granularity(const io::FileSystem& files, const std::string& part_path) {
    const table::TableSchema unknown;
    if (!has_plain_marks(files, part_path)) return unknown.index_granularity;
    std::filesystem::path table =
        std::filesystem::path(part_path + "/").parent_path().parent_path();
    if (table.filename() == "detached") table = table.parent_path();
    table::TableLocation found;
    try {
        found = table::locate_table(files, table.empty() ? "." : table.string());
        if (found.create_sql.empty()) return unknown.index_granularity;
        return table::parse_create_query(found.create_sql).schema.index_granularity;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::NotFound) return unknown.index_granularity;
        throw error.path().empty() ? error.with_path(found.create_path) : error;
    }
}

}  // namespace

bool run_inspect(const CommandContext& context, const std::string& path) {
    auto part = part::Part::open(context.files, path,
                                 {index_granularity(*context.files, path), context.pool});
    std::vector<ColumnStorage> columns;
    Progress progress(context.show_progress, "inspecting", "columns", part->columns().size());
    for (size_t i = 0; i < part->columns().size(); ++i) {
        columns.push_back(inspect_column(*part, i));
        progress.advance(1);
    }
    if (context.as_json)
        write_document(*part, columns);
    else
        write_output(text_of(*part, columns));
    return true;
}

}  // namespace ch::tools
