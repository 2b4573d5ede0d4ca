#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/column/column.h"
#include "engine/table/key_expression.h"
#include "engine/table/sql_token.h"

namespace ch::table {

/// One expression of a PARTITION BY. Immutable, thread-safe.
class PartitionTerm {
public:
    /// A column, or a function of one whose type its name gives away; either may stand in `% n`,
    /// modulo(..., n) or intDiv(..., n) with n > 0. `type_of`: the columns of the table or the
    /// part. Nothing for another expression, and for functions of a Nullable column.
    static std::optional<PartitionTerm> understand(std::span<const SqlToken> tokens,
                                                   const TypeOf& type_of);

    /// Of the term's values, as partition.dat holds them.
    [[nodiscard]] const column::TypePtr& type() const { return type_; }
    /// Whether the values can be computed here: column, toYYYYMM, toYYYYMMDD, toYear and toDate of
    /// a date or a time in UTC, and % and intDiv of these. The values are ClickHouse's, its
    /// wrapping of narrow types included.
    [[nodiscard]] bool is_computed() const { return is_computed_; }
    /// Empty if not computed.
    [[nodiscard]] const std::string& column() const { return column_; }
    [[nodiscard]] bool is_plain_column() const {
        return is_computed_ && function_ == Function::None && outer_ == Outer::None;
    }
    [[nodiscard]] const column::TypePtr& column_type() const { return column_type_; }
    /// Requires: is_computed(), and the column has column_type().
    [[nodiscard]] column::ColumnPtr evaluate(const column::ColumnPtr& column,
                                             const std::shared_ptr<BufferPool>& pool) const;
    /// The low bytes, as many as type() has, of the term's value for one stored value. Requires:
    /// is_computed(), not is_plain_column().
    [[nodiscard]] uint64_t value_of(int64_t stored) const;

private:
    enum class Function : uint8_t { None, ToYYYYMM, ToYYYYMMDD, ToYear, ToDate };
    enum class Outer : uint8_t { None, Modulo, IntDiv };
    bool understand_inner(std::span<const SqlToken> tokens, const TypeOf& type_of);
    bool take_divisor(const SqlToken& token);

    Function function_ = Function::None;
    Outer outer_ = Outer::None;
    bool is_computed_ = false;
    std::string column_;
    column::TypePtr column_type_;
    column::TypePtr inner_type_;
    column::TypePtr type_;
    int64_t day_units_ = 1;
    uint64_t divisor_ = 0;
};

}  // namespace ch::table
