#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/table/key_expression.h"
#include "engine/table/sql_token.h"

namespace ch::table {

/// PARTITION BY of a table that we write: a tuple of columns, toYYYYMM, toYear or toDate of a date
/// or a time in UTC, column % n and intDiv(column, n) with n > 0. The values are ClickHouse's, its
/// wrapping of narrow types included. Immutable, thread-safe.
class PartitionKey {
public:
    /// The empty key: one partition.
    PartitionKey() = default;
    /// `type_of`: the table's columns. Throws Error{Unsupported} for another expression or type.
    static PartitionKey parse(std::string_view sql, const TypeOf& type_of);

    [[nodiscard]] const std::vector<column::TypePtr>& types() const { return types_; }
    /// The columns that it uses, each once: those that have a minmax_*.idx.
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

    /// The values of a row of the block.
    struct Rows {
        std::vector<column::Scalar> values;
        column::Block block;
    };
    /// The rows of each partition, in their order. The block itself when all are of one. Throws
    /// Error{MemoryLimit | InvalidArgument} (a column is missing).
    [[nodiscard]] std::vector<Rows> split(const column::Block& block,
                                          const std::shared_ptr<BufferPool>& pool) const;

private:
    enum class Function : uint8_t { None, ToYYYYMM, ToYear, ToDate, Modulo, IntDiv };
    struct Term {
        Function function = Function::None;
        std::string column;
        column::TypePtr column_type;
        uint64_t divisor = 0;
    };
    static Term parse_term(std::span<const SqlToken> tokens, const TypeOf& type_of);
    static column::TypePtr type_of_term(const Term& term);
    static column::ColumnPtr evaluate(const Term& term, const column::ColumnPtr& column,
                                      const std::shared_ptr<BufferPool>& pool);

    std::vector<Term> terms_;
    std::vector<column::TypePtr> types_;
    std::vector<std::string> columns_;
};

}  // namespace ch::table
