#include "engine/part/dictionary.h"

#include <cstring>

#include "base/error.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

column::ColumnPtr make_dictionary(const column::TypePtr& type,
                                  const std::vector<std::string_view>& values,
                                  const std::shared_ptr<BufferPool>& pool) {
    size_t bytes = 0;
    for (std::string_view value : values) bytes += value.size();
    if (bytes > kColumnBytesMax)
        throw Error(ErrorCode::Corrupt, "the keys of one batch's dictionaries have " +
                                            std::to_string(bytes) +
                                            " bytes; read fewer rows at once");
    column::Column column = column::make_column(type, values.size(), pool);
    column.data.resize(bytes);
    uint8_t* to = column.data.data();
    size_t used = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        if (!values[i].empty()) std::memcpy(to + used, values[i].data(), values[i].size());
        used += values[i].size();
        if (!column.offsets.empty())
            column.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(used);
    }
    return std::make_shared<const column::Column>(std::move(column));
}

}  // namespace

std::string_view value_bytes(const column::Column& column, size_t row) {
    if (column.type->id == column::TypeId::String) return column.text(row);
    size_t width = column.type->width();
    return {reinterpret_cast<const char*>(column.data.data()) + row * width, width};
}

column::ColumnPtr concat_dictionaries(const column::Column& first, const column::Column& second,
                                      const std::shared_ptr<BufferPool>& pool) {
    std::vector<std::string_view> values;
    values.reserve(first.rows + second.rows);
    for (size_t i = 0; i < first.rows; ++i) values.push_back(value_bytes(first, i));
    for (size_t i = 0; i < second.rows; ++i) values.push_back(value_bytes(second, i));
    return make_dictionary(first.type, values, pool);
}

bool same_dictionary(const column::Column& first, const column::Column& second) {
    auto same = [](const Buffer& a, const Buffer& b) {
        return a.size() == b.size() &&
               (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
    };
    return first.rows == second.rows && same(first.data, second.data) &&
           same(first.offsets, second.offsets);
}

std::vector<int32_t> DictionaryMerge::add(const column::Column& dictionary) {
    std::vector<int32_t> codes(dictionary.rows);
    for (size_t row = 0; row < dictionary.rows; ++row) {
        std::string_view value = value_bytes(dictionary, row);
        if (null_first_ && row == 0) {
            if (values_.empty()) values_.push_back(value);
            codes[row] = 0;
            continue;
        }
        auto [found, added] = codes_.try_emplace(value, static_cast<int32_t>(values_.size()));
        if (added) values_.push_back(value);
        codes[row] = found->second;
    }
    return codes;
}

column::ColumnPtr DictionaryMerge::finish(const column::TypePtr& type,
                                          const std::shared_ptr<BufferPool>& pool) {
    return make_dictionary(type, values_, pool);
}

}  // namespace ch::part
