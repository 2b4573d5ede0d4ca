#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/format/stream_name.h"
#include "engine/store/open_table.h"
#include "engine/table/table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/read_table.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;

struct ListedTable {
    std::string name;
    std::string engine;
    uint64_t parts = 0;
    uint64_t rows = 0;
    uint64_t bytes = 0;
    std::string error;
};

ListedTable look_at(const CommandContext& context, const std::string& path, std::string name) {
    ListedTable listed;
    listed.name = std::move(name);
    try {
        auto table = open_table(context, path);
        listed.engine = table->schema().engine;
        listed.parts = table->parts().size();
        for (const auto& part : table->parts()) {
            listed.rows += part->rows();
            listed.bytes += part->bytes_on_disk();
        }
        if (!table->broken_parts().empty())
            listed.error = count_text(table->broken_parts().size()) + " broken parts; see ch parts";
    } catch (const Error& error) {
        listed.error = error.what();
    }
    return listed;
}

/// The path of what has that name, spelt so that it cannot be taken for an escaped one.
std::string below(const std::string& path, const std::string& name) {
    return path + "/" + format::escape_for_file_name(name);
}

/// The names that stand below: those of the store's version where there is one.
std::vector<std::string> names_below(const CommandContext& context, const std::string& path,
                                     bool is_root) {
    const storage::ReadPoint point = read_point(context);
    auto names = is_root ? storage::list_databases(context.files, path, point)
                         : storage::list_tables(context.files, path, point);
    if (names) return *names;
    return is_root ? table::list_databases(*context.files, path)
                   : table::list_tables(*context.files, path);
}

/// A ClickHouse data path, or the data/ folder of one: what stands below are databases.
bool is_root(const io::FileSystem& files, const std::string& path) {
    return storage::is_store(files, path) ||
           files.kind(path + "/metadata") == io::EntryKind::Folder ||
           files.kind(path + "/../metadata") == io::EntryKind::Folder;
}

void list_root(const CommandContext& context, const std::string& path) {
    nlohmann::ordered_json document = nlohmann::ordered_json::array();
    TablePrinter printer({{"DATABASE"}, {"TABLES", Align::Right}});
    for (const std::string& name : names_below(context, path, true)) {
        const size_t tables = names_below(context, below(path, name), false).size();
        printer.add({printable(name), count_text(tables)});
        document.push_back({{"database", name}, {"tables", tables}});
    }
    if (context.as_json) return write_json({{"databases", document}});
    write_output(printer.text());
}

void list_database(const CommandContext& context, const std::string& path) {
    const std::vector<std::string> names = names_below(context, path, false);
    for (const std::string& name : names)
        if (context.files->kind(path + "/" + name + "/columns.txt") == io::EntryKind::File)
            throw Error(ErrorCode::InvalidArgument,
                        "this is a table, expected a root or a database; ch parts lists its parts",
                        path);
    nlohmann::ordered_json document = nlohmann::ordered_json::array();
    TablePrinter printer({{"TABLE"},
                          {"ENGINE"},
                          {"PARTS", Align::Right},
                          {"ROWS", Align::Right},
                          {"ON DISK", Align::Right},
                          {"ERROR"}});
    for (const std::string& name : names) {
        const ListedTable listed = look_at(context, below(path, name), name);
        printer.add({printable(listed.name), printable(listed.engine), count_text(listed.parts),
                     count_text(listed.rows), bytes_text(listed.bytes), printable(listed.error)});
        nlohmann::ordered_json entry = {{"table", listed.name},
                                        {"engine", listed.engine},
                                        {"parts", listed.parts},
                                        {"rows", listed.rows},
                                        {"bytes_on_disk", listed.bytes}};
        if (!listed.error.empty()) entry["error"] = listed.error;
        document.push_back(std::move(entry));
    }
    if (context.as_json) return write_json({{"tables", document}});
    write_output(printer.text());
}

}  // namespace

bool run_ls(const CommandContext& context, const std::string& given) {
    std::string path = given;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (is_root(*context.files, path))
        list_root(context, path);
    else
        list_database(context, path);
    return true;
}

}  // namespace ch::tools
