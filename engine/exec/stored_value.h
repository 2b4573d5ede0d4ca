#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/bytes.h"
#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::exec {

/// Calls `body` with a zero of the C++ type of a fixed-width type's values, if they are numbers of
/// at most 8 bytes; returns false otherwise. BFloat16 is none of them.
template <typename Body>
bool with_stored_number(const column::Type& type, Body&& body) {
    using column::TypeId;
    switch (type.id) {
        case TypeId::Bool:
        case TypeId::UInt8:
            return body(uint8_t{}), true;
        case TypeId::Int8:
        case TypeId::Enum8:
            return body(int8_t{}), true;
        case TypeId::UInt16:
        case TypeId::Date:
            return body(uint16_t{}), true;
        case TypeId::Int16:
        case TypeId::Enum16:
            return body(int16_t{}), true;
        case TypeId::UInt32:
        case TypeId::DateTime:
        case TypeId::IPv4:
            return body(uint32_t{}), true;
        case TypeId::Int32:
        case TypeId::Date32:
        case TypeId::Time:
            return body(int32_t{}), true;
        case TypeId::UInt64:
            return body(uint64_t{}), true;
        case TypeId::Int64:
        case TypeId::DateTime64:
        case TypeId::Time64:
            return body(int64_t{}), true;
        case TypeId::Float32:
            return body(float{}), true;
        case TypeId::Float64:
            return body(double{}), true;
        case TypeId::Decimal:
            if (type.width() == 4) return body(int32_t{}), true;
            if (type.width() == 8) return body(int64_t{}), true;
            return false;
        default:
            return false;
    }
}

/// A number whose unsigned order is the stored order of the values.
template <typename T>
uint64_t order_image(T value) {
    if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(value)) return std::numeric_limits<uint64_t>::max();
        // Positive doubles order as their bits, negative ones the other way round and below: their
        // bits are all turned over, of the others the sign alone.
        auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : static_cast<double>(value));
        constexpr uint64_t kSign = uint64_t{1} << 63;
        return (bits & kSign) != 0 ? ~bits : bits | kSign;
    } else if constexpr (std::is_signed_v<T>) {
        return static_cast<uint64_t>(int64_t{value}) ^ uint64_t { 1 } << 63;
    } else {
        return value;
    }
}

inline float widen_bfloat16(uint16_t bits) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

/// Words of 8 bytes that order the values of the other fixed-width types, first word first; 0 for a
/// type that has none.
size_t order_words(const column::Type& type);
/// One of them. `value`: the stored bytes.
uint64_t order_word(const column::Type& type, const uint8_t* value, size_t word);

}  // namespace ch::exec
