#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connector/limits.h"

namespace ch::connector {

/// An expression as the plan's JSON has it: names only, nothing looked up yet.
struct PlanExpression {
    enum class Kind : uint8_t { Column, Literal, Call };
    Kind kind = Kind::Literal;
    std::string name;                 ///< Column, Call
    std::optional<std::string> text;  ///< Literal: nothing is NULL
    std::string type;  ///< Literal, and a Call that needs one: a ClickHouse type name
    std::vector<PlanExpression> arguments;
};

struct NamedExpression {
    std::string name;
    PlanExpression expression;
};

struct ScanNode {
    std::string table;
    std::optional<uint64_t> version;  ///< of the table's store
    std::vector<std::string> columns;
};
struct FilterNode {
    PlanExpression predicate;
};
struct ProjectNode {
    std::vector<NamedExpression> columns;
};
struct LimitNode {
    uint64_t rows = 0;
};
struct NamedAggregate {
    std::string name;
    std::string function;
    std::optional<PlanExpression> argument;
};
struct AggregateNode {
    std::vector<NamedExpression> keys;
    std::vector<NamedAggregate> aggregates;
};

/// One operator over its inputs: none for a scan, one for each other.
struct PlanNode {
    std::variant<ScanNode, FilterNode, ProjectNode, LimitNode, AggregateNode> node;
    std::vector<PlanNode> inputs;
};

/// How results are shaped ("types" in include/ch/ch.h).
enum class ResultTypes : uint8_t { Arrow, Spark };

struct PlanOptions {
    ResultTypes types = ResultTypes::Arrow;
    uint64_t batch_rows = kBatchRowsDefault;
    uint64_t split_bytes = kSplitTargetBytesDefault;
    bool dictionary = true;
    bool decimal128 = false;
};

/// A query as a caller describes it; the JSON's grammar is in include/ch/ch.h.
struct Plan {
    PlanNode root;
    PlanOptions options;
};

/// Throws Error{InvalidArgument} naming the node and the field, Error{Unsupported} for a node that
/// this version does not know.
Plan parse_plan(std::string_view json);

/// The scan at the bottom of a plan.
const ScanNode& scan_of(const Plan& plan);

}  // namespace ch::connector
