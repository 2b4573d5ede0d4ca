#include "engine/store/export_table.h"

#include "engine/store/create_text.h"
#include "engine/store/folder_tree.h"
#include "engine/store/part_rows.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

namespace {

/// The part's rows under today's definition; those that are hidden too, as ClickHouse hides them.
uint64_t rewrite_part(Database& database, const WriteLayout& layout, const table::Table& table,
                      size_t number, const std::string& to,
                      const std::shared_ptr<BufferPool>& pool) {
    const std::shared_ptr<const part::Part>& part = table.parts()[number];
    part::PartSpec spec = layout.spec;
    spec.sync = true;
    if (!spec.partition_types.empty())
        spec.partition_values = part->partition_values(spec.partition_types).value();
    database.files().make_folder(to);
    part::PartWriter writer(database.files(), to, std::move(spec), pool);
    const auto scan = scan_part(table, number, layout, false, pool);
    while (std::optional<column::Block> block = scan->next()) writer.append(*block);
    const uint64_t bytes = writer.finish().bytes;
    database.files().sync_folder(to);
    return bytes;
}

}  // namespace

ExportReport export_table(const std::shared_ptr<Database>& database, const Snapshot& snapshot,
                          const TableName& name, const std::string& to,
                          const std::shared_ptr<BufferPool>& pool) {
    const std::shared_ptr<const TableState> state = snapshot.state->find(name.database, name.table);
    const auto opened = open_table(database, snapshot, name.database, name.table, nullptr, pool);
    if (!opened->broken_parts().empty())
        throw Error(ErrorCode::Corrupt, "part " + opened->broken_parts()[0].name +
                                            " is broken: " + opened->broken_parts()[0].error);
    io::FileSystem& files = database->files();
    if (!files.make_folder(to))
        throw Error(ErrorCode::InvalidArgument, "the folder is there already; expected a new one",
                    to);
    ExportReport report;
    for (size_t i = 0; i < opened->parts().size(); ++i) {
        const part::Part& part = *opened->parts()[i];
        const std::string target = to + "/" + part.name();
        ++report.parts;
        if (opened->views()[i].stored_names.empty()) {
            link_tree(files, part.path(), target);
            report.bytes += part.bytes_on_disk();
            continue;
        }
        const WriteLayout layout = make_write_layout(state->schema());
        report.bytes += rewrite_part(*database, layout, *opened, i, target, pool);
        ++report.rewritten;
    }
    files.make_folder(to + "/detached");
    io::write_small_file(files, to + "/format_version.txt", as_bytes("1"));
    io::write_small_file(files, to + "/table.sql", as_bytes(create_text(*state)));
    files.sync_folder(to);
    return report;
}

}  // namespace ch::storage
