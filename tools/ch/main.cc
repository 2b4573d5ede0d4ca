#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <functional>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "tools/ch/change_commands.h"
#include "tools/ch/commands.h"
#include "tools/ch/output.h"
#include "tools/ch/store_commands.h"
#include "tools/ch/table_printer.h"
#include "tools/ch/write_commands.h"

// Exit codes: 0 done, 1 failed or damage found, 2 the command line makes no sense.

namespace {

using ch::tools::CatFormat;
using ch::tools::CommandContext;

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr uint64_t kMemoryBytesDefault = 1ULL << 30;

struct CommandLine {
    std::string path;
    std::string output = "table";
    bool progress = false;
    uint64_t memory_bytes = kMemoryBytesDefault;
    CommandContext context;  ///< make_context() adds to what options set
    ch::tools::CatOptions cat;
    ch::tools::WriteOptions write;
    ch::tools::ChangeOptions change;
    ch::tools::GcOptions gc;
    std::function<bool(const CommandContext&)> run;
};

CommandContext make_context(const CommandLine& line) {
    CommandContext context = line.context;
    context.files = std::make_shared<ch::io::PosixFs>();
    context.pool =
        std::make_shared<ch::BufferPool>(std::make_shared<ch::MemoryBudget>(line.memory_bytes));
    context.as_json = line.output == "json";
    context.show_progress = line.progress || ::isatty(STDERR_FILENO) == 1;
    return context;
}

/// Counts and sizes: CLI11 lets "-1" wrap around to the largest number. To be added last: CLI11
/// runs the transform that was added last first.
CLI::Validator not_negative() {
    return CLI::Validator(
        [](std::string& text) {
            return text.starts_with('-') ? text + " is negative, expected 0 or more"
                                         : std::string();
        },
        "");
}

template <typename Number>
void add_count(CLI::App& command, const char* name, Number& value, const char* help,
               const char* unit) {
    command.add_option(name, value, help)->transform(not_negative())->option_text(unit);
}

void add_required(CLI::App& command, const char* name, std::string& value, const char* help) {
    command.add_option(name, value, help)->required()->option_text("");
}

void add_shared_options(CLI::App& command, CommandLine& line, const char* what,
                        const char* meaning) {
    command.add_option(what, line.path, meaning)->required()->option_text("");
    command.add_flag("--progress", line.progress, "Show progress though the output is no terminal");
    command
        .add_option("--latch", line.context.latch,
                    "embedded or grpc://host:port (default: as the root says)")
        ->option_text("LATCH");
    command
        .add_option("--memory", line.memory_bytes,
                    "Most native memory, in bytes or as 512MB (default 1GB)")
        ->transform(CLI::AsSizeValue(false))
        ->transform(not_negative())
        ->option_text("SIZE");
}

/// Of the commands that read tables as they were.
void add_version_option(CLI::App& command, CommandLine& line) {
    add_count(
        command, "--version-of", line.context.version,
        "A store's tables at this version of the root, or TiDB timestamp (default: the newest)",
        "NUMBER");
}

void add_output_option(CLI::App& command, CommandLine& line, const char* name) {
    command.add_option(name, line.output, "table for people (default), json for programs")
        ->check(CLI::IsMember({"table", "json"}))
        ->option_text("table|json");
}

using Run = std::function<bool(const CommandContext&, const std::string&)>;

CLI::App* add_report_command(CLI::App& app, CommandLine& line, const char* name, const char* help,
                             const char* what, const char* meaning, const Run& run) {
    CLI::App* command = app.add_subcommand(name, help);
    add_shared_options(*command, line, what, meaning);
    add_output_option(*command, line, "--format");
    command->callback([&line, run] {
        line.run = [&line, run](const CommandContext& context) { return run(context, line.path); };
    });
    return command;
}

void add_cat_command(CLI::App& app, CommandLine& line, const char* table_meaning) {
    CLI::App* command = app.add_subcommand("cat", "Print a table's rows");
    add_shared_options(*command, line, "TABLE", table_meaning);
    add_version_option(*command, line);
    command
        ->add_option("--columns", line.cat.columns,
                     "Columns to print, as a,b,c (default: those of SELECT *); also _part, "
                     "_partition_id, _part_offset")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->option_text("NAMES");
    command
        ->add_option("--column", line.cat.columns,
                     "One column, its name taken as it is; may be given again and again")
        ->delimiter('\0')
        ->allow_extra_args(false)
        ->option_text("NAME");
    command
        ->add_option("--where", line.cat.where,
                     "Rows to print, e.g. \"a > 5 AND (b LIKE 'x%' OR c IS NULL)\"; knows = != < "
                     "<= > >=, AND, OR, NOT, IN, LIKE, BETWEEN, IS NULL")
        ->check([](const std::string& text) {
            return text.empty() ? std::string("an empty predicate; leave it out for all rows") : "";
        })
        ->option_text("TEXT");
    add_count(*command, "--limit", line.cat.limit, "Most rows to print", "ROWS");
    command
        ->add_option("--format", line.cat.format,
                     "csv (default), jsonl (as ClickHouse's JSONEachRow) or arrow (an IPC stream)")
        ->transform(CLI::Transformer(std::map<std::string, CatFormat>{
            {"csv", CatFormat::Csv}, {"jsonl", CatFormat::Jsonl}, {"arrow", CatFormat::Arrow}}))
        // CLI11 runs the transform that was added last first: the name, before it is a number.
        ->transform(CLI::IsMember({"csv", "jsonl", "arrow"}))
        ->option_text("csv|jsonl|arrow");
    command->callback([&line] {
        line.run = [&line](const CommandContext& context) {
            line.cat.table = line.path;
            return ch::tools::run_cat(context, line.cat);
        };
    });
}

using RunWrite = bool (*)(const CommandContext&, const ch::tools::WriteOptions&);

CLI::App* add_write_command(CLI::App& app, CommandLine& line, const char* name, const char* help,
                            const char* what, const char* meaning, RunWrite run) {
    CLI::App* command = app.add_subcommand(name, help);
    add_shared_options(*command, line, what, meaning);
    add_output_option(*command, line, "--output");
    command->callback([&line, run] {
        line.run = [&line, run](const CommandContext& context) {
            line.write.path = line.path;
            return run(context, line.write);
        };
    });
    return command;
}

constexpr const char* kStoreTable = "ROOT/DATABASE/TABLE";

void add_follow_options(CLI::App& made, CommandLine& line) {
    made.add_flag("--follow", line.write.is_following,
                  "Go on: keep FOLDER at the newest version for a ClickHouse that runs (its "
                  "table.sql says how); goes on with a FOLDER that followed before");
    add_count(made, "--interval", line.write.interval_seconds,
              "--follow: least time between two changes (default 2); more than the table's "
              "refresh_parts_interval",
              "SECONDS");
    add_count(made, "--keep-covered", line.write.covered_seconds,
              "--follow: how long a part stays that another one replaced (default 600); longer "
              "than queries take",
              "SECONDS");
}

void add_write_commands(CLI::App& app, CommandLine& line) {
    add_write_command(app, line, "create", "Create a table, and its root if there is none", "ROOT",
                      "A root: the folder of the databases", ch::tools::run_create)
        ->add_option("SQL", line.write.second, "CREATE TABLE database.table (...) ENGINE = ...")
        ->required()
        ->option_text("");
    CLI::App* import =
        add_write_command(app, line, "import", "Insert a file's rows into a store's table", "TABLE",
                          kStoreTable, ch::tools::run_import);
    add_required(*import, "FILE", line.write.second, "The file, or - for standard input");
    import->add_option("--format", line.write.format, "csv (default, no header), jsonl or arrow")
        ->check(CLI::IsMember({"csv", "jsonl", "arrow"}))
        ->option_text("csv|jsonl|arrow");
    import->add_option("--and", line.write.more, "Another table and its file: one commit")
        ->type_size(2)
        ->option_text("TABLE FILE");
    add_write_command(app, line, "adopt", "Take a plain ClickHouse table folder into a store",
                      "TABLE", "Its name to be: ROOT/DATABASE/TABLE", ch::tools::run_adopt)
        ->add_option("FOLDER", line.write.second, "The folder; TABLE itself if it is not given")
        ->option_text("");
    CLI::App* merge = add_write_command(app, line, "merge", "Merge parts that are worth it", "PATH",
                                        "ROOT, or ROOT/DATABASE/TABLE", ch::tools::run_merge);
    merge->add_flag("--final", line.write.is_final, "All parts of a partition into one");
    merge->add_flag("--bitmaps", line.write.is_bitmaps_only,
                    "Merge nothing: write bitmaps of the rows that newer ones hide");
    add_count(*merge, "--watch", line.write.watch_seconds, "Go on, looking every so many seconds",
              "SECONDS");
    merge
        ->add_option("--bandwidth", line.write.bytes_per_second,
                     "Most bytes of rows a second, e.g. 50MB (default: no limit)")
        ->transform(CLI::AsSizeValue(false))
        ->transform(not_negative())
        ->option_text("SIZE");
    CLI::App* made =
        add_write_command(app, line, "export", "Make a folder of a table that ClickHouse attaches",
                          "TABLE", kStoreTable, ch::tools::run_export);
    add_version_option(*made, line);
    add_required(*made, "FOLDER", line.write.second, "A new folder on the same file system");
    add_follow_options(*made, line);
}

void add_backup_commands(CLI::App& app, CommandLine& line) {
    CLI::App* backup =
        add_write_command(app, line, "backup", "Keep one version of a root in a folder of its own",
                          "ROOT", "A root: the folder of the databases", ch::tools::run_backup);
    add_version_option(*backup, line);
    add_required(*backup, "FOLDER", line.write.second,
                 "A new folder outside of the root; on its file system files are not copied");
    add_required(*add_write_command(app, line, "restore", "Make a new root of a backup", "FOLDER",
                                    "What ch backup made", ch::tools::run_restore),
                 "NEW_ROOT", line.write.second, "A new folder");
}

using RunChange = bool (*)(const CommandContext&, const ch::tools::ChangeOptions&);

CLI::App* add_change_command(CLI::App& app, CommandLine& line, const char* name, const char* help,
                             RunChange run) {
    CLI::App* command = app.add_subcommand(name, help);
    add_shared_options(*command, line, "TABLE", kStoreTable);
    add_output_option(*command, line, "--format");
    command->callback([&line, run] {
        line.run = [&line, run](const CommandContext& context) {
            line.change.table = line.path;
            return run(context, line.change);
        };
    });
    return command;
}

void add_change_commands(CLI::App& app, CommandLine& line) {
    add_change_command(app, line, "rollback", "Give a table the rows again that it had",
                       ch::tools::run_rollback)
        ->add_option("VERSION", line.change.version, "The version of the root, as ch history tells")
        ->transform(not_negative())
        ->required()
        ->option_text("");
    add_change_command(app, line, "drop", "Drop a table", ch::tools::run_drop);
    add_change_command(app, line, "truncate", "Remove all rows of a table",
                       ch::tools::run_truncate);
    CLI::App* rename =
        add_change_command(app, line, "rename", "Rename a table", ch::tools::run_rename);
    add_required(*rename, "NAME", line.change.name, "The new name, without its database");
    rename->add_option("--database", line.change.database, "Move it to this database")
        ->option_text("NAME");
    CLI::App* alter = add_change_command(
        app, line, "alter", "Change a table's columns; no part is rewritten", ch::tools::run_alter);
    alter->add_option("ACTION", line.change.action, "add, drop, rename or widen")
        ->check(CLI::IsMember({"add", "drop", "rename", "widen"}))
        ->required()
        ->option_text("");
    alter->add_option("COLUMN", line.change.name, "The column")->required()->option_text("");
    alter
        ->add_option("TO", line.change.text,
                     "add: its type; widen: a type that holds every value of the old one; rename: "
                     "the new name")
        ->option_text("");
    alter->add_option("--after", line.change.after, "add: behind this column (default: the last)")
        ->option_text("COLUMN");
    alter->add_option("--comment", line.change.comment, "add: the column's comment")
        ->option_text("TEXT");
}

void add_gc_command(CLI::App& app, CommandLine& line, const char* root_meaning) {
    CLI::App* gc = add_report_command(
        app, line, "gc", "Remove what no version that is kept or pinned needs", "ROOT",
        root_meaning, [&line](const CommandContext& context, const std::string& root) {
            return ch::tools::run_gc(context, root, line.gc);
        });
    add_count(*gc, "--keep-versions", line.gc.keep_versions,
              "Most versions that stay readable (default 1000)", "NUMBER");
    gc->add_option("--keep-hours", line.gc.keep_hours,
                   "For how long versions stay readable (default 24)")
        ->check(CLI::Range(uint64_t{0}, ch::tools::kKeepHoursMax))
        ->transform(not_negative())
        ->option_text("HOURS");
}

void add_store_commands(CLI::App& app, CommandLine& line) {
    constexpr const char* kRoot = "A root: the folder of the databases";
    add_gc_command(app, line, kRoot);
    add_report_command(app, line, "doctor", "Say what is wrong with a root, and what to do", "ROOT",
                       kRoot, ch::tools::run_doctor);
    add_version_option(
        *add_report_command(app, line, "history", "Show the versions in which a table changed",
                            "TABLE", kStoreTable, ch::tools::run_history),
        line);
    CLI::App* latch = app.add_subcommand("latch", "Who may write to which table");
    latch->require_subcommand(1);
    add_report_command(*latch, line, "status", "Show tables' latches, the floor and the pins",
                       "ROOT", kRoot, ch::tools::run_latch_status)
        ->alias("ls");
    add_report_command(*latch, line, "watch", "Print versions as they come, until it is ended",
                       "ROOT", kRoot, ch::tools::run_latch_watch);
    add_report_command(*latch, line, "break", "Fence the writer of a table, however alive it is",
                       "TABLE", "ROOT/DATABASE/TABLE", ch::tools::run_latch_break);
    CLI::App* snapshot = app.add_subcommand("snapshot", "Versions that stay readable");
    snapshot->require_subcommand(1);
    add_report_command(*snapshot, line, "ls", "List the pins", "ROOT", kRoot,
                       ch::tools::run_snapshot_ls);
    add_version_option(
        *add_report_command(*snapshot, line, "pin", "Pin a version until it is unpinned",
                            "ROOT/NAME", "The root, and a name for the pin",
                            ch::tools::run_snapshot_pin),
        line);
    add_report_command(*snapshot, line, "unpin", "Release a pin by its name", "ROOT/NAME",
                       "The root, and the pin's name", ch::tools::run_snapshot_unpin);
}

void add_commands(CLI::App& app, CommandLine& line) {
    constexpr const char* kTable = "A table's folder, or ROOT/DATABASE/TABLE";
    auto add = [&](const char* name, const char* help, const char* what, const char* meaning,
                   bool (*run)(const CommandContext&, const std::string&)) {
        add_version_option(*add_report_command(app, line, name, help, what, meaning, run), line);
    };
    add("ls", "List databases of a root, or tables of a database", "PATH",
        "A ClickHouse data path or a store's root, or ROOT/DATABASE", ch::tools::run_ls);
    add("describe", "Show a table's columns, keys and size", "TABLE", kTable,
        ch::tools::run_describe);
    add("parts", "List a table's active parts, and the broken ones", "TABLE", kTable,
        ch::tools::run_parts);
    add("check", "Verify every checksum of every part", "TABLE", kTable, ch::tools::run_check);
    add_report_command(app, line, "inspect", "Show a part's files, columns, codecs and ratios",
                       "PART", "A part's folder", ch::tools::run_inspect);
    add_cat_command(app, line, kTable);
    add_store_commands(app, line);
    add_write_commands(app, line);
    add_backup_commands(app, line);
    add_change_commands(app, line);
}

int fail(const std::string& message, int code) {
    std::fputs(("ch: " + ch::tools::printable(message) + "\n").c_str(), stderr);
    return code;
}

int run(int argc, char** argv) {
    CommandLine line;
    CLI::App app{"Read, check, write and export ClickHouse tables as files.", "ch"};
    app.set_version_flag("--version", "ch " CH_VERSION);
    app.require_subcommand(1);
    add_commands(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::RequiredError& error) {
        // CLI11 asks for a command where the word given is none.
        const bool is_unknown = app.get_subcommands().empty() && argc > 1;
        const std::string what = is_unknown ? "no command " + std::string(argv[1]) : error.what();
        return fail(what + " (ch --help tells more)", kUsage);
    } catch (const CLI::ParseError& error) {
        return fail(std::string(error.what()) + " (ch --help tells more)", kUsage);
    }
    try {
        return line.run(make_context(line)) ? 0 : kFailed;
    } catch (const ch::Error& error) {
        // A predicate's error comes with the text and a caret on lines of their own.
        std::fputs(("ch: " + std::string(error.what()) + "\n").c_str(), stderr);
        return error.code() == ch::ErrorCode::InvalidArgument ? kUsage : kFailed;
    } catch (const ch::tools::OutputClosed&) {
        return 0;
    } catch (const std::exception& error) {
        return fail(error.what(), kFailed);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    return run(argc, argv);
}
