// Goal (R3): whatever file operation fails, and however, the error names its path, what was
// acknowledged stays, and nothing partial is visible. Method: each history with its Nth operation
// failing, N from 1 until a run is clean, for each kind of failure; then another process looks.
// Planted: a failed commit that its caller takes for done.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "tests/reliability/history.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

using io::Fault;

struct FaultyRun {
    bool is_clean = false;  // nothing failed: the history has fewer operations
    std::string wrong;
};

FaultyRun run_with(const History& history, const Ledger& recorded, uint64_t nth, Fault fault,
                   bool is_planted = false) {
    FaultyRun result;
    auto inner = std::make_shared<io::MemFs>();
    auto files = std::make_shared<io::FaultyFs>(inner);
    Ledger ledger = recorded;
    files->fail(nth, fault);
    try {
        replay(history, files, ledger);
        result.is_clean = files->failed().empty();
    } catch (const Error& error) {
        if (error.path().empty() && error.code() != ErrorCode::Bug)
            result.wrong = std::string("names no path: ") + error.what();
        if (error.code() == ErrorCode::Bug) result.wrong = error.what();
        if (is_planted) ++ledger.acked_version;
    }
    if (result.wrong.empty()) result.wrong = verify(inner, ledger, nth % 8 == 0 && !is_planted);
    if (!result.wrong.empty())
        result.wrong = std::string(history.name) + ", operation " + std::to_string(nth) + " (" +
                       files->failed() + "), fault " + std::to_string(int(fault)) + ": " +
                       result.wrong;
    return result;
}

TEST(R3, AFailedOperationLosesNothingAndSaysWhere) {
    uint64_t runs = 0;
    const uint64_t stride = is_full_size() ? 1 : 2;
    for (const History& history : histories()) {
        const Ledger recorded = record(history, std::make_shared<io::MemFs>());
        for (Fault fault : {Fault::InputOutput, Fault::NoSpace, Fault::NoAccess, Fault::ShortRead,
                            Fault::ShortWrite, Fault::DoneAnyway})
            for (uint64_t nth = 1 + day_seed() % stride;; nth += stride) {
                const FaultyRun run = run_with(history, recorded, nth, fault);
                EXPECT_EQ(run.wrong, "");
                ++runs;
                if (run.is_clean || !run.wrong.empty()) break;
            }
    }
    std::printf("%llu runs, seed %llu\n", static_cast<unsigned long long>(runs),
                static_cast<unsigned long long>(day_seed()));
}

TEST(R3, AFailedCommitThatIsTakenForDoneIsFound) {
    const History& history = histories().front();
    const Ledger recorded = record(history, std::make_shared<io::MemFs>());
    uint64_t found = 0;
    for (uint64_t nth = 1; nth < 400; ++nth) {
        const FaultyRun run = run_with(history, recorded, nth, Fault::InputOutput, true);
        if (run.is_clean) break;
        found += run.wrong.empty() ? 0 : 1;
    }
    EXPECT_GT(found, 50u);
}

}  // namespace
}  // namespace ch::reliability
