#include "engine/store/test_root.h"

#include <algorithm>

#include "engine/format/part_name.h"

namespace ch::storage {

namespace {

constexpr size_t kContentBytesMin = 1100;
constexpr uint64_t kContentBytesMax = 4096;
constexpr const char* kFiles[] = {"data.bin", "checksums.txt"};

std::string content_of(uint64_t rows, const char* file) {
    const std::string line = std::string(file) + " of " + std::to_string(rows) + " rows\n";
    std::string content;
    while (content.size() < kContentBytesMin) content += line;
    return content;
}

// More than two sectors, so that a torn write leaves a part of it.
SchemaVersion two_columns() {
    SchemaVersion schema;
    schema.columns = {{1, "k", "UInt64", "", "", "", ""}, {2, "v", "String", "", "", "", ""}};
    schema.sorting_key = {"k"};
    return schema;
}

}  // namespace

TestRoot::TestRoot(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
                   uint64_t checkpoint_versions, bool create)
    : random_(std::make_shared<uint64_t>(seed << 32)) {
    DatabaseOptions chosen = options(seed, checkpoint_versions);
    chosen.create = create;
    database_ = Database::open(std::move(files), root, std::move(chosen));
}

TestRoot::TestRoot(std::shared_ptr<io::FileSystem> files, const std::string& root, uint64_t seed,
                   std::unique_ptr<latch::LatchStore> latch, uint64_t checkpoint_versions)
    : random_(std::make_shared<uint64_t>(seed << 32)),
      database_(std::make_shared<Database>(std::move(files), root, std::move(latch),
                                           options(seed, checkpoint_versions))) {}

DatabaseOptions TestRoot::options(uint64_t seed, uint64_t checkpoint_versions) {
    DatabaseOptions options;
    options.sync_threads = 1;
    options.checkpoint_versions = checkpoint_versions;
    options.note = "process " + std::to_string(seed);
    options.now_ms = [this] { return now_ms; };
    options.random = [random = random_] { return *random += 2; };
    return options;
}

NewPart TestRoot::write_part(const TableState& table, uint64_t epoch, uint64_t rows,
                             const latch::Pin* pin) {
    NewPart part;
    part.folder = database_->new_part_folder(table.folder, epoch, pin);
    part.partition_id = "all";
    part.record.rows = rows;
    part.record.schema_id = table.schema().id;
    for (const char* name : kFiles) {
        const std::string content = content_of(rows, name);
        part.unsynced.push_back(database_->files().create(part.folder + "/" + name));
        part.unsynced.back()->append(as_bytes(content));
        part.record.bytes += content.size();
    }
    part.record.checksums_hash = content_hash(as_bytes(content_of(rows, kFiles[1])));
    return part;
}

TableId TestRoot::create_table(const std::string& database, const std::string& table) {
    Transaction transaction = database_->begin();
    transaction.hold(database_->pin_creation());
    if (transaction.base().databases.count(database) == 0)
        transaction.create_database(database_->new_id(), database);
    const TableId id = database_->new_id();
    const TableName name{database, table};
    transaction.create_table(id, name, database_->make_table_folder(name, id), two_columns());
    return std::holds_alternative<latch::Published>(database_->commit(transaction)) ? id : 0;
}

CommitOutcome TestRoot::insert_into(const std::vector<TableId>& tables, uint64_t rows,
                                    const WriteLatch& latch) {
    Transaction transaction = database_->begin();
    transaction.use(latch);
    for (TableId table : tables) {
        std::shared_ptr<const TableState> found = transaction.base().find(table);
        transaction.add_part(table, write_part(*found, transaction.base().epoch(table), rows));
    }
    return database_->commit(transaction);
}

uint64_t TestRoot::insert(TableId table, uint64_t rows) {
    std::optional<WriteLatch> latch = database_->lock({table}, latch::LatchMode::Writer, 0);
    if (!latch) return 0;
    return std::holds_alternative<latch::Published>(insert_into({table}, rows, *latch)) ? 1 : 0;
}

bool TestRoot::merge(TableId table) {
    std::shared_ptr<latch::Pin> pin = database_->pin_merge(table);
    Transaction transaction = database_->begin();
    transaction.hold(pin);
    transaction.set_merge(table);
    std::shared_ptr<const TableState> found = transaction.base().find(table);
    uint64_t first = UINT64_MAX, last = 0;
    uint32_t level = 0;
    for (const auto& part : found->parts) {
        const format::PartName name = *format::PartName::parse(part->record.name);
        first = std::min(first, name.min_block);
        last = std::max(last, name.max_block);
        level = std::max(level, name.level);
        transaction.retire_part(table, part->record.name);
    }
    NewPart merged = write_part(*found, 0, found->rows, pin.get());
    merged.record.name = format::PartName{"all", first, last, level + 1, 0}.text();
    transaction.add_part(table, std::move(merged));
    return std::holds_alternative<latch::Published>(database_->commit(transaction));
}

bool TestRoot::truncate(TableId table) {
    std::optional<WriteLatch> latch = database_->lock({table}, latch::LatchMode::Schema, 0);
    if (!latch) return false;
    Transaction transaction = database_->begin();
    transaction.use(*latch);
    transaction.truncate(table);
    return std::holds_alternative<latch::Published>(database_->commit(transaction));
}

bool TestRoot::drop(TableId table) {
    std::optional<WriteLatch> latch = database_->lock({table}, latch::LatchMode::Schema, 0);
    if (!latch) return false;
    Transaction transaction = database_->begin();
    transaction.use(*latch);
    transaction.drop_table(table);
    return std::holds_alternative<latch::Published>(database_->commit(transaction));
}

std::string TestRoot::check() {
    return check(*database_->newest());
}

std::string TestRoot::check(const State& state) {
    const io::FileSystem& files = database_->files();
    for (const auto& [id, table] : state.tables) {
        const std::string folder = database_->root() + "/" + table->folder;
        try {
            if (io::read_small_file(files, folder + "/format_version.txt", 9) != "1")
                return folder + "/format_version.txt is damaged";
            for (const auto& part : table->parts)
                for (const char* name : kFiles) {
                    const std::string path = folder + "/" + part->record.name + "/" + name;
                    if (io::read_small_file(files, path, kContentBytesMax) !=
                        content_of(part->record.rows, name))
                        return path + " is damaged";
                }
        } catch (const Error& error) {
            return error.what();
        }
    }
    return {};
}

}  // namespace ch::storage
