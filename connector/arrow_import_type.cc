#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/arrow_import.h"

namespace ch::connector {

using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

[[noreturn]] void refuse(const ArrowSchema& field, const std::string& why) {
    throw Error(ErrorCode::Unsupported,
                "Arrow field '" + std::string(field.name == nullptr ? "" : field.name) +
                    "' of format \"" + (field.format == nullptr ? "" : field.format) +
                    "\" cannot be written: " + why);
}

/// Comma-separated numbers behind the colon of "w:16", "d:38,10,256", "+w:3".
std::vector<uint32_t> numbers_of(const ArrowSchema& field, std::string_view format) {
    std::vector<uint32_t> numbers;
    const char* at = format.data() + format.find(':') + 1;
    const char* end = format.data() + format.size();
    while (at < end) {
        uint32_t number = 0;
        auto [rest, failure] = std::from_chars(at, end, number);
        if (failure != std::errc()) refuse(field, "a number was expected in it");
        numbers.push_back(number);
        at = rest < end && *rest == ',' ? rest + 1 : rest;
        if (at == rest && rest < end) refuse(field, "a comma was expected in it");
    }
    return numbers;
}

/// Key-value pairs as the C data interface has them: int32 count, then each text after its int32
/// length.
bool is_marked_uuid(const ArrowSchema& field) {
    const char* at = field.metadata;
    if (at == nullptr) return false;
    auto next_number = [&] {
        auto number = load<int32_t>(at);
        at += sizeof(int32_t);
        return number;
    };
    auto next_text = [&] {
        auto size = static_cast<size_t>(next_number());
        std::string_view text(at, size);
        at += size;
        return text;
    };
    for (int32_t pairs = next_number(); pairs > 0; --pairs) {
        std::string_view key = next_text(), value = next_text();
        if (key == "ARROW:extension:name" && value == "arrow.uuid") return true;
    }
    return false;
}

/// Decimal digits below a second of Arrow's units.
std::optional<uint8_t> digits_of_unit(char unit) {
    switch (unit) {
        case 's':
            return 0;
        case 'm':
            return 3;
        case 'u':
            return 6;
        case 'n':
            return 9;
        default:
            return std::nullopt;
    }
}

std::optional<TypeId> plain_type(std::string_view format) {
    if (format.size() == 2 && format[0] == 'v' && (format[1] == 'u' || format[1] == 'z'))
        return TypeId::String;
    if (format.size() != 1) return std::nullopt;
    switch (format[0]) {
        case 'b':
            return TypeId::Bool;
        case 'c':
            return TypeId::Int8;
        case 's':
            return TypeId::Int16;
        case 'i':
            return TypeId::Int32;
        case 'l':
            return TypeId::Int64;
        case 'C':
            return TypeId::UInt8;
        case 'S':
            return TypeId::UInt16;
        case 'I':
            return TypeId::UInt32;
        case 'L':
            return TypeId::UInt64;
        case 'f':
            return TypeId::Float32;
        case 'g':
            return TypeId::Float64;
        case 'u':
        case 'z':
        case 'U':
        case 'Z':
            return TypeId::String;
        default:
            return std::nullopt;
    }
}

void set_fixed_binary(const ArrowSchema& field, std::string_view format, Type& type) {
    std::vector<uint32_t> width = numbers_of(field, format);
    if (width.size() != 1 || width[0] == 0) refuse(field, "expected its width");
    if (width[0] == 16 && is_marked_uuid(field)) {
        type.id = TypeId::Uuid;
        return;
    }
    type.id = TypeId::FixedString;
    type.fixed_bytes = width[0];
}

/// Only widths are taken that the engine has for the precision, so that values stay as they are;
/// narrower precisions in 128 bits, as most writers make them, are cast later.
void set_decimal(const ArrowSchema& field, std::string_view format, Type& type) {
    constexpr uint32_t kPrecisionMax = 76;
    std::vector<uint32_t> numbers = numbers_of(field, format);
    if (numbers.size() < 2 || numbers[0] == 0 || numbers[0] > kPrecisionMax ||
        numbers[1] > numbers[0])
        refuse(field, "expected a precision of at most 76 digits and a scale within it");
    type.id = TypeId::Decimal;
    type.precision = static_cast<uint8_t>(numbers[0]);
    type.scale = static_cast<uint8_t>(numbers[1]);
}

bool set_time(std::string_view format, Type& type) {
    if (format == "tdD") {
        type.id = TypeId::Date32;
        return true;
    }
    if (format.size() < 3 || format[0] != 't') return false;
    std::optional<uint8_t> digits = digits_of_unit(format[2]);
    if (!digits || (format[1] != 's' && format[1] != 'D')) return false;
    type.id = format[1] == 's' ? TypeId::DateTime64 : TypeId::Time64;
    type.scale = *digits;
    return true;
}

bool set_nested(const ArrowSchema& field, std::string_view format, Type& type) {
    bool is_list = format == "+l" || format == "+L" || format.starts_with("+w:");
    if (!is_list && format != "+m" && format != "+s") return false;
    size_t children = is_list || format == "+m" ? 1 : static_cast<size_t>(field.n_children);
    if (field.n_children != static_cast<int64_t>(children)) refuse(field, "it has no child");
    type.id = is_list ? TypeId::Array : TypeId::Tuple;
    for (size_t i = 0; i < children; ++i) {
        type.children.push_back(imported_type(*field.children[i]));
        if (type.id == TypeId::Tuple)
            type.element_names.emplace_back(
                field.children[i]->name == nullptr ? "" : field.children[i]->name);
    }
    if (format != "+m") return true;
    TypePtr entries = type.children[0];
    if (entries->id != TypeId::Tuple || entries->children.size() != 2)
        refuse(field, "its child is no struct of key and value");
    type.id = TypeId::Map;
    type.element_names.clear();
    type.children = entries->children;
    return true;
}

}  // namespace

TypePtr imported_type(const ArrowSchema& field) {
    std::string_view format = field.format == nullptr ? "" : field.format;
    auto type = std::make_shared<Type>();
    if (field.dictionary != nullptr) {
        std::optional<TypeId> codes = plain_type(format);
        if (!codes || *codes < TypeId::Int8 || *codes > TypeId::UInt64)
            refuse(field, "a dictionary's codes are integers");
        *type = *imported_type(*field.dictionary);
    } else if (std::optional<TypeId> plain = plain_type(format)) {
        type->id = *plain;
    } else if (format.starts_with("w:")) {
        set_fixed_binary(field, format, *type);
    } else if (format.starts_with("d:")) {
        set_decimal(field, format, *type);
    } else if (!set_time(format, *type) && !set_nested(field, format, *type)) {
        refuse(field, "no column type takes its values");
    }
    type->nullable = (field.flags & ARROW_FLAG_NULLABLE) != 0;
    return type;
}

}  // namespace ch::connector
