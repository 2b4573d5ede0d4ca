#include "tests/reliability/crash_states.h"

#include <random>

#include "base/io/mem_fs.h"

namespace ch::reliability {

namespace {

constexpr uint64_t kTornBytes[] = {0, 512, 4096};

class Search {
public:
    Search(const History& history, const CrashSearch& options)
        : history_(history), options_(options), random_(options.seed) {}

    CrashReport run() {
        ledger_ = record(history_, std::make_shared<io::MemFs>());
        auto files = std::make_shared<io::MemFs>();
        if (options_.is_lying) {
            files->drop_syncs_from(options_.drop_sync);
        } else if (options_.drop_sync > 0) {
            files->drop_sync(options_.drop_sync);
        }
        files->observe([&](const std::string& operation, const std::string& path) {
            look(*files, operation + " " + path);
        });
        replay(history_, files, ledger_);
        look(*files, "the end");
        report_.syncs = files->syncs();
        return report_;
    }

private:
    void look(const io::MemFs& files, const std::string& before) {
        if (!report_.failure.empty() || files.syncs() < options_.drop_sync) return;
        const size_t effects = files.unsynced_effects();
        if (effects <= options_.exhaustive_max) {
            for (uint64_t subset = 0; subset < uint64_t{1} << effects; ++subset)
                try_subset(files, effects, before,
                           [&](size_t i) { return (subset >> i & 1) != 0; });
            return;
        }
        for (bool is_kept : {false, true}) {
            try_subset(files, effects, before, [&](size_t) { return is_kept; });
            for (size_t one = 0; one < effects; ++one)
                try_subset(files, effects, before, [&](size_t i) { return (i == one) != is_kept; });
        }
        for (size_t sample = 0; sample < options_.samples; ++sample)
            try_subset(files, effects, before, [&](size_t) { return random_() % 2 == 0; });
    }

    template <typename Kept>
    void try_subset(const io::MemFs& files, size_t effects, const std::string& before, Kept kept) {
        io::MemFs::Crash crash;
        for (size_t i = 0; i < effects; ++i) crash.kept.push_back(kept(i));
        for (uint64_t torn : kTornBytes) {
            if (!report_.failure.empty()) return;
            crash.torn_bytes = torn;
            ++report_.states;
            const bool goes_on = report_.states % options_.goes_on_every == 0;
            const std::string wrong = options_.is_lying
                                          ? verify_honest(files.crash(crash), ledger_)
                                          : verify(files.crash(crash), ledger_, goes_on);
            if (wrong.empty()) continue;
            report_.failure =
                std::string(history_.name) + ", power lost before " + before + ", kept effects ";
            for (bool is_kept : crash.kept) report_.failure += is_kept ? '1' : '0';
            report_.failure += ", torn at " + std::to_string(torn) + ": " + wrong;
        }
    }

    const History& history_;
    const CrashSearch options_;
    std::mt19937_64 random_;
    Ledger ledger_;
    CrashReport report_;
};

}  // namespace

CrashReport search_crashes(const History& history, const CrashSearch& search) {
    return Search(history, search).run();
}

}  // namespace ch::reliability
