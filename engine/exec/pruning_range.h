#pragma once

#include <optional>
#include <string_view>

#include "engine/exec/pruning.h"

namespace ch::exec {

/// Between what an expression's values lie over some set of rows. An absent bound is not known.
struct Range {
    column::TypePtr type;
    std::optional<column::Scalar> min;
    std::optional<column::Scalar> max;
    bool may_be_null = true;
    bool may_be_value = true;  ///< some row may be not NULL

    /// Of one value: NULL gives a range with no values.
    static Range of(column::Scalar value, column::TypePtr type);

    /// Every value is below (above) every one of the other. False where that is not known.
    [[nodiscard]] bool is_below(const Range& other) const;
    [[nodiscard]] bool is_above(const Range& other) const { return other.is_below(*this); }
    /// Some value may be below some of the other.
    [[nodiscard]] bool may_be_below(const Range& other) const;
    /// Both hold one and the same value at most.
    [[nodiscard]] bool is_one_value_with(const Range& other) const;
    [[nodiscard]] bool may_hold(const column::Scalar& value, const column::Type& value_type) const;
    /// The one value is all that rows which are not NULL hold.
    [[nodiscard]] bool is_only(const column::Scalar& value, const column::Type& value_type) const;
    /// Some text may begin with these bytes.
    [[nodiscard]] bool may_begin_with(std::string_view prefix) const;
};

/// The range of any expression; knows nothing of values (but whether they can be NULL) for
/// functions that keep no order.
Range range_of(const Expression& expression, const FactsOf& facts);

}  // namespace ch::exec
