// Goal (R6, what we write): whatever happens to a file of a store, reading it gives an error that
// names a file, or the right rows; never a crash, never a wrong row. Method: a root in memory after
// upserts, merges, collections and a kept pin; each of its files is damaged in many ways (bits,
// zeros, FF, cut, lengthened, removed, changed places), then another process reads the tables at
// the newest and at the kept version and ch doctor's examination runs. Planted: a
// manifest that lacks an edit and is whole otherwise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "base/io/mem_fs.h"
#include "engine/store/examine.h"
#include "tests/corruption/damage.h"
#include "tests/reliability/size.h"
#include "tests/reliability/writer_history.h"

namespace ch::reliability {
namespace {

using corruption::Damage;
using corruption::Files;
using storage::TestRow;
using storage::TestRows;

constexpr const char* kRoot = "/d";
constexpr const char* kPin = "books";
// Damages of a file that are thought of, and those of them that are tried.
constexpr size_t kDrawn = 32;
constexpr size_t kTried = 7;

/// A root, its files, and what reading it gives.
class Subject {
public:
    Subject() {
        std::mt19937_64 random(1);
        TestRows rows(memory_, kRoot, 1);
        const storage::TableId table = rows.create("t", true, "k % 2");
        const storage::TableId plain = rows.create("p", false, "");
        for (int32_t i = 1; i <= 24; ++i) {
            rows.writes_bitmaps = i % 3 > 0;
            rows.now_ms += 10;
            std::vector<TestRow> some;
            for (int j = 0; j < 6; ++j)
                some.push_back({random() % 24, 100 * i + j, i % 4 > 0 && random() % 4 == 0});
            rows.insert(i % 4 == 0 ? plain : table, some);
            if (i % 8 == 7) rows.merge(table, {2, 64, 10ull << 30, i == 15});
            if (i == 16) static_cast<void>(rows.database()->collect({1000, 12}));
            if (i == 18) kept_ = rows.database()->newest()->version;
            if (i == 18) static_cast<void>(rows.database()->latch().keep(kept_, kPin, "kept"));
        }
        load(kRoot);
        for (const auto& [path, content] : files_) paths_.push_back(path);
        right_ = read(*memory_);
        newest_ = rows.database()->newest()->version;
        for (uint64_t version = kept_; version < newest_; ++version)
            older_.push_back(read_at(rows, version) + read_at(rows, kept_));
    }

