#include "engine/exec/stored_order.h"

#include <algorithm>

#include "engine/exec/stored_value.h"

namespace ch::exec {

using column::Column;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

namespace {

template <typename T>
int compare(T left, T right) {
    return left < right ? -1 : left > right ? 1 : 0;
}

int compare_bytes(std::string_view left, std::string_view right) {
    return compare(left.compare(right), 0);
}

bool is_signed_wide(const Type& type) {
    return type.id == TypeId::Int128 || type.id == TypeId::Int256 || type.id == TypeId::Decimal;
}

int compare_fixed(const Type& type, const uint8_t* left, const uint8_t* right) {
    int result = 0;
    bool is_number = with_stored_number(type, [&]<typename T>(T) {
        result = compare(order_image(load<T>(left)), order_image(load<T>(right)));
    });
    if (is_number) return result;
    size_t words = order_words(type);
    // Most significant word first, so the first difference decides.
    for (size_t word = 0; word < words; ++word)
        if (int found = compare(order_word(type, left, word), order_word(type, right, word)))
            return found;
    return 0;
}

size_t code_at(const Column& column, size_t row) {
    return static_cast<size_t>(column.data.as<int32_t>()[row]);
}

bool is_nan(const Scalar& value) {
    const auto* real = std::get_if<double>(&value);
    return real != nullptr && std::isnan(*real);
}

template <typename T>
Scalar scalar_of(T value) {
    if constexpr (std::is_floating_point_v<T>)
        return static_cast<double>(value);
    else
        return Int128{value};
}

/// Rows of the least and the greatest value that is no NULL and no NaN, or false.
template <typename T>
bool find_extremes(const Column& column, size_t from, size_t rows, T& least, T& greatest) {
    const T* values = column.data.as<T>() + from;
    const uint8_t* nulls = column.has_nulls() ? column.nulls.data() + from : nullptr;
    size_t row = 0;
    auto counts = [&](size_t at) {
        if constexpr (std::is_floating_point_v<T>)
            if (std::isnan(values[at])) return false;
        return nulls == nullptr || nulls[at] == 0;
    };
    while (row < rows && !counts(row)) ++row;
    if (row == rows) return false;
    least = greatest = values[row];
    if (nulls == nullptr) {
        for (; row < rows; ++row) {
            // Both comparisons are false for NaN, which so never becomes a bound; as selections,
            // and not branches, they vectorise.
            least = values[row] < least ? values[row] : least;
            greatest = values[row] > greatest ? values[row] : greatest;
        }
        return true;
    }
    for (; row < rows; ++row) {
        if (!counts(row)) continue;
        least = std::min(least, values[row]);
        greatest = std::max(greatest, values[row]);
    }
    return true;
}

}  // namespace

size_t order_words(const Type& type) {
    switch (type.id) {
        case TypeId::BFloat16:
            return 1;
        case TypeId::Int128:
        case TypeId::UInt128:
        case TypeId::Uuid:
        case TypeId::IPv6:
            return 2;
        case TypeId::Int256:
        case TypeId::UInt256:
            return 4;
        case TypeId::Decimal:
            return type.width() / sizeof(uint64_t);
        case TypeId::FixedString:
            return (type.fixed_bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
        default:
            return 0;
    }
}

uint64_t order_word(const Type& type, const uint8_t* value, size_t word) {
    constexpr size_t kWord = sizeof(uint64_t);
    switch (type.id) {
        case TypeId::BFloat16:
            return order_image(widen_bfloat16(load<uint16_t>(value)));
        case TypeId::FixedString:
        case TypeId::IPv6: {
            // Stored in the order of comparison, first byte first; the last word of a FixedString
            // is padded with zeros, which changes no order among values of one length.
            uint8_t bytes[kWord] = {};
            size_t at = word * kWord;
            std::memcpy(bytes, value + at, std::min(kWord, type.width() - at));
            return __builtin_bswap64(load<uint64_t>(bytes));
        }
        default:
            break;
    }
    size_t words = type.width() / kWord;
    // Little-endian, so the highest word lies last. A UUID's second half lies last too, and it is
    // the one that ClickHouse compares first. A sign bit turned over makes negative words the lower
    // ones.
    auto bits = load<uint64_t>(value + (words - 1 - word) * kWord);
    return word == 0 && is_signed_wide(type) ? bits ^ uint64_t { 1 } << 63 : bits;
}

bool has_stored_order(const Type& type) {
    if (type.id == TypeId::LowCardinality) return has_stored_order(*type.children[0]);
    return type.id == TypeId::String || type.width() > 0;
}

int compare_stored(const Column& left, size_t left_row, const Column& right, size_t right_row) {
    bool left_null = left.is_null(left_row);
    bool right_null = right.is_null(right_row);
    if (left_null || right_null) return compare<int>(left_null ? 1 : 0, right_null ? 1 : 0);
    const Type& type = *left.type;
    if (type.id == TypeId::String) return compare_bytes(left.text(left_row), right.text(right_row));
    if (type.id == TypeId::LowCardinality)
        return compare_stored(*left.children[0], code_at(left, left_row), *right.children[0],
                              code_at(right, right_row));
    size_t width = type.width();
    return compare_fixed(type, left.data.data() + left_row * width,
                         right.data.data() + right_row * width);
}

int compare_stored(std::span<const column::ColumnPtr> left, size_t left_row,
                   std::span<const column::ColumnPtr> right, size_t right_row) {
    for (size_t i = 0; i < left.size(); ++i)
        if (int found = compare_stored(*left[i], left_row, *right[i], right_row)) return found;
    return 0;
}

int compare_stored(const Type& type, const Scalar& left, const Scalar& right) {
    if (column::is_null(left) || column::is_null(right))
        return compare<int>(column::is_null(left) ? 1 : 0, column::is_null(right) ? 1 : 0);
    if (const auto* number = std::get_if<Int128>(&left))
        return compare(*number, std::get<Int128>(right));
    if (const auto* real = std::get_if<double>(&left))
        return compare(order_image(*real), order_image(std::get<double>(right)));
    const auto& left_text = std::get<std::string>(left);
    const auto& right_text = std::get<std::string>(right);
    const Type& plain = type.id == TypeId::LowCardinality ? *type.children[0] : type;
    if (plain.id == TypeId::String) return compare_bytes(left_text, right_text);
    return compare_fixed(plain, as_bytes(left_text).data(), as_bytes(right_text).data());
}

void StoredRange::add(const Column& column, size_t from, size_t rows) {
    if (column.has_nulls())
        has_null_ |= std::any_of(column.nulls.data() + from, column.nulls.data() + from + rows,
                                 [](uint8_t null) { return null != 0; });
    if (column.type->id == TypeId::LowCardinality) return add_dictionary(column, from, rows);
    bool is_number = with_stored_number(*column.type, [&]<typename T>(T) {
        T least{};
        T greatest{};
        if (find_extremes(column, from, rows, least, greatest)) {
            Scalar low = scalar_of(least);
            Scalar high = scalar_of(greatest);
            bool none = !min_ || is_nan(*min_);
            if (none || compare_stored(*type_, low, *min_) < 0) min_ = low;
            if (none || compare_stored(*type_, high, *max_) > 0) max_ = high;
        } else if (!min_ && std::is_floating_point_v<T>) {
            // Nothing but NaN so far: it stands in the range until a number comes, as ClickHouse's
            // minmax has it.
            for (size_t row = from; row < from + rows; ++row)
                if (!column.is_null(row)) min_ = max_ = scalar_of(column.data.as<T>()[row]);
        }
    });
    if (is_number) return;
    size_t least = rows;
    size_t greatest = rows;
    for (size_t row = 0; row < rows; ++row) {
        if (column.is_null(from + row)) continue;
        if (least == rows || compare_stored(column, from + row, column, from + least) < 0)
            least = row;
        if (greatest == rows || compare_stored(column, from + row, column, from + greatest) > 0)
            greatest = row;
    }
    if (least == rows) return;
    add_value(column, from + least);
    add_value(column, from + greatest);
}

void StoredRange::add_dictionary(const Column& column, size_t from, size_t rows) {
    const Column& dictionary = *column.children[0];
    // A dictionary may hold keys of other granules: only those that these rows point to count.
    std::vector<bool> is_used(dictionary.rows);
    for (size_t row = from; row < from + rows; ++row)
        if (!column.is_null(row)) is_used[code_at(column, row)] = true;
    for (size_t code = 0; code < is_used.size(); ++code)
        if (is_used[code]) add_value(dictionary, code);
}

void StoredRange::add_value(const Column& column, size_t row) {
    Scalar value;
    const Type& type = *column.type;
    if (type.id == TypeId::String) {
        value = std::string(column.text(row));
    } else {
        const uint8_t* bytes = column.data.data() + row * type.width();
        bool is_number =
            with_stored_number(type, [&]<typename T>(T) { value = scalar_of(load<T>(bytes)); });
        // UInt128, 256-bit numbers, UUID and IPv6 do not fit an Int128 by value: a Scalar has their
        // bytes.
        if (!is_number && type.id == TypeId::BFloat16)
            value = static_cast<double>(widen_bfloat16(load<uint16_t>(bytes)));
        else if (!is_number && type.width() == sizeof(Int128) &&
                 (type.id == TypeId::Int128 || type.id == TypeId::Decimal))
            value = load<Int128>(bytes);
        else if (!is_number)
            value = std::string(as_text({bytes, type.width()}));
    }
    bool none = !min_ || (is_nan(*min_) && !is_nan(value));
    if (!none && is_nan(value)) return;
    if (none || compare_stored(type, value, *min_) < 0) min_ = value;
    if (none || compare_stored(type, value, *max_) > 0) max_ = value;
}

}  // namespace ch::exec
