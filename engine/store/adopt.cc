#include "engine/store/adopt.h"

#include <map>
#include <optional>
#include <vector>

#include "engine/format/file_limits.h"
#include "engine/format/part_name.h"
#include "engine/store/create_table.h"
#include "engine/store/folder_tree.h"
#include "engine/store/newest_rows.h"
#include "engine/store/part_record.h"
#include "engine/store/part_rows.h"
#include "engine/store/sorted_merge.h"
#include "engine/store/table_schema.h"
#include "engine/store/write_layout.h"
#include "engine/table/replacing.h"
#include "engine/table/table.h"

namespace ch::storage {

namespace {

constexpr const char* kChecksumsFile = "checksums.txt";
/// Versions of rows that the store makes are times; half of the numbers are above any of these.
constexpr uint64_t kVersionMax = UINT64_MAX / 2;

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

NewPart linked(Database& database, const part::Part& part, const std::string& table_folder) {
    NewPart taken;
    taken.partition_id = format::PartName::parse(part.name())->partition_id;
    taken.record = record_of(database.files(), part);
    taken.folder = database.root() + "/" + table_folder + "/tmp_adopt_" + part.name();
    link_tree(database.files(), part.path(), taken.folder);
    return taken;
}

/// A table that replaces rows, one new part a partition: the store has to know of each part the
/// versions of its rows and which of them count, and that takes reading them all.
class Merged {
public:
    Merged(Database& database, const table::Table& plain, std::string table_folder,
           std::shared_ptr<BufferPool> pool)
        : database_(database),
          plain_(plain),
          table_folder_(std::move(table_folder)),
          schema_(schema_version(plain.schema())),
          layout_(make_write_layout(schema_)),
          pool_(std::move(pool)) {}

    std::vector<NewPart> parts() {
        std::map<std::string, std::vector<size_t>> partitions;
        for (size_t i = 0; i < plain_.parts().size(); ++i)
            if (plain_.parts()[i]->rows() > 0)
                partitions[format::PartName::parse(plain_.parts()[i]->name())->partition_id]
                    .push_back(i);
        std::vector<NewPart> parts;
        for (const auto& [id, numbers] : partitions)
            if (std::optional<NewPart> part = merged(numbers)) parts.push_back(std::move(*part));
        return parts;
    }

private:
    // Nothing where every row is deleted.
    std::optional<NewPart> merged(const std::vector<size_t>& numbers) {
        std::vector<std::unique_ptr<table::Scan>> scans;
        for (const size_t number : numbers)
            scans.push_back(scan_part(plain_, number, layout_, false, pool_));
        part::PartSpec spec = layout_.spec;
        if (!spec.partition_types.empty())
            spec.partition_values =
                plain_.parts()[numbers.front()]->partition_values(spec.partition_types).value();
        const std::string folder = database_.new_part_folder(table_folder_, 0);
        part::PartWriter writer(database_.files(), folder, std::move(spec), pool_);
        SortedMerge rows(std::move(scans), layout_.spec.sorting_key, pool_);
        NewestRows newest(layout_, pool_);
        uint64_t written = 0;
        auto write = [&](const column::Block& block) {
            written += block.rows;
            if (block.rows > 0) writer.append(block);
        };
        while (std::optional<column::Block> block = rows.next()) write(newest.add(*block));
        write(newest.finish());
        if (written == 0) return std::nullopt;
        if (newest.max_version() > kVersionMax)
            throw Error(ErrorCode::Unsupported,
                        "column " + layout_.replacing->version + " has the value " +
                            std::to_string(newest.max_version()) +
                            ", and rows to come need greater ones; at most " +
                            std::to_string(kVersionMax) + " can be adopted",
                        plain_.path());
        NewPart part = describe_part(layout_, 1, folder, writer.finish());
        part.record.min_commit_ts = newest.min_version();
        part.record.max_commit_ts = newest.max_version();
        return part;
    }

    Database& database_;
    const table::Table& plain_;
    const std::string table_folder_;
    const SchemaVersion schema_;
    const WriteLayout layout_;
    const std::shared_ptr<BufferPool> pool_;
};

void add(Transaction& transaction, TableId table, NewPart part, AdoptReport& report) {
    ++report.parts;
    report.rows += part.record.rows;
    report.bytes += part.record.bytes;
    transaction.add_part(table, std::move(part));
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
    std::shared_ptr<latch::Pin> pin = database.pin_creation();
    Transaction transaction = database.begin();
    transaction.hold(pin);
    if (transaction.base().databases.count(name.database) == 0)
        transaction.create_database(database.new_id(), name.database);
    const TableId table = database.new_id();
    const std::string made = database.make_table_folder(name, table);
    transaction.create_table(table, name, made, schema_version(plain->schema()));
    AdoptReport report;
    if (table::replacing_columns(plain->schema().engine)) {
        for (NewPart& part : Merged(database, *plain, made, pool).parts())
            add(transaction, table, std::move(part), report);
    } else {
        for (const auto& part : plain->parts())
            add(transaction, table, linked(database, *part, made), report);
    }
    require_published(database.commit(transaction), "adopting " + folder);
    return report;
}

}  // namespace ch::storage
