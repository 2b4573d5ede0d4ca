#include "engine/column/type.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"

namespace ch::column {

namespace {

/// Escapes as ClickHouse writes them: names are compared with columns.txt byte by byte, and written
/// there.
std::string quoted(std::string_view text, char quote) {
    std::string result(1, quote);
    for (char c : text) {
        switch (c) {
            case '\b':
                result += "\\b";
                break;
            case '\f':
                result += "\\f";
                break;
            case '\n':
                result += "\\n";
                break;
            case '\r':
                result += "\\r";
                break;
            case '\t':
                result += "\\t";
                break;
            case '\0':
                result += "\\0";
                break;
            default:
                if (c == quote || c == '\\') result += '\\';
                result += c;
        }
    }
    return result + quote;
}

// Words that ClickHouse quotes although they look like names, because its SQL would read them
// otherwise.
constexpr std::string_view kQuotedWords[] = {"distinct", "all",  "table", "select", "from",
                                             "null",     "true", "false", "values"};

bool is_identifier(std::string_view text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    for (char c : text) {
        bool fits =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!fits) return false;
    }
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::find(std::begin(kQuotedWords), std::end(kQuotedWords), lower) ==
           std::end(kQuotedWords);
}

const char* simple_name(TypeId id) {
    switch (id) {
        case TypeId::Bool:
            return "Bool";
        case TypeId::Int8:
            return "Int8";
        case TypeId::Int16:
            return "Int16";
        case TypeId::Int32:
            return "Int32";
        case TypeId::Int64:
            return "Int64";
        case TypeId::Int128:
            return "Int128";
        case TypeId::Int256:
            return "Int256";
        case TypeId::UInt8:
            return "UInt8";
        case TypeId::UInt16:
            return "UInt16";
        case TypeId::UInt32:
            return "UInt32";
        case TypeId::UInt64:
            return "UInt64";
        case TypeId::UInt128:
            return "UInt128";
        case TypeId::UInt256:
            return "UInt256";
        case TypeId::Float32:
            return "Float32";
        case TypeId::Float64:
            return "Float64";
        case TypeId::BFloat16:
            return "BFloat16";
        case TypeId::String:
            return "String";
        case TypeId::Uuid:
            return "UUID";
        case TypeId::IPv4:
            return "IPv4";
        case TypeId::IPv6:
            return "IPv6";
        case TypeId::Date:
            return "Date";
        case TypeId::Date32:
            return "Date32";
        case TypeId::Time:
            return "Time";
        default:
            return nullptr;
    }
}

std::string enum_name(const Type& type) {
    std::string text = type.id == TypeId::Enum8 ? "Enum8(" : "Enum16(";
    for (size_t i = 0; i < type.enum_values.size(); ++i) {
        if (i > 0) text += ", ";
        text += quoted(type.enum_values[i].first, '\'') + " = " +
                std::to_string(type.enum_values[i].second);
    }
    return text + ")";
}

std::string nested_name(const Type& type, const char* family) {
    std::string text = std::string(family) + "(";
    for (size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) text += ", ";
        if (!type.element_names.empty()) {
            const std::string& name = type.element_names[i];
            // `Tuple(x UInt8, `two words` String)`: quoted only where SQL needs it, as ClickHouse
            // does.
            text += (is_identifier(name) ? name : quoted(name, '`')) + " ";
        }
        text += type.children[i]->name();
    }
    return text + ")";
}

