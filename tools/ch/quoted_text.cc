#include "tools/ch/quoted_text.h"

namespace ch::tools {

using column::Column;
using column::TypeId;

namespace {

void append_escaped(std::string& to, std::string_view text) {
    to += '\'';
    for (char c : text) {
        switch (c) {
            case '\b':
                to += "\\b";
                break;
            case '\f':
                to += "\\f";
                break;
            case '\n':
                to += "\\n";
                break;
            case '\r':
                to += "\\r";
                break;
            case '\t':
                to += "\\t";
                break;
            case '\0':
                to += "\\0";
                break;
            case '\\':
                to += "\\\\";
                break;
            case '\'':
                to += "\\'";
                break;
            default:
                to += c;
        }
    }
    to += '\'';
}

void append_array(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
    const int32_t* ends = column.offsets.as<int32_t>();
    to += '[';
    for (int32_t i = ends[row]; i < ends[row + 1]; ++i) {
        if (i > ends[row]) to += ',';
        append_quoted(to, format.child(0), *column.children[0], static_cast<size_t>(i));
    }
    to += ']';
}

void append_map(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
    const int32_t* ends = column.offsets.as<int32_t>();
    to += '{';
    for (int32_t i = ends[row]; i < ends[row + 1]; ++i) {
        if (i > ends[row]) to += ',';
        append_quoted(to, format.child(0), *column.children[0], static_cast<size_t>(i));
        to += ':';
        append_quoted(to, format.child(1), *column.children[1], static_cast<size_t>(i));
    }
    to += '}';
}

void append_tuple(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
    to += '(';
    for (size_t i = 0; i < format.children_count(); ++i) {
        if (i > 0) to += ',';
        append_quoted(to, format.child(i), *column.children[i], row);
    }
    to += ')';
}

}  // namespace

bool is_quoted(TypeId id) {
    switch (id) {
        case TypeId::String:
        case TypeId::FixedString:
        case TypeId::Uuid:
        case TypeId::IPv4:
        case TypeId::IPv6:
        case TypeId::Enum8:
        case TypeId::Enum16:
        case TypeId::Date:
        case TypeId::Date32:
        case TypeId::DateTime:
        case TypeId::DateTime64:
        case TypeId::Time:
        case TypeId::Time64:
            return true;
        default:
            return false;
    }
}

void append_quoted(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
    if (column.is_null(row)) {
        to += "NULL";
        return;
    }
    switch (format.type().id) {
        // A dictionary's codes are not text: the value is what its key prints.
        case TypeId::LowCardinality: {
            const auto code = static_cast<size_t>(column.data.as<int32_t>()[row]);
            return append_quoted(to, format.child(0), *column.children[0], code);
        }
        case TypeId::Array:
            return append_array(to, format, column, row);
        case TypeId::Map:
            return append_map(to, format, column, row);
        case TypeId::Tuple:
            return append_tuple(to, format, column, row);
        default:
            break;
    }
    if (!is_quoted(format.type().id)) return format.append(to, column, row);
    std::string text;
    format.append(text, column, row);
    append_escaped(to, text);
}

}  // namespace ch::tools
