#include "engine/store/adopt.h"

#include "engine/format/file_limits.h"
#include "engine/format/part_name.h"
#include "engine/store/create_table.h"
#include "engine/store/folder_tree.h"
#include "engine/store/table_schema.h"
#include "engine/table/replacing.h"
#include "engine/table/table.h"

namespace ch::storage {

namespace {

constexpr const char* kChecksumsFile = "checksums.txt";

ContentHash hash_of(const io::FileSystem& files, const std::string& path) {
    return content_hash(as_bytes(io::read_small_file(files, path, format::kSmallFileBytesMax)));
}

PartRecord record_of(const io::FileSystem& files, const part::Part& part) {
    if (!part.folder().has_checksums())
        throw Error(ErrorCode::Unsupported,
                    "the part has no checksums.txt; run OPTIMIZE TABLE ... FINAL in ClickHouse",
                    part.path());
    PartRecord record;
    record.name = part.name();
    record.rows = part.rows();
    record.bytes = part.bytes_on_disk();
    record.schema_id = 1;
    record.checksums_hash = hash_of(files, part.path() + "/" + kChecksumsFile);
    for (const io::DirectoryEntry& entry : part.folder().entries()) {
        const bool is_listed = part.folder().checksums().find(entry.name) != nullptr;
        if (entry.kind != io::EntryKind::File || is_listed || entry.name == kChecksumsFile)
            continue;
        record.unlisted.push_back({entry.name, hash_of(files, part.path() + "/" + entry.name)});
    }
    return record;
}

}  // namespace

AdoptReport adopt_table(Database& database, const std::string& folder, const TableName& name,
                        const std::shared_ptr<BufferPool>& pool) {
    const auto plain = table::Table::open(database.shared_files(), folder, nullptr, pool);
    if (!plain->broken_parts().empty())
        throw Error(ErrorCode::Corrupt,
                    "part " + plain->broken_parts()[0].name +
                        " is broken: " + plain->broken_parts()[0].error,
                    folder);
    if (table::replacing_columns(plain->schema().engine))
        throw Error(ErrorCode::Unsupported,
                    "a table that replaces rows cannot be adopted: the versions of its rows are "
                    "not known without reading them; import it instead",
                    folder);
    std::shared_ptr<latch::Pin> pin = database.pin_creation();
    Transaction transaction = database.begin();
    transaction.hold(pin);
    if (transaction.base().databases.count(name.database) == 0)
        transaction.create_database(database.new_id(), name.database);
    const TableId table = database.new_id();
    const std::string made = database.make_table_folder(name, table);
    transaction.create_table(table, name, made, schema_version(plain->schema()));
    AdoptReport report;
    for (const auto& part : plain->parts()) {
        NewPart taken;
        taken.partition_id = format::PartName::parse(part->name())->partition_id;
        taken.record = record_of(database.files(), *part);
        taken.folder = database.root() + "/" + made + "/tmp_adopt_" + part->name();
        link_tree(database.files(), part->path(), taken.folder);
        ++report.parts;
        report.rows += taken.record.rows;
        report.bytes += taken.record.bytes;
        transaction.add_part(table, std::move(taken));
    }
    require_published(database.commit(transaction), "adopting " + folder);
    return report;
}

}  // namespace ch::storage
