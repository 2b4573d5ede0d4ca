#include "tools/ch/write_commands.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/format/stream_name.h"
#include "engine/store/adopt.h"
#include "engine/store/create_table.h"
#include "engine/store/export_table.h"
#include "engine/store/follow.h"
#include "engine/store/merge.h"
#include "engine/store/new_bitmap.h"
#include "engine/store/table_schema.h"
#include "engine/store/table_writer.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/json_output.h"
#include "tools/ch/open_store.h"
#include "tools/ch/output.h"
#include "tools/ch/progress.h"
#include "tools/ch/read_table.h"
#include "tools/ch/row_source.h"

namespace ch::tools {

namespace {

using nlohmann::ordered_json;

/// Of one table at a time: the next look finds what is left.
constexpr size_t kMergesMax = 1000;
/// Between two looks at what is published.
constexpr std::chrono::milliseconds kFollowLooks{100};

std::unique_ptr<RowSource> make_source(const std::string& format, std::istream& from,
                                       RowSourceOptions options) {
    if (format == "arrow") return make_arrow_source(from, options);
    return format == "csv" ? make_csv_source(from, std::move(options))
                           : make_jsonl_source(from, std::move(options));
}

struct ImportFile {
    std::string table;  ///< ROOT/DATABASE/TABLE
    std::string file;   ///< or "-"
};

/// A table's id. One commit is of one root, and brings each table rows once.
storage::TableId table_in(const CommandContext& context, storage::Database& database,
                          const std::string& root, const std::string& path) {
    const storage::StorePath place = require_store(context, path);
    if (place.root != root)
        throw Error(ErrorCode::InvalidArgument,
                    "one commit is of one root: expected a table below " + root, path);
    return storage::require_table(database, {place.database, place.table})->id;
}

uint64_t import_rows(const CommandContext& context, const WriteOptions& options, std::istream& from,
                     RowSourceOptions source_options, storage::TableWriter& writer) {
    Progress progress(context.show_progress, "importing", "rows", 0);
    uint64_t rows = 0;
    const auto source = make_source(options.format, from, std::move(source_options));
    while (std::optional<column::Block> block = source->next()) {
        writer.append(*block);
        rows += block->rows;
        progress.advance(block->rows);
    }
    return rows;
}

uint64_t import_file(const CommandContext& context, const WriteOptions& options,
                     const std::string& path, storage::TableWriter& writer) {
    std::ifstream file;
    const bool is_file = path != "-";
    if (is_file) file.open(path, std::ios::binary);
    if (is_file && !file) throw Error(ErrorCode::NotFound, "the file cannot be read", path);
    RowSourceOptions source_options{{}, context.pool, context.files};
    const auto& replacing = writer.layout().replacing;
    for (const table::TableColumn& column : writer.layout().columns) {
        const bool is_own = replacing && column.name == replacing->version;
        const bool is_flag = replacing && column.name == replacing->is_deleted;
        if (is_own || (is_flag && options.format == "csv")) continue;
        source_options.columns.push_back(column);
    }
    std::istream& from = is_file ? file : std::cin;
    try {
        return import_rows(context, options, from, std::move(source_options), writer);
    } catch (const Error& error) {
        throw error.with_path(is_file ? path : "standard input");
    }
}

/// Until the process is ended: whenever that is, the folder shows a version that was published.
[[noreturn]] void follow(const CommandContext& context,
                         const std::shared_ptr<storage::Database>& database,
                         const storage::StorePath& place, const WriteOptions& options) {
    if (context.version)
        throw Error(ErrorCode::InvalidArgument,
                    "--follow shows the newest version; leave --version-of out");
    storage::Follower follower(database, {place.database, place.table},
                               std::filesystem::absolute(options.second).lexically_normal(),
                               context.pool);
    auto tell = [&] {
        write_output("version " + std::to_string(follower.state().version) + ", " +
                     count_text(follower.state().shown.size()) + " parts\n");
    };
    tell();
    for (;;) {
        if (follower.step()) {
            tell();
            std::this_thread::sleep_for(std::chrono::seconds(options.interval_seconds));
        }
        follower.remove_covered(std::chrono::seconds(options.covered_seconds));
        std::this_thread::sleep_for(kFollowLooks);
    }
}

}  // namespace

bool run_create(const CommandContext& context, const WriteOptions& options) {
    const storage::NewTable made = storage::parse_new_table(options.second);
    if (made.name.database.empty())
        throw Error(ErrorCode::InvalidArgument,
                    "the table's name needs its database: CREATE TABLE database.table (...)");
    auto database = open_store(context, options.path, true);
    storage::create_table(*database, made.name, made.schema);
    write_report(
        context, {{"version", database->newest()->version}},
        "created " + made.name.database + "." + made.name.table + " in " + version_text(*database));
    return true;
}

bool run_import(const CommandContext& context, const WriteOptions& options) {
    std::vector<ImportFile> imports = {{options.path, options.second}};
    for (size_t i = 0; i + 1 < options.more.size(); i += 2)
        imports.push_back({options.more[i], options.more[i + 1]});
    const std::string root = require_store(context, options.path).root;
    auto database = open_store(context, root);
    std::vector<storage::TableId> tables;
    for (const ImportFile& one : imports)
        tables.push_back(table_in(context, *database, root, one.table));
    const storage::WriteLatch latch = storage::require_latches(*database, tables, kLatchWaitMs);
    storage::Transaction transaction = database->begin();
    transaction.use(latch);
    uint64_t rows = 0;
    for (size_t i = 0; i < imports.size(); ++i) {
        storage::TableWriter writer(*database, storage::write_target(transaction, tables[i]),
                                    context.pool, {});
        rows += import_file(context, options, imports[i].file, writer);
        writer.finish(transaction);
    }
    storage::require_published(database->commit(transaction), "importing into " + options.path);
    write_report(context, {{"rows", rows}, {"version", database->newest()->version}},
                 "imported " + count_text(rows) + " rows in " + version_text(*database));
    return true;
}

bool run_adopt(const CommandContext& context, const WriteOptions& options) {
    const size_t slash = options.path.rfind('/');
    const size_t before = slash == std::string::npos ? slash : options.path.rfind('/', slash - 1);
    if (before == std::string::npos || before == 0)
        throw Error(ErrorCode::InvalidArgument,
                    "'" + options.path + "' is not ROOT/DATABASE/TABLE");
    auto database = open_store(context, options.path.substr(0, before), true);
    const storage::TableName name{
        format::name_in_path(options.path.substr(before + 1, slash - before - 1)),
        format::name_in_path(options.path.substr(slash + 1))};
    const std::string& folder = options.second.empty() ? options.path : options.second;
    const storage::AdoptReport report = storage::adopt_table(*database, folder, name, context.pool);
    write_report(
        context,
        {{"parts", report.parts}, {"rows", report.rows}, {"version", database->newest()->version}},
        "adopted " + count_text(report.parts) + " parts, " + count_text(report.rows) +
            " rows, as " + name.database + "." + name.table + " in " + version_text(*database));
    return true;
}

bool run_merge(const CommandContext& context, const WriteOptions& options) {
    const std::optional<storage::StorePath> place =
        storage::store_path(*context.files, options.path);
    auto database = open_store(context, place ? place->root : options.path);
    storage::MergeRule rule;
    rule.is_final = options.is_final;
    storage::MergeOptions merge_options;
    merge_options.bytes_per_second = options.bytes_per_second;
    Progress progress(context.show_progress, "merging", "rows", 0);
    merge_options.on_rows = [&progress](uint64_t written) { progress.advance(written); };
    uint64_t merges = 0, rows = 0, bytes = 0, bitmaps = 0;
    do {
        const std::shared_ptr<const storage::State> state = database->newest();
        for (const auto& [id, table] : state->tables) {
            if (place && (table->database_name != place->database || table->name != place->table))
                continue;
            if (options.is_bitmaps_only) {
                bitmaps += storage::complete_bitmaps(database, id, context.pool);
                continue;
            }
            for (const storage::MergeReport& report : storage::merge_table(
                     database, id, rule, context.pool, merge_options, kMergesMax)) {
                ++merges;
                rows += report.rows_written;
                bytes += report.bytes_written;
            }
        }
        if (options.watch_seconds > 0)
            std::this_thread::sleep_for(std::chrono::seconds(options.watch_seconds));
    } while (options.watch_seconds > 0);
    write_report(context,
                 {{"merges", merges},
                  {"rows", rows},
                  {"bytes", bytes},
                  {"bitmaps", bitmaps},
                  {"version", database->newest()->version}},
                 (options.is_bitmaps_only ? count_text(bitmaps) + " bitmaps"
                                          : count_text(merges) + " merges, " + count_text(rows) +
                                                " rows, " + bytes_text(bytes)) +
                     " written; " + version_text(*database));
    return true;
}

bool run_export(const CommandContext& context, const WriteOptions& options) {
    const storage::StorePath place = require_store(context, options.path);
    auto database = open_store(context, place.root);
    if (options.is_following) follow(context, database, place, options);
    const storage::Snapshot snapshot = storage::read_snapshot(*database, read_point(context));
    const storage::ExportReport report = storage::export_table(
        database, snapshot, {place.database, place.table}, options.second, context.pool);
    write_report(context,
                 {{"parts", report.parts},
                  {"rewritten", report.rewritten},
                  {"version", snapshot.state->version}},
                 "exported " + count_text(report.parts) + " parts of version " +
                     std::to_string(snapshot.state->version) + ", " + count_text(report.rewritten) +
                     " of them written anew\n");
    return true;
}

}  // namespace ch::tools
