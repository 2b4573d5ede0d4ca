#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "syncer/event_log.h"
#include "syncer/limits.h"
#include "syncer/syncer.h"

// Exit codes: 0 stopped, 1 failed, 2 the command line or the configuration makes no sense.

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct CommandLine {
    std::string config;
    bool check = false;
    std::optional<uint64_t> until;
};

std::string read_file(const ch::io::FileSystem& files, const std::string& path) {
    const auto file = files.open(path);
    if (file->size() > ch::syncer::kConfigBytesMax)
        throw ch::Error(ch::ErrorCode::InvalidArgument,
                        "the configuration has " + std::to_string(file->size()) + " bytes", path);
    std::string text(file->size(), '\0');
    text.resize(file->read_at(0, text.data(), text.size()));
    return text;
}

/// The signals that stop the process, blocked in all threads and waited for by one.
sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

int run(const CommandLine& line) {
    const auto files = std::make_shared<ch::io::PosixFs>();
    std::optional<ch::syncer::Config> config;
    try {
        config = ch::syncer::parse_config(read_file(*files, line.config), line.config);
    } catch (const ch::Error& error) {
        std::fprintf(stderr, "binlog-syncer: %s\n", error.what());
        return kUsage;
    }
    if (line.check) {
        std::printf("%s: ok\n", line.config.c_str());
        return 0;
    }
    sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ch::syncer::Syncer syncer(*config, files);
    std::thread waiter([&syncer, signals] {
        int signal = 0;
        sigwait(&signals, &signal);
        syncer.stop();
    });
    std::optional<ch::Error> failed;
    try {
        syncer.run(line.until);
    } catch (const ch::Error& error) {
        failed = error;
    }
    // The waiter waits for a signal still where run() ended by itself.
    kill(getpid(), SIGTERM);
    waiter.join();
    if (!failed) return 0;
    ch::syncer::write_event("failed", {{"error", failed->what()}});
    return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("TiDB's changes into a store of MergeTree tables, transaction by transaction.",
                 "binlog-syncer");
    CommandLine line;
    app.add_option("--config", line.config, "the configuration, a TOML file")->required();
    app.add_flag("--check", line.check, "check the configuration and end");
    app.add_option("--until", line.until,
                   "end when all transactions up to this timestamp of TiDB are applied and a later "
                   "one is there");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    try {
        return run(line);
    } catch (const std::exception& error) {
        ch::syncer::write_event("failed", {{"error", error.what()}});
        return kFailed;
    }
}
