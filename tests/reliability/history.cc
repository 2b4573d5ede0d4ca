#include "tests/reliability/history.h"

#include <algorithm>

#include "engine/format/part_name.h"

namespace ch::reliability {

namespace {

using latch::LatchMode;
using storage::CommitOutcome;
using storage::TableId;
using storage::TestRoot;
using storage::Transaction;
using storage::WriteLatch;
using Step = std::function<void()>;

constexpr const char* kPinNote = "the books";
constexpr uint64_t kVerifierSeed = 0xfff;

void must(bool is_done) {
    if (!is_done) throw Error(ErrorCode::Bug, "a step of a history was refused");
}

void must(const CommitOutcome& outcome) {
    must(std::holds_alternative<latch::Published>(outcome));
}

WriteLatch lock(TestRoot& root, const std::vector<TableId>& tables, const Step& step) {
    std::optional<WriteLatch> latch = root.database().lock(tables, LatchMode::Writer, 0);
    must(latch.has_value());
    step();
    return std::move(*latch);
}

void create_database(TestRoot& root, const std::string& name, const Step& step) {
    Transaction transaction = root.database().begin();
    transaction.create_database(root.database().new_id(), name);
    must(root.database().commit(transaction));
    step();
}

TableId create_table(TestRoot& root, const std::string& database, const Step& step) {
    const TableId table = root.create_table(database, "t");
    must(table != 0);
    step();
    return table;
}

void insert(TestRoot& root, const std::vector<TableId>& tables, uint64_t rows,
            const WriteLatch& latch, const Step& step) {
    must(root.insert_into(tables, rows, latch));
    step();
}

void inserts(TestRoot& root, const Step& step) {
    create_database(root, "a", step);
    const TableId first = create_table(root, "a", step);
    WriteLatch latch = lock(root, {first}, step);
    insert(root, {first}, 10, latch, step);
    const TableId second = create_table(root, "b", step);
    WriteLatch other = lock(root, {second}, step);
    WriteLatch both;
    both.tokens = {latch.tokens[0], other.tokens[0]};
    insert(root, {first, second}, 20, both, step);
}

void merges(TestRoot& root, const Step& step) {
    create_database(root, "a", step);
    const TableId table = create_table(root, "a", step);
    WriteLatch latch = lock(root, {table}, step);
    insert(root, {table}, 1, latch, step);
    insert(root, {table}, 2, latch, step);
    must(root.merge(table));
    step();
    insert(root, {table}, 3, latch, step);
    must(root.merge(table));
    step();
}

void definitions(TestRoot& root, const Step& step) {
    storage::Database& database = root.database();
    create_database(root, "a", step);
    const TableId table = create_table(root, "a", step);
    WriteLatch latch = lock(root, {table}, step);
    insert(root, {table}, 1, latch, step);
    Transaction rename = database.begin();
    rename.use(latch);
    rename.rename_table(table, {"a", "renamed"});
    must(database.commit(rename));
    step();
    Transaction widen = database.begin();
    widen.use(latch);
    storage::SchemaVersion schema = widen.base().find(table)->schema();
    schema.columns.push_back({3, "w", "Int8", "", "", "", ""});
    widen.change_schema(table, schema);
    widen.set_position("source", "17");
    must(database.commit(widen));
    step();
    Transaction empty = database.begin();
    empty.use(latch);
    empty.truncate(table);
    must(database.commit(empty));
    step();
    insert(root, {table}, 4, latch, step);
    Transaction drop = database.begin();
    drop.use(latch);
    drop.drop_table(table);
    must(database.commit(drop));
    step();
}

void collections(TestRoot& root, const Step& step) {
    create_database(root, "a", step);
    const TableId table = create_table(root, "a", step);
    WriteLatch latch = lock(root, {table}, step);
    for (uint64_t round = 1; round <= 2; ++round) {
        insert(root, {table}, round, latch, step);
        insert(root, {table}, 10 * round, latch, step);
        must(root.merge(table));
        step();
        must(!root.database().collect({1000, 1}).is_busy);
        step();
    }
    must(!root.database().latch().keep(root.database().newest()->version, "kept", kPinNote));
    step();
    insert(root, {table}, 5, latch, step);
    must(!root.database().collect({1000, 0}).is_busy);
    step();
}

std::string leftovers(TestRoot& root) {
    std::shared_ptr<const storage::State> state = root.database().newest();
    const io::FileSystem& files = root.database().files();
    for (const auto& [id, table] : state->tables) {
        const std::string folder = root.database().root() + "/" + table->folder;
        for (const io::DirectoryEntry& entry : files.list(folder)) {
            const std::string path = table->folder + "/" + entry.name;
            const bool is_part = format::PartName::parse(entry.name).has_value();
            const bool is_known =
                table->find_part(entry.name) != nullptr ||
                std::any_of(state->retired.begin(), state->retired.end(),
                            [&](const storage::Retired& gone) { return gone.path == path; });
            if (entry.name.starts_with("tmp_") || (is_part && !is_known))
                return path + " is left after a collection";
        }
    }
    return {};
}

std::string go_on(TestRoot& root) {
    must(!root.database().collect({1000, 1000}).is_busy);
    if (std::string left = leftovers(root); !left.empty()) return left;
    const std::map<TableId, std::shared_ptr<const storage::TableState>> tables =
        root.database().newest()->tables;
    for (const auto& [id, table] : tables)
        if (root.insert(id, 7) != 1) return "an insert after the crash was refused";
    return root.check();
}

}  // namespace

const std::vector<History>& histories() {
    static const std::vector<History> all = {
        {"inserts", 64, inserts},
        {"merges", 3, merges},
        {"definitions", 64, definitions},
        {"collections", 4, collections},
    };
    return all;
}

std::string describe(const storage::State& state) {
    std::string text = std::to_string(state.version) + ":";
    for (const auto& [id, table] : state.tables) {
        text += " " + table->database_name + "." + table->name + "/" +
                std::to_string(table->schema().id) + "[";
        for (const auto& part : table->parts)
            text += part->record.name + "=" + std::to_string(part->record.rows) + " ";
        text += "]";
    }
    for (const auto& [source, position] : state.positions) text += source + "@" + position;
    return text;
}

Ledger record(const History& history, std::shared_ptr<io::FileSystem> files) {
    Ledger ledger;
    TestRoot root(std::move(files), kRoot, 1, history.checkpoint_versions);
    uint64_t last = 0;
    history.run(root, [&] {
        for (const uint64_t newest = root.database().newest()->version; last < newest;) {
            ++last;
            ledger.versions[last] = describe(root.database().load(last));
        }
    });
    return ledger;
}

void replay(const History& history, std::shared_ptr<io::FileSystem> files, Ledger& ledger) {
    ledger.acked_version = ledger.acked_floor = 0;
    ledger.acked_pin.clear();
    TestRoot root(std::move(files), kRoot, 1, history.checkpoint_versions);
    history.run(root, [&] {
        ledger.acked_version = root.database().newest()->version;
        ledger.acked_floor = root.database().latch().floor();
        for (const latch::PinEntry& pin : root.database().latch().pins())
            if (pin.is_kept) ledger.acked_pin = kPinNote;
    });
}

std::string verify(std::shared_ptr<io::FileSystem> files, const Ledger& ledger, bool goes_on) {
    try {
        TestRoot root(std::move(files), kRoot, kVerifierSeed, 64, ledger.acked_version == 0);
        storage::Database& database = root.database();
        std::shared_ptr<const storage::State> state = database.newest();
        if (state->version < ledger.acked_version)
            return "version " + std::to_string(ledger.acked_version) +
                   " was acknowledged, the newest is " + std::to_string(state->version);
        if (auto made = ledger.versions.find(state->version);
            state->version > 0 &&
            (made == ledger.versions.end() || made->second != describe(*state)))
            return "no version was like this: " + describe(*state);
        if (std::string wrong = root.check(*state); !wrong.empty()) return wrong;
        const uint64_t floor = database.latch().floor();
        if (floor < ledger.acked_floor) return "the floor fell to " + std::to_string(floor);
        if (floor > 0)
            if (std::string wrong = root.check(database.load(floor)); !wrong.empty())
                return "at the floor: " + wrong;
        std::string pin;
        for (const latch::PinEntry& entry : database.latch().pins())
            if (entry.is_kept) pin = entry.note;
        if (!ledger.acked_pin.empty() && pin != ledger.acked_pin) return "the kept pin is lost";
        return goes_on ? go_on(root) : std::string();
    } catch (const Error& error) {
        return error.what();
    }
}

std::string verify_honest(std::shared_ptr<io::FileSystem> files, const Ledger& ledger) {
    try {
        TestRoot root(std::move(files), kRoot, kVerifierSeed, 64, false);
        std::shared_ptr<const storage::State> state = root.database().newest();
        auto made = ledger.versions.find(state->version);
        if (state->version == 0 ||
            (made != ledger.versions.end() && made->second == describe(*state)))
            return {};
        return "no version was like this: " + describe(*state);
    } catch (const Error& error) {
        const bool is_said = error.code() == ErrorCode::Corrupt ||
                             error.code() == ErrorCode::NotFound ||
                             error.code() == ErrorCode::Unsupported;
        return is_said && !error.path().empty() ? std::string() : error.what();
    }
}

}  // namespace ch::reliability
