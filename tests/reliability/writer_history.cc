#include "tests/reliability/writer_history.h"

#include <algorithm>
#include <set>

#include "engine/store/create_table.h"

namespace ch::reliability {

namespace {

using storage::TestRow;
using storage::TestRows;

constexpr const char* kRoot = "/w";
constexpr const char* kNothing = "t: p:";
constexpr uint64_t kReaderSeed = 0xfff;
constexpr int kSteps = 14;
constexpr uint64_t kKeys = 24;

}  // namespace

std::string leftovers(storage::Database& database) {
    std::shared_ptr<const storage::State> state = database.newest();
    std::set<std::string> known;
    for (const auto& [id, table] : state->tables) {
        for (const auto& part : table->parts) known.insert(table->folder + "/" + part->record.name);
        for (const auto& [part, bitmap] : table->bitmaps)
            known.insert(".ch/visible/" + bitmap->record.file);
    }
    for (const storage::Retired& gone : state->retired) known.insert(gone.path);
    std::vector<std::string> folders = {".ch/visible"};
    for (const auto& [id, table] : state->tables) folders.push_back(table->folder);
    for (const std::string& folder : folders)
        for (const io::DirectoryEntry& entry :
             database.files().list(database.root() + "/" + folder)) {
            const std::string path = folder + "/" + entry.name;
            const bool is_ours = folder == ".ch/visible" || entry.name.starts_with("tmp_") ||
                                 entry.name.find('_') != std::string::npos;
            if (is_ours && entry.name != "format_version.txt" && entry.name != "table_id" &&
                known.count(path) == 0)
                return path + " is left after a collection";
        }
    return {};
}

WriterHistory::WriterHistory(std::shared_ptr<io::FileSystem> files, uint64_t seed, Plant plant)
    : files_(std::move(files)),
      random_(seed),
      plant_(plant),
      acked_(kNothing),
      pending_(kNothing) {}

std::string WriterHistory::text() const {
    return "t:" + model_.text() + " p:" + plain_model_.text();
}

void WriterHistory::acknowledge() {
    acked_ = pending_ = text();
    acked_version_ = rows_->database()->newest()->version;
}

void WriterHistory::run() {
    rows_ = std::make_unique<TestRows>(files_, kRoot, 1);
    table_ = rows_->create("t", true, random_() % 2 == 0 ? "k % 2" : "");
    plain_ = rows_->create("p", false, "");
    acknowledge();
    for (int i = 0; i < kSteps; ++i) {
        step();
        acknowledge();
        if (i == kSteps / 2) plant_bitmap();
        if (i == kSteps / 2) plant_folder();
    }
}

void WriterHistory::step() {
    rows_->now_ms += random_() % 3;
    rows_->writes_bitmaps = random_() % 4 > 0;
    switch (random_() % 8) {
        case 0:
        case 1:
            return merge();
        case 2:
            static_cast<void>(rows_->database()->collect({1000, 2}));
            return;
        case 3:
            return insert(plain_, false);
        default:
            return insert(table_, true);
    }
}

void WriterHistory::insert(storage::TableId table, bool replaces) {
    std::vector<TestRow> rows;
    for (uint64_t i = 0; i < 1 + random_() % 8; ++i) {
        TestRow row{random_() % kKeys, static_cast<int32_t>(random_() % 1000),
                    replaces && random_() % 4 == 0};
        rows.push_back(row);
    }
    (replaces ? model_ : plain_model_).insert(rows);
    if (plant_ == Plant::LostRow) model_.forget_first();
    pending_ = text();
    rows_->insert(table, rows);
}

void WriterHistory::merge() {
    storage::MergeRule rule;
    rule.parts_min = 2;
    rule.is_final = random_() % 2 == 0;
    static_cast<void>(rows_->merge(random_() % 3 == 0 ? plain_ : table_, rule));
}

void WriterHistory::plant_bitmap() {
    if (plant_ != Plant::NoBitmap) return;
    storage::WriteLatch latch = storage::require_latch(*rows_->database(), table_, 0);
    storage::Transaction transaction = rows_->database()->begin();
    transaction.use(latch);
    const auto table = transaction.base().find(table_);
    for (const auto& part : table->parts)
        transaction.set_bitmap(table_, {part->record.name, {}, 0, table->max_commit_ts, {}});
    storage::require_published(rows_->database()->commit(transaction), "plant");
}

void WriterHistory::plant_folder() {
    if (plant_ != Plant::LostFolder) return;
    const auto table = rows_->database()->newest()->find(table_);
    if (table->parts.empty()) return;
    const std::string folder =
        std::string(kRoot) + "/" + table->folder + "/" + table->parts[0]->record.name;
    for (const io::DirectoryEntry& entry : files_->list(folder))
        files_->remove_file(folder + "/" + entry.name);
}

std::string read_all(const std::shared_ptr<io::FileSystem>& files, uint64_t& version) {
    try {
        version = 0;
        TestRows rows(files, kRoot, kReaderSeed);
        const std::shared_ptr<const storage::State> state = rows.database()->newest();
        version = state->version;
        std::string text;
        for (const char* name : {"t", "p"})
            text += std::string(text.empty() ? "" : " ") + name + ":" +
                    (state->find("db", name) ? rows.read(name) : "");
        return text;
    } catch (const Error& error) {
        return error.what();
    }
}

std::string verify_writer(const std::shared_ptr<io::FileSystem>& files,
                          const WriterHistory& history, bool goes_on) {
    uint64_t version = 0;
    const std::string found = read_all(files, version);
    if (found != history.acked() && found != history.pending())
        return "found " + found + ", expected " + history.acked() + " or " + history.pending();
    if (version < history.acked_version())
        return "version " + std::to_string(history.acked_version()) +
               " was acknowledged, the newest is " + std::to_string(version);
    if (!goes_on) return {};
    try {
        TestRows rows(files, kRoot, kReaderSeed + 1);
        static_cast<void>(rows.database()->collect({1000, 1000}));
        if (std::string left = leftovers(*rows.database()); !left.empty()) return left;
        rows.now_ms += 1000;
        const auto table = rows.database()->newest()->find("db", "t");
        if (!table) return {};
        rows.insert(table->id, {{kKeys + 1, 1}});
        storage::MergeRule rule;
        rule.is_final = true;
        static_cast<void>(rows.merge(table->id, rule));
        const std::string last = std::to_string(kKeys + 1) + "=1";
        const std::string now = rows.read("t");
        return now.ends_with(last) ? std::string() : "a commit behind the crash gave " + now;
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace ch::reliability
