#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/store/restore.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/json_output.h"
#include "tools/ch/open_store.h"
#include "tools/ch/output.h"
#include "tools/ch/progress.h"
#include "tools/ch/read_table.h"
#include "tools/ch/write_commands.h"

namespace ch::tools {

namespace {

std::string without_trailing_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

std::string amounts(uint64_t tables, uint64_t parts, uint64_t bytes, uint64_t copies) {
    const std::string copied = copies == 0 ? "as second names of the files"
                                           : "of their files " + count_text(copies) + " copied";
    return count_text(tables) + (tables == 1 ? " table, " : " tables, ") + count_text(parts) +
           (parts == 1 ? " part, " : " parts, ") + bytes_text(bytes) + ", " + copied;
}

uint64_t now_ms() {
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
}

uint64_t random_number() {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
}

}  // namespace

bool run_backup(const CommandContext& context, const WriteOptions& options) {
    auto database = open_store(context, without_trailing_slash(options.path));
    const storage::Snapshot snapshot = storage::read_snapshot(*database, read_point(context));
    storage::BackupReport report;
    {
        Progress progress(context.show_progress, "backing up", "bytes",
                          storage::bytes_of(*snapshot.state));
        report = storage::back_up(*database, snapshot, without_trailing_slash(options.second),
                                  context.pool, [&](uint64_t bytes) { progress.advance(bytes); });
    }
    write_report(context,
                 {{"version", report.version},
                  {"tables", report.tables},
                  {"parts", report.content.parts},
                  {"bytes", report.content.bytes},
                  {"copies", report.content.copies}},
                 "backed up version " + std::to_string(report.version) + ": " +
                     amounts(report.tables, report.content.parts, report.content.bytes,
                             report.content.copies) +
                     "\n");
    return true;
}

bool run_restore(const CommandContext& context, const WriteOptions& options) {
    const storage::Backup backup =
        storage::read_backup(*context.files, without_trailing_slash(options.path));
    storage::RestoreReport report;
    {
        Progress progress(context.show_progress, "restoring", "bytes",
                          storage::bytes_of(backup.state));
        report = storage::restore(context.files, backup, without_trailing_slash(options.second),
                                  {now_ms(), random_number}, context.pool,
                                  [&](uint64_t bytes) { progress.advance(bytes); });
    }
    write_report(context,
                 {{"version", report.version},
                  {"backed_up", backup.state.version},
                  {"tables", backup.state.tables.size()},
                  {"parts", report.content.parts},
                  {"bytes", report.content.bytes},
                  {"copies", report.content.copies}},
                 "restored version " + std::to_string(backup.state.version) + " as version " +
                     std::to_string(report.version) + " of " + options.second + ": " +
                     amounts(backup.state.tables.size(), report.content.parts, report.content.bytes,
                             report.content.copies) +
                     "\n");
    return true;
}

}  // namespace ch::tools
