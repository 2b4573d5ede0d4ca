#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/column/column.h"

namespace ch::part {

/// The stored bytes of one value. Requires: a fixed-width or String column.
std::string_view value_bytes(const column::Column& column, size_t row);

/// The rows of `first`, then those of `second`, of the same type.
column::ColumnPtr concat_dictionaries(const column::Column& first, const column::Column& second,
                                      const std::shared_ptr<BufferPool>& pool);

/// Same rows, same bytes.
bool same_dictionary(const column::Column& first, const column::Column& second);

/// Makes one dictionary of several, each value once. `null_first`: row 0 of each stands for NULL
/// and stays row 0, whatever bytes it has. The dictionaries outlive this object.
class DictionaryMerge {
public:
    explicit DictionaryMerge(bool null_first) : null_first_(null_first) {}
    /// The merged code of each row of `dictionary`.
    std::vector<int32_t> add(const column::Column& dictionary);
    column::ColumnPtr finish(const column::TypePtr& type, const std::shared_ptr<BufferPool>& pool);

private:
    bool null_first_;
    std::unordered_map<std::string_view, int32_t> codes_;
    std::vector<std::string_view> values_;
};

}  // namespace ch::part
