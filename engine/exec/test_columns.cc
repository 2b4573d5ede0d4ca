#include "engine/exec/test_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

namespace {

/// Unlike ==, tells 0.0 from -0.0.
bool same_bits(const Scalar& left, const Scalar& right) {
    const auto* a = std::get_if<double>(&left);
    const auto* b = std::get_if<double>(&right);
    if (a == nullptr || b == nullptr) return left == right;
    return std::bit_cast<uint64_t>(*a) == std::bit_cast<uint64_t>(*b);
}

bool is_unsigned(TypeId id) {
    switch (id) {
        case TypeId::Bool:
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Date:
        case TypeId::DateTime:
        case TypeId::IPv4:
            return true;
        default:
            return false;
    }
}

void put(Column& column, size_t row, const Scalar& value) {
    uint8_t* to = column.data.data() + row * column.type->width();
    if (const auto* text = std::get_if<std::string>(&value)) {
        std::copy(text->begin(), text->end(), to);
    } else if (const auto* number = std::get_if<double>(&value)) {
        if (column.type->id == TypeId::Float32)
            column.data.as<float>()[row] = static_cast<float>(*number);
        else if (column.type->id == TypeId::BFloat16)
            column.data.as<uint16_t>()[row] =
                static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(*number)) >> 16);
        else
            column.data.as<double>()[row] = *number;
    } else {
        Int128 integer = column::is_null(value) ? 0 : std::get<Int128>(value);
        std::memset(to, 0, column.type->width());
        std::memcpy(to, &integer, std::min(sizeof(integer), column.type->width()));
    }
}

}  // namespace

std::shared_ptr<BufferPool> test_pool() {
    static const auto kPool =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{1} << 32));
    return kPool;
}

ColumnPtr make_values(const TypePtr& type, const std::vector<Scalar>& values) {
    bool null = std::any_of(values.begin(), values.end(), column::is_null);
    Column column = column::make_column(type->with_nullable(type->nullable || null), values.size(),
                                        test_pool());
    if (null) column.nulls = test_pool()->make(values.size());
    std::string bytes;
    for (size_t row = 0; row < values.size(); ++row) {
        if (null) column.nulls.data()[row] = column::is_null(values[row]) ? 1 : 0;
        if (type->id == TypeId::String) {
            if (!column::is_null(values[row])) bytes += std::get<std::string>(values[row]);
            column.offsets.as<int32_t>()[row + 1] = static_cast<int32_t>(bytes.size());
        } else {
            put(column, row, values[row]);
        }
    }
    if (type->id == TypeId::String) {
        column.data = test_pool()->make(bytes.size());
        if (!bytes.empty()) std::memcpy(column.data.data(), bytes.data(), bytes.size());
    }
    return std::make_shared<const Column>(std::move(column));
}

ColumnPtr make_dictionary(const TypePtr& type, const std::vector<Scalar>& values) {
    std::vector<Scalar> distinct;
    auto dictionary_type = std::make_shared<column::Type>();
    dictionary_type->id = TypeId::LowCardinality;
    dictionary_type->children.push_back(type);
    dictionary_type->nullable = std::any_of(values.begin(), values.end(), column::is_null);
    Column column = column::make_column(dictionary_type, values.size(), test_pool());
    if (dictionary_type->nullable) column.nulls = test_pool()->make(values.size());
    for (size_t row = 0; row < values.size(); ++row) {
        bool null = column::is_null(values[row]);
        if (dictionary_type->nullable) column.nulls.data()[row] = null ? 1 : 0;
        auto found = std::find_if(distinct.begin(), distinct.end(), [&](const Scalar& known) {
            return same_bits(known, values[row]);
        });
        // A NULL row's code is whatever the file held.
        column.data.as<int32_t>()[row] =
            null ? 12345 : static_cast<int32_t>(found - distinct.begin());
        if (!null && found == distinct.end()) distinct.push_back(values[row]);
    }
    column.children.push_back(make_values(type, distinct));
    return std::make_shared<const Column>(std::move(column));
}

Scalar value_at(const Column& column, size_t row) {
    if (column.is_null(row)) return {};
    if (column.type->id == TypeId::LowCardinality)
        return value_at(*column.children[0], column.data.as<uint32_t>()[row]);
    switch (column.type->id) {
        case TypeId::Float32:
            return double{column.data.as<float>()[row]};
        case TypeId::Float64:
            return column.data.as<double>()[row];
        case TypeId::String:
        case TypeId::FixedString:
            return std::string(column.text(row));
        default:
            break;
    }
    size_t width = column.type->width();
    const uint8_t* from = column.data.data() + row * width;
    bool negative = !is_unsigned(column.type->id) && (from[width - 1] & 0x80) != 0;
    Int128 value = negative ? -1 : 0;
    std::memcpy(&value, from, width);
    return value;
}

}  // namespace ch::exec
