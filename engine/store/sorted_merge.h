#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/table/scan.h"

namespace ch::storage {

/// The rows of several sorted scans as one sorted stream; of equal keys those of an earlier scan
/// come first. Holds a block a scan. Used by one thread.
class SortedMerge {
public:
    SortedMerge(std::vector<std::unique_ptr<table::Scan>> scans, std::vector<std::string> key,
                std::shared_ptr<BufferPool> pool);

    /// The next rows, or nothing at the end. Throws what Scan::next() throws.
    std::optional<column::Block> next();

private:
    struct Input {
        std::unique_ptr<table::Scan> scan;
        column::Block block;
        std::vector<column::ColumnPtr> key;
        size_t row = 0;
    };
    bool fill(Input& input);
    [[nodiscard]] size_t rows_up_to(const Input& input, const Input& bound) const;

    std::vector<Input> inputs_;
    std::vector<std::string> key_;
    std::shared_ptr<BufferPool> pool_;
};

}  // namespace ch::storage
