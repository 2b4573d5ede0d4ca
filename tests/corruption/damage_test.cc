// Goal: whatever happens to a file of a table, reading it gives an error that names the place, or
// exactly the right rows: never a crash, never a wrong row, never memory without bound.
//
// CHSPARK_SIZE (ci | full) and CHSPARK_SEED choose the damages; the closing line counts them.
#include <gtest/gtest.h>

#include <algorithm>

#include <cstdlib>
#include <iostream>

#include "tests/corruption/damage.h"
#include "tests/corruption/damaged_table.h"

namespace ch::corruption {
namespace {

constexpr size_t kBudgetBytes = 64U << 20;
constexpr size_t kComplaintsMax = 20;

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? otherwise : value;
}

/// Damages a file: as many as the size of the run says.
struct Effort {
    size_t accidents;
    size_t forgeries;
};

Effort effort() {
#if defined(__SANITIZE_ADDRESS__)
    constexpr size_t kDivisor = 6;
#else
    constexpr size_t kDivisor = 1;
#endif
    if (environment("CHSPARK_SIZE", "ci") == "full") return {500 / kDivisor, 150 / kDivisor};
    return {14 / kDivisor + 8, 10 / kDivisor};
}

uint64_t seed() {
    return std::strtoull(environment("CHSPARK_SEED", "1").c_str(), nullptr, 10);
}

const std::vector<Subject>& subjects() {
    static const std::vector<Subject> all = [] {
        std::vector<Subject> read = golden_subjects(CH_GOLDEN);
        for (Subject& subject : read) {
            Outcome outcome = read_all(std::make_shared<OverlayFs>(subject.files, Files()),
                                       subject.path, kBudgetBytes);
            if (outcome.is_error) std::cout << subject.name << ": " << outcome.message << "\n";
            subject.rows = std::move(outcome.rows);
        }
        return read;
    }();
    return all;
}

struct Tally {
    size_t passed = 0;
    size_t failed = 0;
    size_t right_rows = 0;
    size_t named = 0;   // errors that name the damaged file itself
    size_t unseen = 0;  // other rows from a file that no checksum covers
};
Tally tally;

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

/// Files that no checksum of ClickHouse covers.
bool is_unchecked(const std::string& path) {
    std::string name = name_of(path);
    return name == "columns.txt" || name == "columns_substreams.txt" || name.ends_with(".sql");
}

/// Whether an error names the file, or one that was changed with it.
bool names_damage(const std::string& message, const std::string& file, const Damage& damage) {
    if (message.find(name_of(file)) != std::string::npos) return true;
    // Nothing tells which of the two is wrong where a definition and a part disagree.
    if (file.ends_with(".sql") && message.find("columns.txt") != std::string::npos) return true;
    return std::any_of(damage.changes.begin(), damage.changes.end(), [&](const auto& change) {
        return message.find(name_of(change.first)) != std::string::npos;
    });
}

/// Empty, or what is wrong with the outcome.
std::string judge(const Subject& subject, const std::string& file, const Damage& damage,
                  const Outcome& outcome, bool is_forged) {
    if (outcome.peak_bytes > kBudgetBytes) return "took " + std::to_string(outcome.peak_bytes);
    if (outcome.is_error) {
        bool is_allowed = outcome.code == ErrorCode::Corrupt || outcome.code == ErrorCode::Io ||
                          outcome.code == ErrorCode::NotFound ||
                          outcome.code == ErrorCode::Unsupported ||
                          (is_forged && outcome.code == ErrorCode::MemoryLimit);
        if (!is_allowed) return "wrong kind of error: " + outcome.message;
        bool names_place = outcome.message.find("/t/") != std::string::npos ||
                           outcome.message.find("/r/") != std::string::npos ||
                           outcome.code == ErrorCode::MemoryLimit ||
                           outcome.message.find("column ") != std::string::npos;
        if (!names_place) return "names no file: " + outcome.message;
        bool is_named = names_damage(outcome.message, file, damage);
        tally.named += is_named;
        if (!is_named && !is_forged) return "does not name the file: " + outcome.message;
        return {};
    }
    if (outcome.rows == subject.rows) {
        ++tally.right_rows;
        return {};
    }
    if (is_forged) return {};
    if (is_unchecked(file)) {
        ++tally.unseen;
        if (environment("CHSPARK_UNSEEN", "").empty()) return {};
    }
    return "other rows";
}

class Damaged : public testing::TestWithParam<size_t> {
protected:
    const Subject& subject() const { return subjects()[GetParam()]; }

    void try_all(const std::string& file, const std::vector<Damage>& damages, bool is_forged) {
        for (const Damage& damage : damages) {
            auto files = std::make_shared<OverlayFs>(subject().files, damage.changes);
            std::string wrong = judge(subject(), file, damage,
                                      read_all(files, subject().path, kBudgetBytes), is_forged);
            ++(wrong.empty() ? tally.passed : tally.failed);
            if (wrong.empty() || ++complaints_ > kComplaintsMax) continue;
            ADD_FAILURE() << subject().name << ", " << file << ", " << damage.what << ": " << wrong
                          << " (seed " << seed() << ")";
        }
    }

    Random random_{seed()};
    size_t complaints_ = 0;
};

TEST_P(Damaged, files_never_give_a_wrong_row_or_a_crash) {
    ASSERT_FALSE(subject().rows.empty());
    for (const std::string& file : subject().targets)
        try_all(file,
                accidents(*subject().files, file, subject().targets, effort().accidents, random_),
                false);
}

TEST_P(Damaged, files_whose_checksums_fit_never_crash_or_take_memory_without_bound) {
    for (const std::string& file : subject().targets)
        try_all(file, forgeries(*subject().files, file, effort().forgeries, random_), true);
}

INSTANTIATE_TEST_SUITE_P(Golden, Damaged, testing::Range(size_t{0}, subjects().size()),
                         [](const testing::TestParamInfo<size_t>& subject) {
                             std::string name = subjects()[subject.param].name;
                             for (char& c : name)
                                 if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                             return name;
                         });

}  // namespace
}  // namespace ch::corruption

int main(int argc, char** argv) {
    using ch::corruption::tally;
    testing::InitGoogleTest(&argc, argv);
    std::cout << "seed " << ch::corruption::seed() << "\n";
    bool is_fine = RUN_ALL_TESTS() == 0;
    std::cout << tally.right_rows << " gave the right rows; " << tally.named
              << " errors name the damaged file itself; " << tally.unseen
              << " changes of files without a checksum went unseen\n"
              << tally.passed << " passed, " << tally.failed << " failed\n";
    return is_fine ? 0 : 1;
}
