#include <algorithm>

#include "engine/exec/pruning.h"
#include "engine/exec/value_order.h"
#include "engine/table/key_expression.h"
#include "engine/table/pruning.h"
#include "engine/table/sql_token.h"

namespace ch::table {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

const Type& plain_type(const Type& type) {
    return type.id == TypeId::LowCardinality ? *type.children[0] : type;
}

/// The columns of an index over plain columns, `a` or `(a, b)`; none for any other expression.
std::vector<std::string> index_columns(std::string_view expression) {
    std::vector<SqlToken> storage = tokenize_sql(expression);
    std::span<const SqlToken> tokens = std::span<const SqlToken>(storage).first(storage.size() - 1);
    if (tokens.size() > 2 && tokens[0].is_symbol("(") &&
        closing_bracket(tokens, 0) == tokens.size() - 1)
        tokens = tokens.subspan(1, tokens.size() - 2);
    std::vector<std::string> names;
    for (std::span<const SqlToken> piece : split_commas(tokens)) {
        bool is_name = piece.size() == 1 && (piece[0].kind == SqlToken::Kind::Word ||
                                             piece[0].kind == SqlToken::Kind::QuotedName);
        if (!is_name) return {};
        names.push_back(unquote(piece[0]));
    }
    return names;
}

/// Whether a value of the type has one stored form, so that an index of exact values can be asked.
/// Floats have two zeros.
bool has_one_form(const Type& type) {
    switch (type.id) {
        case TypeId::Enum8:
        case TypeId::Enum16:
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
        case TypeId::Float32:
        case TypeId::Float64:
        case TypeId::BFloat16:
            return false;
        case TypeId::DateTime64:
            return type.scale <= 6;
        default:
            return true;
    }
}

class IndexSearch {
public:
    IndexSearch(const format::SkipIndex& index, const std::vector<std::string>& names,
                const std::vector<column::TypePtr>& types)
        : index_(index), names_(names), types_(types) {}

    bool may_match(size_t entry, const std::vector<const exec::Expression*>& predicate) const {
        exec::FactsOf facts = [&](std::string_view name) { return facts_of(entry, name); };
        return std::all_of(
            predicate.begin(), predicate.end(),
            [&](const exec::Expression* conjunct) { return exec::may_match(*conjunct, facts); });
    }

private:
    std::optional<exec::ColumnFacts> facts_of(size_t entry, std::string_view name) const {
        auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end()) return std::nullopt;
        auto column = static_cast<size_t>(found - names_.begin());
        const Type& type = *types_[column];
        if (index_.kind() == format::SkipIndex::Kind::MinMax) return bounds(entry, column, type);
        exec::ColumnFacts facts;
        bool is_nullable = type.nullable || plain_type(type).nullable;
        facts.may_be_null = is_nullable && index_.may_contain(entry, column, Scalar());
        if (!has_one_form(plain_type(type))) return facts;
        facts.may_contain = [this, entry, column, &type](const Scalar& value) {
            std::optional<Scalar> stored = stored_value(value, plain_type(type));
            return stored && index_.may_contain(entry, column, *stored);
        };
        return facts;
    }

    std::optional<exec::ColumnFacts> bounds(size_t entry, size_t column, const Type& type) const {
        std::optional<format::SkipIndex::Range> range = index_.range(entry, column);
        if (!range) return std::nullopt;
        return facts_of_min_max(type, range->min, range->max);
    }

    const format::SkipIndex& index_;
    const std::vector<std::string>& names_;
    const std::vector<column::TypePtr>& types_;
};

void add_range(std::vector<GranuleRange>& ranges, GranuleRange range) {
    if (!ranges.empty() && ranges.back().to == range.from)
        ranges.back().to = range.to;
    else
        ranges.push_back(range);
}

std::vector<GranuleRange> prune_by_index(const part::Part& part, const TableSchema& schema,
                                         const TableSchema::SkipIndex& definition,
                                         const std::vector<exec::ExpressionPtr>& predicate,
                                         std::vector<GranuleRange> ranges) {
    std::vector<std::string> names = index_columns(definition.expression);
    std::vector<const exec::Expression*> bound;
    for (const exec::ExpressionPtr& conjunct : predicate) {
        std::vector<std::string> used = exec::referenced_columns(*conjunct);
        auto is_indexed = [&](const std::string& name) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        if (std::any_of(used.begin(), used.end(), is_indexed)) bound.push_back(conjunct.get());
    }
    if (bound.empty()) return ranges;
    std::vector<column::TypePtr> types;
    for (const std::string& name : names) {
        column::TypePtr type = comparable_type(part, schema, name);
        if (!type) return ranges;
        types.push_back(type);
    }
    std::optional<format::SkipIndex> index =
        part.skip_index(definition.name, definition.type, types, definition.granularity);
    if (!index) return ranges;
    IndexSearch search(*index, names, types);
    std::vector<GranuleRange> kept;
    for (GranuleRange range : ranges) {
        while (range.from < range.to) {
            uint64_t entry = range.from / definition.granularity;
            uint64_t end = std::min(range.to, (entry + 1) * definition.granularity);
            if (search.may_match(entry, bound)) add_range(kept, {range.from, end});
            range.from = end;
        }
    }
    return kept;
}

}  // namespace

std::vector<GranuleRange> prune_by_skip_indices(const part::Part& part, const TableSchema& schema,
                                                const std::vector<exec::ExpressionPtr>& predicate,
                                                std::vector<GranuleRange> ranges) {
    if (predicate.empty()) return ranges;
    for (const TableSchema::SkipIndex& index : schema.skip_indices) {
        if (ranges.empty()) break;
        ranges = prune_by_index(part, schema, index, predicate, std::move(ranges));
    }
    return ranges;
}

}  // namespace ch::table
