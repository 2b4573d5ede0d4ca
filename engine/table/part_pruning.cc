#include <algorithm>

#include "engine/exec/pruning.h"
#include "engine/table/column_source.h"
#include "engine/table/key_expression.h"
#include "engine/table/pruning.h"

namespace ch::table {

using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

const Type& plain_type(const Type& type) {
    return type.id == TypeId::LowCardinality ? *type.children[0] : type;
}
bool is_nullable(const Type& type) {
    return type.nullable || plain_type(type).nullable;
}
bool is_integer(TypeId id) {
    return (id >= TypeId::Int8 && id <= TypeId::Int64) ||
           (id >= TypeId::UInt8 && id <= TypeId::UInt64);
}

exec::ColumnFacts exact_text(std::string_view text) {
    exec::ColumnFacts facts;
    facts.min = facts.max = std::string(text);
    facts.may_be_null = false;
    return facts;
}

std::optional<exec::ColumnFacts> min_max_facts(const part::Part& part, const TableSchema& schema,
                                               std::string_view name) {
    TypePtr type = comparable_type(part, schema, name);
    if (!type) return std::nullopt;
    std::optional<part::MinMax> bounds = part.min_max(name, *type);
    if (!bounds) return std::nullopt;
    exec::ColumnFacts facts = facts_of_bounds(*type, bounds->min, bounds->max);
    // ClickHouse leaves NaN out of these files, and older versions NULL: both may be there all the
    // same.
    bool is_float = std::holds_alternative<double>(bounds->max);
    if (is_float) facts.max.reset();
    facts.may_be_null = is_nullable(*type);
    return facts;
}

}  // namespace

TypePtr comparable_type(const part::Part& part, const TableSchema& schema,
                        std::string_view column) {
    const TableColumn* today = schema.find(column);
    std::optional<size_t> stored = part.find_column(column);
    if (!today || !stored) return nullptr;
    const TypePtr& type = part.columns()[*stored].type;
    const Type& then = plain_type(*type);
    const Type& now = plain_type(*today->type);
    bool same = then.id == now.id && then.scale == now.scale &&
                then.fixed_bytes == now.fixed_bytes && then.enum_values == now.enum_values &&
                then.children.empty();
    if (!same && !(is_integer(then.id) && is_integer(now.id))) return nullptr;
    return then.id == TypeId::Unsupported ? nullptr : type;
}

bool part_may_match(const part::Part& part, const TableSchema& schema,
                    const std::vector<exec::ExpressionPtr>& predicate) {
    exec::FactsOf facts = [&](std::string_view name) -> std::optional<exec::ColumnFacts> {
        if (schema.find(name)) return min_max_facts(part, schema, name);
        if (name == kPartColumn) return exact_text(part.name());
        if (name == kPartitionIdColumn)
            return exact_text(part.name().substr(0, part.name().find('_')));
        return std::nullopt;
    };
    return std::all_of(
        predicate.begin(), predicate.end(),
        [&](const exec::ExpressionPtr& conjunct) { return exec::may_match(*conjunct, facts); });
}

}  // namespace ch::table
