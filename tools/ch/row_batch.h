#pragma once

#include <string>
#include <vector>

#include "tools/ch/row_source.h"

namespace ch::tools {

/// Rows being gathered for a block. Used by one thread.
class RowBatch {
public:
    explicit RowBatch(RowSourceOptions options);

    /// A cell of the row that is being gathered.
    void set(size_t column, const table::Constant& cell, uint64_t line);
    /// The row is complete; cells that were not set are missing.
    void end_row();
    [[nodiscard]] size_t rows() const { return rows_; }
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] column::Block take();
    [[nodiscard]] const std::vector<CellReader>& readers() const { return readers_; }
    /// Index of the column, or its count.
    [[nodiscard]] size_t find(const std::string& name) const;

private:
    RowSourceOptions options_;
    std::vector<CellReader> readers_;
    std::vector<std::vector<table::Constant>> cells_;
    std::vector<bool> is_given_;
    size_t rows_ = 0;
    size_t bytes_ = 0;
};

}  // namespace ch::tools
