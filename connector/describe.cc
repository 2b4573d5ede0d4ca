#include "connector/describe.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "connector/arrow_type.h"
#include "connector/bind.h"
#include "connector/json_text.h"
#include "connector/literal.h"
#include "connector/query.h"
#include "connector/split_text.h"
#include "connector/statistics.h"
#include "engine/exec/spark_types.h"
#include "engine/store/open_table.h"

namespace ch::connector {

using nlohmann::json;

namespace {

json column_json(const table::TableColumn& column) {
    json value = {{"name", column.name},
                  {"type", column.type->name()},
                  {"comment", column.comment},
                  {"default_kind", column.default_kind},
                  {"default", column.default_expression}};
    ExportOptions options;
    try {
        // By trying: what a type becomes and why it cannot be are decided in one place, and a
        // column that is not supported must not hide the others.
        value["arrow"] = arrow_format(*arrow_type(column.type, options), options);
        value["supported"] = true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unsupported) throw;
        value["supported"] = false;
        value["reason"] = error.message();
    }
    try {
        options.types = ResultTypes::Spark;
        arrow_type(column.type, options);
        value["spark"] = exec::spark_type(*column.type)->name();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unsupported) throw;
        value["spark_reason"] = error.message();
    }
    return value;
}

json statistics_json(const table::Table& table) {
    json all = json::object();
    for (const table::TableColumn& column : table.schema().columns) {
        ColumnStatistics statistics = column_statistics(table, column);
        if (statistics.empty()) continue;
        json value = json::object();
        if (statistics.null_count) value["null_count"] = *statistics.null_count;
        if (statistics.min) {
            std::string min = literal_text(*statistics.min, *statistics.type);
            std::string max = literal_text(*statistics.max, *statistics.type);
            // JSON has text only; bounds that are no UTF-8 would be changed on the way, and then
            // they are no bounds.
            if (is_utf8(min) && is_utf8(max)) {
                value["min"] = std::move(min);
                value["max"] = std::move(max);
            }
        }
        all[column.name] = std::move(value);
    }
    return all;
}

/// Names below a path, or nothing when there is no such thing there.
template <typename List>
std::optional<std::vector<std::string>> names_at(List list, const io::FileSystem& files,
                                                 const std::string& path) {
    try {
        return list(files, path);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound) throw;
        return std::nullopt;
    }
}

}  // namespace

std::string list_json(const Session& session, const std::string& path) {
    check_path(path);
    // A folder may be either, as far as its name tells.
    auto databases = storage::list_databases(session.files(), path, {});
    auto tables = storage::list_tables(session.files(), path, {});
    if (!databases && !tables) {
        databases = names_at(table::list_databases, *session.files(), path);
        tables = names_at(table::list_tables, *session.files(), path);
    }
    if (!databases && !tables)
        throw Error(ErrorCode::NotFound, "there is neither a data path nor a database", path);
    json result = json::object();
    if (databases) result["databases"] = *databases;
    if (tables) result["tables"] = *tables;
    return dump_json(result);
}

std::string describe_json(Session& session, const std::string& path,
                          std::optional<uint64_t> version) {
    const storage::OpenedTable found = session.open_table(path, version);
    const std::shared_ptr<const table::Table>& opened = found.table;
    const table::TableSchema& schema = opened->schema();
    json columns = json::array();
    for (const table::TableColumn& column : schema.columns) columns.push_back(column_json(column));
    json broken = json::array();
    for (const table::BrokenPart& part : opened->broken_parts())
        broken.push_back({{"part", part.name}, {"error", part.error}});
    uint64_t rows = 0;
    uint64_t bytes = 0;
    uint64_t granules = 0;
    for (const auto& part : opened->parts()) {
        rows += part->rows();
        bytes += part->bytes_on_disk();
        granules += part->granules().count();
    }
    json result = {{"database", schema.database},
                   {"name", schema.name},
                   {"path", opened->path()},
                   {"store", found.at.has_value()},
                   {"engine", schema.engine},
                   {"columns", std::move(columns)},
                   {"order_by", schema.sorting_key},
                   {"primary_key", schema.primary_key},
                   {"partition_by", schema.partition_key},
                   {"rows", rows},
                   {"bytes", bytes},
                   {"parts", opened->parts().size()},
                   {"granules", granules},
                   {"statistics", statistics_json(*opened)},
                   {"broken", std::move(broken)}};
    if (found.at) {
        result["version"] = found.at->version;
        result["changed_version"] = found.at->changed;
    }
    return dump_json(result);
}

std::string plan_json(Session& session, const Plan& plan) {
    const ScanNode& node = scan_of(plan);
    std::shared_ptr<const table::Table> opened = session.open_table(node.table, node.version).table;
    BoundPlan bound = bind_plan(plan, types_of(opened->schema()));
    table::ScanPlan scan = plan_splits(*opened, bound, plan.options.split_bytes);
    json splits = json::array();
    // A split names its part and columns, so that an executor needs no look at the table, which may
    // have changed by then.
    for (const table::Split& split : scan.splits)
        splits.push_back(
            {{"id", split_to_json(split)}, {"rows", split.rows}, {"bytes", split.bytes}});
    json predicate = json::array();
    for (const exec::ExpressionPtr& conjunct : bound.request.predicate)
        predicate.push_back(conjunct->text());
    return dump_json({{"splits", std::move(splits)},
                      {"parts", scan.parts},
                      {"parts_selected", scan.parts_selected},
                      {"granules", scan.granules},
                      {"granules_selected", scan.granules_selected},
                      {"rows", scan.rows},
                      {"bytes", scan.bytes},
                      {"columns", bound.request.columns},
                      {"predicate", std::move(predicate)}});
}

}  // namespace ch::connector
