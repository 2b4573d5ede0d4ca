#include "connector/plan.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/json_text.h"

namespace ch::connector {

using nlohmann::json;

namespace {

PlanExpression parse_expression(const json& value) {
    PlanExpression result;
    // column | literal with type | call with args [and type]; the field that is there tells which.
    if (value.is_object() && value.contains("column")) {
        check_fields(value, "column reference", {"column"});
        result.kind = PlanExpression::Kind::Column;
        result.name = text_field(value, "column reference", "column");
        return result;
    }
    if (value.is_object() && value.contains("literal")) {
        check_fields(value, "literal", {"literal", "type"});
        result.type = text_field(value, "literal", "type");
        if (!value["literal"].is_null()) result.text = text_field(value, "literal", "literal");
        return result;
    }
    check_fields(value, "expression", {"call", "args", "type"});
    result.kind = PlanExpression::Kind::Call;
    result.name = text_field(value, "expression", "call");
    const std::string what = "call " + result.name;
    for (const json& argument : array_field(value, what, "args"))
        result.arguments.push_back(parse_expression(argument));
    if (value.contains("type")) result.type = text_field(value, what, "type");
    return result;
}

ScanNode parse_scan(const json& value) {
    check_fields(value, "node \"scan\"", {"node", "table", "version", "columns", "options"});
    ScanNode scan;
    scan.table = text_field(value, "node \"scan\"", "table");
    scan.version = optional_count(value, "node \"scan\"", "version");
    const json& columns = array_field(value, "node \"scan\"", "columns");
    if (columns.size() > kColumnsMax)
        throw Error(ErrorCode::InvalidArgument, "node \"scan\": too many columns, at most " +
                                                    std::to_string(kColumnsMax) + " are taken");
    for (const json& column : columns) {
        if (!column.is_string())
            throw Error(ErrorCode::InvalidArgument,
                        "node \"scan\": \"columns\" must hold strings, found " + dump_json(column));
        scan.columns.push_back(column.get<std::string>());
    }
    return scan;
}

std::vector<NamedExpression> parse_named(const json& columns, const std::string& what) {
    std::vector<NamedExpression> named;
    for (const json& column : columns) {
        check_fields(column, what, {"name", "expr"});
        named.push_back(
            {text_field(column, what, "name"), parse_expression(field(column, what, "expr"))});
    }
    return named;
}

ProjectNode parse_project(const json& value) {
    check_fields(value, "node \"project\"", {"node", "columns", "input", "options"});
    return {parse_named(array_field(value, "node \"project\"", "columns"),
                        "column of node \"project\"")};
}

AggregateNode parse_aggregate(const json& value) {
    const std::string node = "node \"aggregate\"";
    check_fields(value, node, {"node", "keys", "aggregates", "input", "options"});
    AggregateNode aggregate;
    aggregate.keys = parse_named(array_field(value, node, "keys"), "key of " + node);
    for (const json& call : array_field(value, node, "aggregates")) {
        const std::string what = "aggregate of " + node;
        check_fields(call, what, {"name", "function", "expr"});
        NamedAggregate named{text_field(call, what, "name"), text_field(call, what, "function"),
                             std::nullopt};
        if (call.contains("expr")) named.argument = parse_expression(call["expr"]);
        aggregate.aggregates.push_back(std::move(named));
    }
    size_t columns = aggregate.keys.size() + aggregate.aggregates.size();
    if (columns == 0 || columns > kColumnsMax)
        throw Error(ErrorCode::InvalidArgument,
                    node + ": it must have 1 to " + std::to_string(kColumnsMax) + " columns");
    return aggregate;
}

/// Recursion is bounded: parse_json() has refused deeper nesting than kJsonDepthMax.
PlanNode parse_node(const json& value, bool is_root) {
    // Options are of the whole query; deeper down one that is overlooked would be taken for set.
    if (!is_root && value.is_object() && value.contains("options"))
        throw Error(ErrorCode::InvalidArgument, "plan: only the root may have \"options\"");
    if (!value.is_object())
        throw Error(ErrorCode::InvalidArgument, "plan: a node must be an object with \"node\"");
    const std::string kind = text_field(value, "plan", "node");
    PlanNode result;
    if (kind == "scan") {
        result.node = parse_scan(value);
        return result;
    }
    const std::string what = "node \"" + kind + "\"";
    if (kind == "filter") {
        check_fields(value, what, {"node", "predicate", "input", "options"});
        result.node = FilterNode{parse_expression(field(value, what, "predicate"))};
    } else if (kind == "project") {
        result.node = parse_project(value);
    } else if (kind == "aggregate") {
        // What stands above would take partial results for whole ones.
        if (!is_root)
            throw Error(ErrorCode::InvalidArgument, "plan: only the root may be an aggregate");
        result.node = parse_aggregate(value);
    } else if (kind == "limit") {
        check_fields(value, what, {"node", "rows", "input", "options"});
        result.node = LimitNode{count_field(value, what, "rows")};
    } else {
        throw Error(ErrorCode::Unsupported, "plan: unknown node \"" + kind +
                                                "\"; known are scan, filter, project, limit, "
                                                "aggregate");
    }
    result.inputs.push_back(parse_node(field(value, what, "input"), false));
    return result;
}

PlanOptions parse_options(const json& value) {
    check_fields(value, "options",
                 {"types", "batch_rows", "split_bytes", "dictionary", "decimal128"});
    PlanOptions options;
    if (value.contains("types")) {
        std::string types = text_field(value, "options", "types");
        if (types != "arrow" && types != "spark")
            throw Error(ErrorCode::InvalidArgument,
                        "options: \"types\" is \"arrow\" or \"spark\", found \"" + types + "\"");
        options.types = types == "spark" ? ResultTypes::Spark : ResultTypes::Arrow;
    }
    options.batch_rows =
        optional_count(value, "options", "batch_rows").value_or(options.batch_rows);
    if (options.batch_rows == 0 || options.batch_rows > kBatchRowsMax)
        throw Error(ErrorCode::InvalidArgument, "options: \"batch_rows\" must be 1 to " +
                                                    std::to_string(kBatchRowsMax) + ", found " +
                                                    std::to_string(options.batch_rows));
    options.split_bytes =
        optional_count(value, "options", "split_bytes").value_or(options.split_bytes);
    if (options.split_bytes == 0)
        throw Error(ErrorCode::InvalidArgument, "options: \"split_bytes\" must be 1 or more");
    options.dictionary = optional_flag(value, "options", "dictionary").value_or(true);
    options.decimal128 = optional_flag(value, "options", "decimal128").value_or(false);
    return options;
}

}  // namespace

Plan parse_plan(std::string_view text) {
    json document = parse_json(text, "plan", kPlanBytesMax);
    Plan plan;
    plan.root = parse_node(document, true);
    if (document.contains("options")) plan.options = parse_options(document["options"]);
    return plan;
}

const ScanNode& scan_of(const Plan& plan) {
    const PlanNode* node = &plan.root;
    while (!node->inputs.empty()) node = &node->inputs.front();
    CH_ASSERT(std::holds_alternative<ScanNode>(node->node));
    return std::get<ScanNode>(node->node);
}

}  // namespace ch::connector
