#include "engine/exec/gather.h"

#include <cstring>
#include <string>

#include "base/error.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/limits.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

using Pool = std::shared_ptr<BufferPool>;

namespace {

template <typename T>
void gather_values(const T* from, std::span<const uint32_t> rows, T* to) {
    for (size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
}

/// A 256-bit value moved as one piece; what the words mean does not matter here.
struct Wide32 {
    uint64_t words[4];
};

void gather_fixed(const Column& column, size_t width, std::span<const uint32_t> rows, Buffer& to) {
    const Buffer& from = column.data;
    switch (width) {
        case 1:
            return gather_values(from.as<uint8_t>(), rows, to.as<uint8_t>());
        case 2:
            return gather_values(from.as<uint16_t>(), rows, to.as<uint16_t>());
        case 4:
            return gather_values(from.as<uint32_t>(), rows, to.as<uint32_t>());
        case 8:
            return gather_values(from.as<uint64_t>(), rows, to.as<uint64_t>());
        case 16:
            return gather_values(from.as<column::Int128>(), rows, to.as<column::Int128>());
        case 32:
            return gather_values(from.as<Wide32>(), rows, to.as<Wide32>());
        default:
            for (size_t i = 0; i < rows.size(); ++i)
                std::memcpy(to.data() + i * width, from.data() + rows[i] * width, width);
    }
}

size_t gather_lengths(const Column& column, std::span<const uint32_t> rows, int32_t* offsets) {
    const int32_t* ends = column.offsets.as<int32_t>();
    for (size_t i = 0; i < rows.size(); ++i) offsets[i + 1] = ends[rows[i] + 1] - ends[rows[i]];
    return lengths_to_offsets(offsets, rows.size());
}

void gather_text(const Column& column, std::span<const uint32_t> rows, Column& to,
                 const Pool& pool) {
    // Most texts are short: 32 bytes are copied at once, which both buffers' padding allows.
    constexpr size_t kChunk = 32;
    static_assert(kChunk <= Buffer::kPaddingBytes);
    size_t bytes = gather_lengths(column, rows, to.offsets.as<int32_t>());
    to.data = pool->make(bytes);
    const int32_t* ends = column.offsets.as<int32_t>();
    const int32_t* out = to.offsets.as<int32_t>();
    if (bytes == 0) return;
    for (size_t i = 0; i < rows.size(); ++i) {
        const uint8_t* source = column.data.data() + ends[rows[i]];
        auto size = static_cast<size_t>(out[i + 1] - out[i]);
        // Writes over what follows, which the next rows write again: rows go upwards, and the last
        // one's surplus falls into the padding.
        std::memcpy(to.data.data() + out[i], source, kChunk);
        if (size > kChunk)
            std::memcpy(to.data.data() + out[i] + kChunk, source + kChunk, size - kChunk);
    }
}

void gather_children(const Column& column, std::span<const uint32_t> rows, Column& to,
                     const Pool& pool) {
    size_t elements = gather_lengths(column, rows, to.offsets.as<int32_t>());
    const int32_t* ends = column.offsets.as<int32_t>();
    Buffer numbers = pool->make(elements * sizeof(uint32_t));
    auto* number = numbers.as<uint32_t>();
    // Elements become rows of the children, which are gathered in the same way, level by level.
    for (uint32_t row : rows)
        for (int32_t element = ends[row]; element < ends[row + 1]; ++element)
            *number++ = static_cast<uint32_t>(element);
    std::span<const uint32_t> picked(numbers.as<uint32_t>(), elements);
    for (const ColumnPtr& child : column.children)
        to.children.push_back(std::make_shared<const Column>(gather(*child, picked, pool)));
}

}  // namespace

size_t lengths_to_offsets(int32_t* offsets, size_t rows) {
    size_t total = 0;
    offsets[0] = 0;
    for (size_t i = 1; i <= rows; ++i) {
        total += static_cast<size_t>(offsets[i]);
        offsets[i] = static_cast<int32_t>(total);
    }
    // Narrowing in the loop may have wrapped, but nothing was read by those offsets yet.
    if (total > kOffsetMax)
        throw Error(ErrorCode::Unsupported, "a batch of " + std::to_string(total) +
                                                " bytes or elements in one column; at most " +
                                                std::to_string(kOffsetMax) +
                                                " fit: ask for fewer rows a batch");
    return total;
}

Buffer copy_of(const Buffer& from, const Pool& pool) {
    if (from.empty()) return {};
    Buffer copy = pool->make(from.size());
    std::memcpy(copy.data(), from.data(), from.size());
    return copy;
}

Column gather(const Column& column, std::span<const uint32_t> rows, const Pool& pool) {
    Column result = column::make_column(column.type, rows.size(), pool);
    if (column.has_nulls()) {
        result.nulls = pool->make(rows.size());
        gather_values(column.nulls.data(), rows, result.nulls.data());
    }
    switch (column.type->id) {
        case TypeId::String:
            gather_text(column, rows, result, pool);
            break;
        case TypeId::Array:
        case TypeId::Map:
            gather_children(column, rows, result, pool);
            break;
        case TypeId::Tuple:
            for (const ColumnPtr& child : column.children)
                result.children.push_back(
                    std::make_shared<const Column>(gather(*child, rows, pool)));
            break;
        case TypeId::LowCardinality:
            gather_fixed(column, sizeof(int32_t), rows, result.data);
            result.children = column.children;
            break;
        default:
            gather_fixed(column, column.type->width(), rows, result.data);
    }
    return result;
}

ColumnPtr values_of_codes(const Column& codes, const Column& dictionary, const Pool& pool) {
    column::TypePtr type = dictionary.type->with_nullable(codes.type->nullable);
    Column values;
    if (dictionary.rows == 0) {
        // Only NULL rows, or none, can stand on an empty dictionary: there is nothing to gather.
        values = column::make_default_column(type, codes.rows, pool);
    } else if (codes.has_nulls()) {
        Buffer known = pool->make(codes.rows * sizeof(uint32_t));
        // A NULL row's code means nothing (column.h); any value does in its place.
        for (size_t i = 0; i < codes.rows; ++i)
            known.as<uint32_t>()[i] = codes.is_null(i) ? 0 : codes.data.as<uint32_t>()[i];
        values = gather(dictionary, {known.as<uint32_t>(), codes.rows}, pool);
    } else {
        values = gather(dictionary, {codes.data.as<uint32_t>(), codes.rows}, pool);
    }
    values.type = type;
    values.nulls = copy_of(codes.nulls, pool);
    return std::make_shared<const Column>(std::move(values));
}

ColumnPtr without_dictionary(const ColumnPtr& column, const Pool& pool) {
    if (column->type->id != TypeId::LowCardinality) return column;
    return values_of_codes(*column, *column->children[0], pool);
}

ColumnPtr take(const ColumnPtr& column, const Selection& selection, const Pool& pool) {
    if (selection.all) return column;
    return std::make_shared<const Column>(gather(*column, selection.rows, pool));
}

}  // namespace ch::exec
