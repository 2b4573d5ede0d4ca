#pragma once

#include <optional>
#include <span>

#include "engine/column/column.h"
#include "engine/column/scalar.h"

namespace ch::exec {

// ClickHouse's order of stored values, which sorts parts and bounds indices: numbers by value,
// texts by bytes, a UUID by its second half first, NaN above all numbers, -0.0 equal to 0.0, NULL
// above all.

/// Types whose values have this order: all but Array, Map, Tuple and unsupported ones.
bool has_stored_order(const column::Type& type);

/// -1, 0 or 1. Requires: equal types that have the order.
int compare_stored(const column::Column& left, size_t left_row, const column::Column& right,
                   size_t right_row);
int compare_stored(const column::Type& type, const column::Scalar& left,
                   const column::Scalar& right);
/// The same for the rows of several columns, the first one that differs deciding.
int compare_stored(std::span<const column::ColumnPtr> left, size_t left_row,
                   std::span<const column::ColumnPtr> right, size_t right_row);

/// The least and the greatest of the values given so far, as ClickHouse's minmax files have them:
/// NULL is the greatest, and the least only if there is nothing else; NaN counts only then too.
class StoredRange {
public:
    /// Requires: has_stored_order(*type).
    explicit StoredRange(column::TypePtr type) : type_(std::move(type)) {}
    void add(const column::Column& column, size_t from, size_t rows);
    /// Nothing if no row was given.
    [[nodiscard]] bool empty() const { return !min_.has_value() && !has_null_; }
    [[nodiscard]] column::Scalar min() const { return min_ ? *min_ : column::Scalar(); }
    [[nodiscard]] column::Scalar max() const { return has_null_ ? column::Scalar() : *max_; }
    [[nodiscard]] const column::TypePtr& type() const { return type_; }

private:
    void add_dictionary(const column::Column& column, size_t from, size_t rows);
    void add_value(const column::Column& column, size_t row);

    column::TypePtr type_;
    std::optional<column::Scalar> min_;
    std::optional<column::Scalar> max_;
    bool has_null_ = false;
};

}  // namespace ch::exec
