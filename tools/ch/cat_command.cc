#include <algorithm>

#include "base/error.h"
#include "engine/table/column_source.h"
#include "engine/table/scan.h"
#include "engine/table/table.h"
#include "tools/ch/commands.h"
#include "tools/ch/limits.h"
#include "tools/ch/output.h"
#include "tools/ch/predicate_parser.h"
#include "tools/ch/progress.h"
#include "tools/ch/read_table.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {

namespace {

constexpr uint64_t kSplitBytes = 256ULL << 20;

column::TypePtr type_of(const table::Table& table, const std::string& name) {
    if (const table::TableColumn* column = table.schema().find(name)) return column->type;
    if (column::TypePtr type = table::virtual_column_type(name)) return type;
    std::string known;
    for (const table::TableColumn& column : table.schema().columns)
        (known += known.empty() ? "" : ", ") += column.name;
    throw Error(ErrorCode::NotFound, "the table has no column '" + name + "'; it has " + known,
                table.path());
}

/// As SELECT * has them: without those that are computed and not inserted.
std::vector<std::string> default_columns(const table::TableSchema& schema) {
    std::vector<std::string> names;
    for (const table::TableColumn& column : schema.columns)
        if (column.default_kind.empty() || column.default_kind == "DEFAULT")
            names.push_back(column.name);
    return names;
}

std::unique_ptr<RowWriter> make_writer(const CommandContext& context, CatFormat format,
                                       const table::Table& table,
                                       const std::vector<std::string>& names,
                                       Calendars& calendars) {
    if (format == CatFormat::Arrow) {
        std::vector<column::NameAndType> columns;
        for (const std::string& name : names) columns.push_back({name, type_of(table, name)});
        return make_arrow_writer(columns, context.pool);
    }
    std::vector<ColumnFormat> columns;
    for (const std::string& name : names)
        columns.push_back({name, ValueFormat(type_of(table, name), calendars)});
    return format == CatFormat::Csv ? make_csv_writer(std::move(columns))
                                    : make_jsonl_writer(std::move(columns));
}

void print_rows(const CommandContext& context, const CatOptions& options,
                const std::shared_ptr<const table::Table>& table) {
    Calendars calendars(context.files);
    table::ScanRequest request;
    request.columns = options.columns.empty() ? default_columns(table->schema()) : options.columns;
    auto writer = make_writer(context, options.format, *table, request.columns, calendars);
    if (!options.where.empty())
        request.predicate = exec::conjuncts(parse_predicate(
            options.where, [&](const std::string& name) { return type_of(*table, name); },
            *context.files));
    request.rows_max = options.limit;

    const table::ScanPlan plan = table::plan_scan(*table, request, kSplitBytes);
    Progress progress(context.show_progress, "reading", "rows", plan.rows);
    uint64_t rows_left = options.limit.value_or(UINT64_MAX);
    std::string text;
    writer->begin(text);
    for (const table::Split& split : plan.splits) {
        if (rows_left == 0) break;
        auto part = part::Part::open(context.files, split.part_path, {split.granule_rows});
        table::Scan scan(part, split, request, {context.pool, nullptr, nullptr});
        while (rows_left > 0) {
            std::optional<column::Block> block = scan.next();
            if (!block) break;
            const auto rows = static_cast<size_t>(std::min<uint64_t>(block->rows, rows_left));
            for (size_t row = 0, until = 0; row < rows; row = until) {
                until = row + std::min(rows - row, writer->rows_at_once());
                writer->append_rows(text, *block, row, until);
                if (text.size() < kOutputBytesFlushed) continue;
                write_output(text);
                text.clear();
            }
            rows_left -= rows;
            progress.advance(rows);
        }
    }
    writer->finish(text);
    write_output(text);
}

}  // namespace

bool run_cat(const CommandContext& context, const CatOptions& options) {
    const storage::OpenedTable opened = storage::open_table(
        context.files, options.table, read_point(context), nullptr, context.pool);
    try {
        print_rows(context, options, opened.table);
    } catch (const Error& error) {
        const auto version = opened.at ? std::optional(opened.at->version) : std::nullopt;
        throw storage::explain_read(context.files, options.table, version, error);
    }
    return true;
}

}  // namespace ch::tools
