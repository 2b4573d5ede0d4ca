#include <algorithm>

#include "engine/exec/pruning.h"
#include "engine/exec/spark_types.h"
#include "engine/exec/value_order.h"
#include "engine/format/single_value.h"
#include "engine/table/key_expression.h"
#include "engine/table/pruning.h"

namespace ch::table {

using column::Int128;
using column::Scalar;

namespace {

Scalar value_at(const column::Column& column, size_t row) {
    if (column.is_null(row)) return {};
    size_t width = column.type->width();
    if (column.type->id == column::TypeId::String) return std::string(column.text(row));
    return format::scalar_of_bytes({column.data.data() + row * width, width}, *column.type);
}

/// The greater of two lower bounds, or the smaller of two upper ones.
std::optional<Scalar> tighter(const std::optional<Scalar>& a, const std::optional<Scalar>& b,
                              const column::Type& type, bool greater) {
    if (!a || !b) return a ? a : b;
    int order = exec::compare_values(*a, type, *b, type);
    return (order < 0) == greater ? b : a;
}

/// Generic exclusion search: a run of granules whose keys cannot match is left out whole, else it
/// is halved (mergetree.md 6.1). Keys of granules [from, to) lie between the index rows `from` and
/// `to`, both included.
class KeySearch {
public:
    KeySearch(const part::Part& part, std::vector<KeyExpression> keys,
              const std::vector<column::ColumnPtr>& index,
              std::vector<const exec::Expression*> predicate)
        : part_(part),
          keys_(std::move(keys)),
          index_(index),
          predicate_(std::move(predicate)),
          facts_(keys_.size()) {
        facts_of_ = [this](std::string_view column) { return facts_of(column); };
        granules_ = part_.granules().count();
        for (const column::ColumnPtr& column : index_) index_rows_ = column->rows;
    }

    std::vector<GranuleRange> run() {
        if (granules_ > 0) search(0, granules_);
        return std::move(found_);
    }

private:
    void search(size_t from, size_t to) {
        if (!may_match(from, to)) return;
        if (to - from > 1) {
            size_t middle = from + (to - from) / 2;
            search(from, middle);
            search(middle, to);
        } else if (!found_.empty() && found_.back().to == from) {
            found_.back().to = to;
        } else {
            found_.push_back({from, to});
        }
    }

    bool may_match(size_t from, size_t to) {
        bool has_end = to < index_rows_;
        lower_.clear();
        upper_.clear();
        for (size_t key = 0; key < keys_.size(); ++key) {
            lower_.push_back(value_at(*index_[key], from));
            if (has_end) upper_.push_back(value_at(*index_[key], to));
        }
        return may_match_box(0, true, has_end);
    }

    /// Key columns before `key` are fixed in facts_; from it on keys lie above lower_ and below
    /// upper_, where those bound. The keys of a run of granules are no box: they are its inner part
    /// and what stands at either edge.
    bool may_match_box(size_t key, bool has_lower, bool has_upper) {
        if (key == keys_.size() || (!has_lower && !has_upper)) return test(key);
        const KeyBound low = has_lower ? KeyBound(lower_[key]) : KeyBound();
        const KeyBound high = has_upper ? KeyBound(upper_[key]) : KeyBound();
        if (low && high && *low == *high) {
            set_facts(key, low, high);
            return may_match_box(key + 1, true, true);
        }
        bool is_last = key + 1 == keys_.size();
        if (is_last || !has_steps(key, low, high)) {
            set_facts(key, low, high);
            return test(key + 1);
        }
        KeyBound inner_low = low, inner_high = high;
        if (low) inner_low = std::get<Int128>(*low) + 1;
        if (high) inner_high = std::get<Int128>(*high) - 1;
        bool has_inner =
            !low || !high || std::get<Int128>(*inner_low) <= std::get<Int128>(*inner_high);
        if (has_inner) {
            set_facts(key, inner_low, inner_high);
            if (test(key + 1)) return true;
        }
        if (low) {
            set_facts(key, low, low);
            if (may_match_box(key + 1, true, false)) return true;
        }
        if (!high) return false;
        set_facts(key, high, high);
        return may_match_box(key + 1, false, true);
    }

