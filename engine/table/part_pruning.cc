#include <algorithm>
#include <functional>
#include <limits>

#include "base/bytes.h"
#include "engine/exec/pruning.h"
#include "engine/exec/stored_value.h"
#include "engine/format/partition_id.h"
#include "engine/format/single_value.h"
#include "engine/table/column_source.h"
#include "engine/table/key_expression.h"
#include "engine/table/partition_key.h"
#include "engine/table/pruning.h"

namespace ch::table {

using column::Int128;
using column::Scalar;
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
    exec::ColumnFacts facts = facts_of_min_max(*type, bounds->min, bounds->max);
    // Older versions leave NULL out of these files.
    facts.may_be_null = is_nullable(*type);
    return facts;
}

/// What the partition's values rule out: a % 8 tells which `a` may be there. What the bounds of a
/// column tell is left to its minmax file.
class PartitionFacts {
public:
    PartitionFacts(const part::Part& part, const TableSchema& schema) : part_(part) {
        if (schema.partition_key.empty()) return;
        TypeOf stored_type = [&](std::string_view column) -> TypePtr {
            std::optional<size_t> index = part.find_column(column);
            return index ? part.columns()[*index].type : nullptr;
        };
        std::optional<PartitionKey> key =
            PartitionKey::understand(schema.partition_key, stored_type);
        if (key) key_ = std::move(*key);
    }

    /// A test of exact values of the column; empty if the key tells nothing of them.
    std::function<bool(const Scalar&)> values_of(std::string_view column) {
        for (const PartitionTerm& term : key_.terms())
            if (tells_of(term, column))
                return [this, name = std::string(column)](const Scalar& value) {
                    return may_contain(name, value);
                };
        return nullptr;
    }

private:
    static bool tells_of(const PartitionTerm& term, std::string_view column) {
        return term.is_computed() && !term.is_plain_column() && term.column() == column &&
               !term.column_type()->nullable;
    }

    bool may_contain(const std::string& column, const Scalar& value) {
        if (!is_read_) read();
        for (size_t i = 0; i < values_.size(); ++i) {
            const PartitionTerm& term = key_.terms()[i];
            if (!tells_of(term, column)) continue;
            std::optional<Scalar> stored = stored_value(value, *term.column_type());
            if (!stored) return false;
            std::optional<uint64_t> bits = bits_of(std::get<Int128>(*stored), *term.column_type());
            if (!bits) continue;
            uint64_t result = term.value_of(static_cast<int64_t>(*bits));
            if (format::scalar_of_bytes(
                    {reinterpret_cast<const uint8_t*>(&result), term.type()->width()},
                    *term.type()) != values_[i])
                return false;
        }
        return true;
    }

    /// The number in the type's width, extended to 64 bits; nothing if it does not fit.
    static std::optional<uint64_t> bits_of(Int128 number, const Type& type) {
        std::optional<uint64_t> bits;
        exec::with_stored_number(type, [&]<typename T>(T) {
            if constexpr (std::is_integral_v<T>) {
                bool fits = number >= Int128(std::numeric_limits<T>::min()) &&
                            number <= Int128(std::numeric_limits<T>::max());
                if (fits) bits = static_cast<uint64_t>(static_cast<T>(number));
            }
        });
        return bits;
    }

    /// Values that do not give the partition's id were not understood.
    void read() {
        is_read_ = true;
        std::optional<std::vector<Scalar>> values = part_.partition_values(key_.types());
        if (!values) return;
        const std::string id = part_.name().substr(0, part_.name().find('_'));
        if (format::partition_id(key_.types(), *values) == id) values_ = std::move(*values);
    }

    const part::Part& part_;
    PartitionKey key_;
    bool is_read_ = false;
    std::vector<Scalar> values_;  // one a term; none if they are not known
};

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
    if (predicate.empty()) return true;
    PartitionFacts partition(part, schema);
    exec::FactsOf facts = [&](std::string_view name) -> std::optional<exec::ColumnFacts> {
        if (schema.find(name)) {
            std::optional<exec::ColumnFacts> known = min_max_facts(part, schema, name);
            if (known) known->may_contain = partition.values_of(name);
            return known;
        }
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
