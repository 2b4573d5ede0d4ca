// Goal (R1): a process that writes, merges or collects may end at any moment, by kill -9 or with
// the machine's power: every acknowledged row is there once, nothing of another, leftovers go with
// one collection. Method: random histories of real parts over MemFs; before operations chosen by
// the seed the process ends and another one reads all tables and compares them with a model. Also:
// the Nth operation fails. Planted: a lost row, a wrong bitmap, a lost folder, a failed commit
// taken for done.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/io/faulty_fs.h"
#include "base/io/mem_fs.h"
#include "tests/reliability/size.h"
#include "tests/reliability/writer_history.h"

namespace ch::reliability {
namespace {

struct CrashRun {
    uint64_t crashes = 0;
    std::string wrong;  // of the first crash that was
};

/// Ends the process before about one operation in `every`, in both ways.
CrashRun crash_history(uint64_t seed, uint64_t every, Plant plant) {
    auto files = std::make_shared<io::MemFs>();
    WriterHistory history(files, seed, plant);
    std::mt19937_64 random(seed ^ 0x5eed);
    CrashRun run;
    auto look = [&](const std::string& where) {
        if (!run.wrong.empty()) return;
        const bool is_power = random() % 2 == 0;
        io::MemFs::Crash crash;
        const uint64_t odds = random() % 4;
        for (size_t i = 0; i < files->unsynced_effects(); ++i)
            crash.kept.push_back(!is_power || random() % 4 < odds);
        if (is_power && random() % 2 == 0) crash.torn_bytes = 512;
        ++run.crashes;
        const std::string wrong = verify_writer(files->crash(crash), history, run.crashes % 4 == 0);
        if (!wrong.empty())
            run.wrong = "seed " + std::to_string(seed) + ", " +
                        (is_power ? "power lost" : "killed") + " before " + where + ": " + wrong;
    };
    files->observe([&](const std::string& operation, const std::string& path) {
        if (random() % every == 0) look(operation + " " + path);
    });
    try {
        history.run();
        look("the end");
    } catch (const Error& error) {
        if (run.wrong.empty()) run.wrong = error.what();
    }
    return run;
}

TEST(R1, AProcessThatEndsAnywhereLosesNothing) {
    const uint64_t histories = is_full_size() ? 1200 : 60;
    uint64_t crashes = 0;
    for (uint64_t i = 0; i < histories; ++i) {
        const CrashRun run = crash_history(day_seed() * 1000 + i, 16, Plant::None);
        ASSERT_EQ(run.wrong, "");
        crashes += run.crashes;
    }
    std::printf(
        "%llu crashes of %llu histories, seed %llu\n", static_cast<unsigned long long>(crashes),
        static_cast<unsigned long long>(histories), static_cast<unsigned long long>(day_seed()));
}

/// The history with its nth operation failing; empty if none failed.
std::string fail_history(uint64_t seed, uint64_t nth, Plant plant, std::string& wrong) {
    auto inner = std::make_shared<io::MemFs>();
    auto files = std::make_shared<io::FaultyFs>(inner);
    WriterHistory history(files, seed);
    const io::Fault faults[] = {io::Fault::InputOutput, io::Fault::NoSpace, io::Fault::DoneAnyway,
                                io::Fault::ShortWrite};
    files->fail(nth, faults[nth % std::size(faults)]);
    try {
        history.run();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Bug) wrong = error.what();
        if (plant == Plant::Unacked) history.take_for_done();
    }
    if (wrong.empty()) wrong = verify_writer(inner, history, plant == Plant::None);
    if (!wrong.empty())
        wrong = "seed " + std::to_string(seed) + ", operation " + std::to_string(nth) + " (" +
                files->failed() + "): " + wrong;
    return files->failed();
}

TEST(R1, AnOperationThatFailsLeavesTheTablesAsTheyWere) {
    const uint64_t stride = is_full_size() ? 1 : 11;
    uint64_t runs = 0;
    for (uint64_t nth = 1 + day_seed() % stride;; nth += stride, ++runs) {
        std::string wrong;
        const bool has_failed = !fail_history(day_seed(), nth, Plant::None, wrong).empty();
        ASSERT_EQ(wrong, "");
        if (!has_failed) break;
    }
    std::printf("%llu failures\n", static_cast<unsigned long long>(runs));
}

TEST(R1, PlantedFaultsAreFound) {
    for (Plant plant : {Plant::LostRow, Plant::NoBitmap, Plant::LostFolder}) {
        bool is_found = false;
        for (uint64_t seed = 1; seed < 6 && !is_found; ++seed)
            is_found = !crash_history(seed, 200, plant).wrong.empty();
        EXPECT_TRUE(is_found) << static_cast<int>(plant);
    }
    bool is_found = false;
    for (uint64_t nth = 101; nth < 4000 && !is_found; nth += 97) {
        std::string wrong;
        static_cast<void>(fail_history(3, nth, Plant::Unacked, wrong));
        is_found = !wrong.empty();
    }
    EXPECT_TRUE(is_found);
}

}  // namespace
}  // namespace ch::reliability