    /// Whether the bounds' neighbours are values too, so that the edges can be told from what is
    /// between them.
    bool has_steps(size_t key, const KeyBound& low, const KeyBound& high) const {
        auto is_whole = [](const KeyBound& bound) {
            return !bound || std::holds_alternative<Int128>(*bound);
        };
        return is_whole(low) && is_whole(high) && !keys_[key].descending &&
               exec::spark_order_is_stored_order(*keys_[key].type);
    }

    void set_facts(size_t key, const KeyBound& low, const KeyBound& high) {
        facts_[key].reset();
        if (!keys_[key].column.empty()) facts_[key] = keys_[key].facts(low, high);
    }

    /// Whether a row may pass, given facts_ of the first `known` key columns.
    bool test(size_t known) {
        known_ = known;
        return std::all_of(predicate_.begin(), predicate_.end(),
                           [&](const exec::Expression* conjunct) {
                               return exec::may_match(*conjunct, facts_of_);
                           });
    }

    std::optional<exec::ColumnFacts> facts_of(std::string_view column) const {
        std::optional<exec::ColumnFacts> all;
        for (size_t key = 0; key < known_; ++key) {
            if (keys_[key].column != column || !facts_[key]) continue;
            if (!all) {
                all = facts_[key];
                continue;
            }
            column::TypePtr type = exec::spark_type(*keys_[key].column_type);
            all->min = tighter(all->min, facts_[key]->min, *type, true);
            all->max = tighter(all->max, facts_[key]->max, *type, false);
            all->may_be_null = all->may_be_null && facts_[key]->may_be_null;
            all->may_be_not_null = all->may_be_not_null && facts_[key]->may_be_not_null;
        }
        return all;
    }

    const part::Part& part_;
    std::vector<KeyExpression> keys_;
    const std::vector<column::ColumnPtr>& index_;
    std::vector<const exec::Expression*> predicate_;
    std::vector<std::optional<exec::ColumnFacts>> facts_;  // one a key column
    exec::FactsOf facts_of_;
    size_t known_ = 0;
    size_t granules_ = 0;
    size_t index_rows_ = 0;
    std::vector<Scalar> lower_, upper_;
    std::vector<GranuleRange> found_;
};

/// The key's expressions, or nothing if the index cannot be read because one of them has an unknown
/// type.
std::optional<std::vector<KeyExpression>> understand_keys(const part::Part& part,
                                                          const TableSchema& schema) {
    TypeOf stored_type = [&](std::string_view column) -> column::TypePtr {
        std::optional<size_t> index = part.find_column(column);
        return index ? part.columns()[*index].type : nullptr;
    };
    std::vector<KeyExpression> keys;
    for (const std::string& sql : schema.primary_key) {
        std::optional<KeyExpression> key = understand_key(sql, stored_type);
        if (!key) return std::nullopt;
        if (!key->column.empty() && !comparable_type(part, schema, key->column))
            key->column.clear();
        keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace

std::vector<GranuleRange> prune_by_primary_key(const part::Part& part, const TableSchema& schema,
                                               const std::vector<exec::ExpressionPtr>& predicate) {
    std::vector<GranuleRange> all;
    if (part.granules().count() > 0) all.push_back({0, part.granules().count()});
    if (predicate.empty() || schema.primary_key.empty() || all.empty()) return all;
    std::optional<std::vector<KeyExpression>> keys = understand_keys(part, schema);
    if (!keys) return all;

    std::vector<const exec::Expression*> bound;  // conjuncts that a key column bounds
    size_t keys_used = 0;
    for (const exec::ExpressionPtr& conjunct : predicate) {
        size_t used = 0;
        for (const std::string& name : exec::referenced_columns(*conjunct))
            for (size_t key = 0; key < keys->size(); ++key)
                if ((*keys)[key].column == name) used = std::max(used, key + 1);
        if (used > 0) bound.push_back(conjunct.get());
        keys_used = std::max(keys_used, used);
    }
    if (bound.empty()) return all;
    std::vector<column::TypePtr> types;
    for (const KeyExpression& key : *keys) types.push_back(key.type);
    const std::vector<column::ColumnPtr>& index = part.primary_index(types);
    keys->resize(keys_used);
    return KeySearch(part, std::move(*keys), index, std::move(bound)).run();
}

}  // namespace ch::table
