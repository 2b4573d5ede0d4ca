#include "engine/format/write_value.h"

#include "base/bytes.h"
#include "engine/format/single_value.h"

namespace ch::format {

namespace {

using column::Column;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

[[noreturn]] void fail_type(const Type& type) {
    throw Error(ErrorCode::Unsupported, "an index over type " + type.name() + " is not written");
}

Bytes fixed_bytes(const Column& column, size_t row) {
    size_t width = column.type->width();
    return {column.data.data() + row * width, width};
}

void append_text(std::string& to, std::string_view text) {
    append_varuint(to, text.size());
    to += text;
}

void append_elements(std::string& to, const Column& column, size_t row) {
    const int32_t* ends = column.offsets.as<int32_t>();
    append_varuint(to, static_cast<uint64_t>(ends[row + 1] - ends[row]));
    for (int32_t i = ends[row]; i < ends[row + 1]; ++i)
        append_value(to, *column.children[0], static_cast<size_t>(i));
}

size_t code_at(const Column& column, size_t row) {
    return static_cast<size_t>(column.data.as<int32_t>()[row]);
}

}  // namespace

void append_value(std::string& to, const Column& column, size_t row) {
    const Type& type = *column.type;
    if (type.nullable) {
        // u8 0 and the value, or u8 1 alone (mergetree.md 6.1).
        bool null = column.is_null(row);
        append(to, static_cast<uint8_t>(null ? 1 : 0));
        if (null) return;
    }
    switch (type.id) {
        case TypeId::String:
            return append_text(to, column.text(row));
        case TypeId::LowCardinality:
            // Indices hold values, not codes: a reader has no dictionary there.
            return append_value(to, *column.children[0], code_at(column, row));
        case TypeId::Tuple:
            for (const column::ColumnPtr& child : column.children) append_value(to, *child, row);
            return;
        case TypeId::Array:
            return append_elements(to, column, row);
        case TypeId::Map:
        case TypeId::Unsupported:
            fail_type(type);
        default:
            to += as_text(fixed_bytes(column, row));
    }
}

std::string value_bytes(const Type& type, const Scalar& value) {
    if (type.id == TypeId::LowCardinality) return value_bytes(*type.children[0], value);
    if (const auto* text = std::get_if<std::string>(&value)) {
        // A Scalar of text does not know its type; a FixedString of another length would shift all
        // that follows.
        bool fits = type.id == TypeId::String || (type.width() > 0 && text->size() == type.width());
        if (!fits) fail_type(type);
        return *text;
    }
    std::string bytes;
    if (const auto* real = std::get_if<double>(&value)) {
        auto narrow = static_cast<float>(*real);
        if (type.id == TypeId::Float64)
            append(bytes, *real);
        else if (type.id == TypeId::Float32)
            append(bytes, narrow);
        // Nothing is lost: the value was widened from a BFloat16 before.
        else if (type.id == TypeId::BFloat16)
            append(bytes, static_cast<uint16_t>(load<uint32_t>(&narrow) >> 16));
        else
            fail_type(type);
        return bytes;
    }
    const auto* number = std::get_if<Int128>(&value);
    size_t width = type.width();
    if (number == nullptr || width == 0 || width > sizeof(Int128)) fail_type(type);
    append(bytes, *number);
    // Little-endian: the low bytes come first, so cutting narrows.
    bytes.resize(width);
    return bytes;
}

void append_value(std::string& to, const Type& type, const Scalar& value) {
    if (type.nullable) append(to, static_cast<uint8_t>(column::is_null(value) ? 1 : 0));
    if (column::is_null(value)) {
        if (!type.nullable) fail_type(type);
        return;
    }
    const Type& plain = type.id == TypeId::LowCardinality ? *type.children[0] : type;
    if (plain.id == TypeId::String)
        append_text(to, value_bytes(plain, value));
    else
        to += value_bytes(plain, value);
}

Scalar scalar_at(const Column& column, size_t row) {
    if (column.is_null(row)) return std::monostate();
    const Type& type = *column.type;
    if (type.id == TypeId::LowCardinality)
        return scalar_at(*column.children[0], code_at(column, row));
    if (type.id == TypeId::String) return std::string(column.text(row));
    if (type.width() == 0) fail_type(type);
    return scalar_of_bytes(fixed_bytes(column, row), type);
}

}  // namespace ch::format
