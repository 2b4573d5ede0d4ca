#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/column/column.h"
#include "engine/column/scalar.h"
#include "engine/table/partition_term.h"

namespace ch::table {

/// The expressions of a PARTITION BY. Immutable, thread-safe.
class PartitionKey {
public:
    /// The empty key: one partition.
    PartitionKey() = default;
    /// A key whose values can be computed, of a table that we write. `type_of`: the table's
    /// columns. Throws Error{Unsupported} for another expression or type.
    static PartitionKey parse(std::string_view sql, const TypeOf& type_of);
    /// A key of which at least the types are known; nothing for others. `type_of`: the part's
    /// columns.
    static std::optional<PartitionKey> understand(std::string_view sql, const TypeOf& type_of);

    [[nodiscard]] const std::vector<PartitionTerm>& terms() const { return terms_; }
    [[nodiscard]] const std::vector<column::TypePtr>& types() const { return types_; }
    /// The columns that it uses, each once: those that have a minmax_*.idx.
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

    /// The values of a row of the block.
    struct Rows {
        std::vector<column::Scalar> values;
        column::Block block;
    };
    /// The rows of each partition, in their order. The block itself when all are of one. Throws
    /// Error{MemoryLimit | InvalidArgument} (a column is missing). Requires: made by parse().
    [[nodiscard]] std::vector<Rows> split(const column::Block& block,
                                          const std::shared_ptr<BufferPool>& pool) const;

private:
    void add(PartitionTerm term);

    std::vector<PartitionTerm> terms_;
    std::vector<column::TypePtr> types_;
    std::vector<std::string> columns_;
};

}  // namespace ch::table