std::string bare_name(const Type& type) {
    if (const char* name = simple_name(type.id)) return name;
    switch (type.id) {
        case TypeId::Decimal:
            return "Decimal(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) +
                   ")";
        case TypeId::FixedString:
            return "FixedString(" + std::to_string(type.fixed_bytes) + ")";
        case TypeId::Enum8:
        case TypeId::Enum16:
            return enum_name(type);
        case TypeId::DateTime:
            return type.timezone.empty() ? "DateTime"
                                         : "DateTime(" + quoted(type.timezone, '\'') + ")";
        case TypeId::DateTime64:
            return "DateTime64(" + std::to_string(type.scale) +
                   (type.timezone.empty() ? "" : ", " + quoted(type.timezone, '\'')) + ")";
        case TypeId::Time64:
            return "Time64(" + std::to_string(type.scale) + ")";
        case TypeId::Array:
            return nested_name(type, "Array");
        case TypeId::Map:
            return nested_name(type, "Map");
        case TypeId::Tuple:
            return nested_name(type, "Tuple");
        default:
            return type.text;
    }
}

}  // namespace

bool Type::operator==(const Type& other) const {
    if (id != other.id || nullable != other.nullable || precision != other.precision ||
        scale != other.scale || fixed_bytes != other.fixed_bytes || timezone != other.timezone ||
        text != other.text || enum_values != other.enum_values ||
        element_names != other.element_names || children.size() != other.children.size())
        return false;
    for (size_t i = 0; i < children.size(); ++i)
        if (!(*children[i] == *other.children[i])) return false;
    return true;
}

size_t Type::width() const {
    switch (id) {
        case TypeId::Bool:
        case TypeId::Int8:
        case TypeId::UInt8:
        case TypeId::Enum8:
            return 1;
        case TypeId::Int16:
        case TypeId::UInt16:
        case TypeId::BFloat16:
        case TypeId::Enum16:
        case TypeId::Date:
            return 2;
        case TypeId::Int32:
        case TypeId::UInt32:
        case TypeId::Float32:
        case TypeId::IPv4:
        case TypeId::Date32:
        case TypeId::DateTime:
        case TypeId::Time:
            return 4;
        case TypeId::Int64:
        case TypeId::UInt64:
        case TypeId::Float64:
        case TypeId::DateTime64:
        case TypeId::Time64:
            return 8;
        case TypeId::Int128:
        case TypeId::UInt128:
        case TypeId::Uuid:
        case TypeId::IPv6:
            return 16;
        case TypeId::Int256:
        case TypeId::UInt256:
            return 32;
        case TypeId::Decimal:
            // ClickHouse's Decimal32, 64, 128 and 256, by the digits that surely fit.
            return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
        case TypeId::FixedString:
            return fixed_bytes;
        case TypeId::String:
        case TypeId::Array:
        case TypeId::Map:
        case TypeId::Tuple:
        case TypeId::LowCardinality:
        case TypeId::Unsupported:
            return 0;
    }
    return 0;
}

std::string Type::name() const {
    if (id == TypeId::LowCardinality) {
        // The flag of LowCardinality(Nullable(T)) stands on the outside here (type.h), within in
        // the text.
        std::string inner = children[0]->name();
        return nullable ? "LowCardinality(Nullable(" + inner + "))"
                        : "LowCardinality(" + inner + ")";
    }
    std::string bare = bare_name(*this);
    return nullable ? "Nullable(" + bare + ")" : bare;
}

TypePtr Type::with_nullable(bool value) const {
    auto copy = std::make_shared<Type>(*this);
    copy->nullable = value;
    return copy;
}

TypePtr make_type(TypeId id, bool nullable) {
    auto type = std::make_shared<Type>();
    type->id = id;
    type->nullable = nullable;
    return type;
}

TypePtr make_decimal(uint8_t precision, uint8_t scale, bool nullable) {
    auto type = std::make_shared<Type>();
    type->id = TypeId::Decimal;
    type->nullable = nullable;
    type->precision = precision;
    type->scale = scale;
    return type;
}

TypePtr make_datetime64(uint8_t scale, std::string timezone, bool nullable) {
    auto type = std::make_shared<Type>();
    type->id = TypeId::DateTime64;
    type->nullable = nullable;
    type->scale = scale;
    type->timezone = std::move(timezone);
    return type;
}

}  // namespace ch::column
