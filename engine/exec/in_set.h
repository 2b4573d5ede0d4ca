#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/column/column.h"
#include "engine/exec/expression.h"

namespace ch::exec {

/// The literals of an IN, made ready for looking up values of the first argument's type. Immutable.
class InSet {
public:
    /// Requires: literals of the type's family, or NULL. Those that no value of the type equals are
    /// left out.
    InSet(const column::Type& type, std::span<const ExpressionPtr> literals);

    /// One literal was NULL: what is not found is NULL then.
    [[nodiscard]] bool has_null() const { return has_null_; }
    /// The distinct values that can be found, in the units of the type, rising.
    [[nodiscard]] const std::vector<column::Scalar>& values() const { return values_; }

    /// found[i] = 1 where the value is in the set, else 0; rows that are NULL get any of the two.
    /// Requires: the column has the type given to the constructor.
    void find(const column::Column& column, uint8_t* found) const;
    [[nodiscard]] bool contains(std::string_view text) const;

private:
    template <typename T>
    void find_integers(const T* values, size_t rows, uint8_t* found) const;
    template <typename T>
    void find_floats(const T* values, size_t rows, uint8_t* found) const;
    [[nodiscard]] bool contains(int64_t value) const;
    void index_integers();
    void index_texts();

    bool has_null_ = false;
    std::vector<column::Scalar> values_;
    std::vector<column::Int128> integers_;  // rising
    std::vector<double> floats_;            // rising, NaN last
    std::vector<std::string> texts_;        // rising
    // A bit a value from integers_.front() on, where they are dense enough.
    std::vector<uint64_t> bits_;
    // Open addressing, a power of two of slots: number of the value + 1, or 0.
    std::vector<uint32_t> slots_;
};

}  // namespace ch::exec
