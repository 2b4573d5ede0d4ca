// Goal (R4): a disk that acknowledges syncs and loses what they promised gives an older version or
// an error that names the file, never a state that no commit made. Method: MemFs drops every sync
// from a point on, and each history's power goes before each of its operations. Planted: a version
// that is put together from two others.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/io/mem_fs.h"
#include "latch/core/envelope.h"
#include "latch/numbered_name.h"
#include "tests/reliability/crash_states.h"
#include "tests/reliability/size.h"

namespace ch::reliability {
namespace {

TEST(R4, ALyingDiskGivesAVersionThatWasMadeOrAnError) {
    uint64_t states = 0;
    for (const History& history : histories()) {
        for (uint64_t from = 6 + day_seed() % 7; from < 60; from += is_full_size() ? 1 : 16) {
            CrashSearch search;
            search.seed = day_seed() + from;
            search.is_lying = true;
            search.drop_sync = from;
            search.exhaustive_max = 3;
            search.samples = is_full_size() ? 512 : 8;
            const CrashReport report = search_crashes(history, search);
            EXPECT_EQ(report.failure, "");
            states += report.states;
        }
    }
    std::printf("%llu crash states, seed %llu\n", static_cast<unsigned long long>(states),
                static_cast<unsigned long long>(day_seed()));
}

TEST(R4, AVersionPutTogetherFromTwoOthersIsFound) {
    auto files = std::make_shared<io::MemFs>();
    const History& history = histories().front();
    Ledger ledger = record(history, files);
    EXPECT_EQ(verify_honest(files, ledger), "");
    const uint64_t newest = ledger.versions.rbegin()->first;
    const std::string path = std::string(kRoot) + "/.ch/manifest/" + latch::version_name(newest);
    const latch::Manifest last =
        latch::decode_manifest(as_bytes(io::read_small_file(*files, path, 1 << 20)));
    const std::string other = std::string(kRoot) + "/.ch/manifest/" + latch::version_name(1);
    const latch::Manifest first =
        latch::decode_manifest(as_bytes(io::read_small_file(*files, other, 1 << 20)));
    files->remove_file(path);
    storage::Edit edit = storage::decode_edit(last.body);
    edit.tables.pop_back();
    io::write_small_file(
        *files, path, as_bytes(latch::encode_manifest(last.envelope, storage::encode_edit(edit))));
    EXPECT_NE(verify_honest(files, ledger), "");
    files->remove_file(path);
    io::write_small_file(*files, path,
                         as_bytes(latch::encode_manifest(first.envelope, first.body)));
    EXPECT_EQ(verify_honest(files, ledger), "");  // an error names it
}

}  // namespace
}  // namespace ch::reliability