    [[nodiscard]] const Files& files() const { return files_; }
    [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
    [[nodiscard]] const std::string& right() const { return right_; }
    [[nodiscard]] bool is_older(const std::string& text) const {
        return std::find(older_.begin(), older_.end(), text) != older_.end();
    }
    [[nodiscard]] std::string newest_manifest() const { return paths_of("/.ch/manifest/").back(); }
    [[nodiscard]] std::vector<std::string> paths_of(const std::string& folder) const {
        std::vector<std::string> found;
        for (const std::string& path : paths_)
            if (path.starts_with(kRoot + folder)) found.push_back(path);
        return found;
    }

    /// The root with the damage done.
    [[nodiscard]] std::shared_ptr<io::MemFs> damaged(const Damage& damage) const {
        io::MemFs::Crash nothing_lost;
        nothing_lost.kept.assign(memory_->unsynced_effects(), true);
        std::shared_ptr<io::MemFs> copy = memory_->crash(nothing_lost);
        for (const auto& [path, content] : damage.changes) {
            copy->remove_file(path);
            if (content) io::write_small_file(*copy, path, as_bytes(*content));
        }
        return copy;
    }

    /// What another process reads, at the newest and the kept version.
    [[nodiscard]] std::string read(const std::shared_ptr<io::FileSystem>& files) const {
        TestRows rows(files, kRoot, 7, false);
        return read_at(rows, std::nullopt) + read_at(rows, kept_);
    }

private:
    static std::string read_at(TestRows& rows, std::optional<uint64_t> version) {
        std::string text;
        for (const char* name : {"t", "p"}) {
            const auto table =
                storage::open_table(rows.database(), rows.database()->snapshot(version), "db", name,
                                    nullptr, rows.pool());
            text += std::string(name) + ":" + rows.scan(TestRows::plan(*table)) + "\n";
        }
        return text;
    }

    [[nodiscard]] std::string read(io::MemFs& files) const {
        io::MemFs::Crash nothing_lost;
        nothing_lost.kept.assign(files.unsynced_effects(), true);
        return read(std::shared_ptr<io::FileSystem>(files.crash(nothing_lost)));
    }

    void load(const std::string& folder) {
        for (const io::DirectoryEntry& entry : memory_->list(folder)) {
            const std::string path = folder + "/" + entry.name;
            if (entry.kind == io::EntryKind::Folder)
                load(path);
            else
                files_[path] = std::make_shared<const std::string>(
                    io::read_small_file(*memory_, path, 1u << 24));
        }
    }

    std::shared_ptr<io::MemFs> memory_ = std::make_shared<io::MemFs>();
    uint64_t kept_ = 0;
    uint64_t newest_ = 0;
    Files files_;
    std::vector<std::string> paths_;
    std::string right_;
    std::vector<std::string> older_;  // what versions before the newest hold
};

struct Tally {
    uint64_t damages = 0;
    uint64_t right = 0;   // rows as they were
    uint64_t named = 0;   // errors that name a damaged file
    uint64_t others = 0;  // errors that name another file, which the damaged one speaks of
};

bool names(const std::string& message, const Damage& damage) {
    return std::any_of(damage.changes.begin(), damage.changes.end(), [&](const auto& change) {
        return message.find(change.first.substr(change.first.rfind('/') + 1)) != std::string::npos;
    });
}

/// Empty, or what is wrong.
std::string judge(const Subject& subject, const Damage& damage, Tally& tally) {
    ++tally.damages;
    const std::shared_ptr<io::MemFs> files = subject.damaged(damage);
    static_cast<void>(storage::examine_root(files, kRoot));
    try {
        const std::string text = subject.read(files);
        tally.right += text == subject.right() ? 1 : 0;
        if (text == subject.right()) return {};
        // With the newest manifest the chain ends one version earlier: what is read was made.
        const auto gone = damage.changes.find(subject.newest_manifest());
        if (gone != damage.changes.end() && !gone->second && subject.is_older(text)) return {};
        return "other rows: " + text;
    } catch (const Error& error) {
        const std::string message = error.what();
        if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound &&
            error.code() != ErrorCode::Unsupported)
            return "wrong kind of error: " + message;
        ++(names(message, damage) ? tally.named : tally.others);
        return message.find(kRoot) != std::string::npos ? std::string()
                                                        : "names no file: " + message;
    }
}

TEST(R6, DamageToAStoreIsAnErrorOrTheRightRows) {
    const Subject subject;
    ASSERT_NE(subject.right().find("t:"), std::string::npos);
    for (const char* kind :
         {"/.ch/manifest/", "/.ch/checkpoint/", "/.ch/visible/", "/db/t/", "/db/p/"})
        ASSERT_FALSE(subject.paths_of(kind).empty()) << kind;
    corruption::Random random(day_seed());
    Tally tally;
    int complaints = 0;
    for (const std::string& path : subject.paths()) {
        std::vector<Damage> damages = corruption::accidents(subject.files(), path, subject.paths(),
                                                            is_full_size() ? 2000 : kDrawn, random);
        std::shuffle(damages.begin(), damages.end(), random);
        if (!is_full_size() && damages.size() > kTried) damages.resize(kTried);
        for (const Damage& damage : damages) {
            const std::string wrong = judge(subject, damage, tally);
            if (wrong.empty() || ++complaints > 20) continue;
            ADD_FAILURE() << path << ", " << damage.what << ": " << wrong << " (seed " << day_seed()
                          << ")";
        }
    }
    std::printf(
        "%llu damages of %zu files: %llu gave the right rows, %llu errors name the damaged file, "
        "%llu another one of the root; seed %llu\n",
        static_cast<unsigned long long>(tally.damages), subject.paths().size(),
        static_cast<unsigned long long>(tally.right), static_cast<unsigned long long>(tally.named),
        static_cast<unsigned long long>(tally.others), static_cast<unsigned long long>(day_seed()));
}

TEST(R6, AnEditThatIsMissingFromAWholeManifestIsFound) {
    const Subject subject;
    Tally tally;
    uint64_t found = 0;
    for (const std::string& path : subject.paths_of("/.ch/manifest/")) {
        const latch::Manifest manifest =
            latch::decode_manifest(as_bytes(*subject.files().at(path)));
        storage::Edit edit = storage::decode_edit(manifest.body);
        if (edit.tables.empty()) continue;
        edit.tables.clear();
        const Damage damage{"an edit left out",
                            {{path, std::make_shared<const std::string>(latch::encode_manifest(
                                        manifest.envelope, storage::encode_edit(edit)))}}};
        found += judge(subject, damage, tally).empty() ? 0 : 1;
    }
    EXPECT_GT(found, 0u);
}

TEST(R6, APartInPlaceOfAnotherIsNamed) {
    const Subject subject;
    std::vector<std::string> folders;
    for (const char* table : {"/db/t/", "/db/p/"})
        for (const std::string& path : subject.paths_of(table))
            if (path.ends_with("/checksums.txt"))
                folders.push_back(path.substr(0, path.rfind('/') + 1));
    Tally tally;
    for (size_t i = 0; i + 1 < folders.size(); ++i) {
        Damage damage{"a part in place of another", {}};
        for (const auto& [path, content] : subject.files()) {
            if (path.starts_with(folders[i])) damage.changes.emplace(path, nullptr);
            if (path.starts_with(folders[i + 1]))
                damage.changes[folders[i] + path.substr(folders[i + 1].size())] = content;
        }
        EXPECT_EQ(judge(subject, damage, tally), "");
    }
    EXPECT_GT(tally.named, 4u);
}

}  // namespace
}  // namespace ch::reliability
