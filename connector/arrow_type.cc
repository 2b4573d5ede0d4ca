#include "connector/arrow_type.h"

#include <memory>

#include "base/error.h"
#include "engine/exec/spark_types.h"

namespace ch::connector {

using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

constexpr uint8_t kDecimal32Digits = 9;
constexpr uint8_t kDecimal64Digits = 18;
constexpr uint8_t kDecimal128Digits = 38;

bool is_text(const Type& type) {
    return type.id == TypeId::String || type.id == TypeId::FixedString;
}

TypePtr low_cardinality(TypePtr child, bool nullable) {
    auto type = std::make_shared<Type>();
    type->id = TypeId::LowCardinality;
    type->nullable = nullable;
    // NULL rows are told by the column's own bitmap, never by the dictionary.
    type->children.push_back(child->with_nullable(false));
    return type;
}

TypePtr text_choices(bool nullable, const ExportOptions& options) {
    TypePtr text = column::make_type(TypeId::String, nullable);
    return options.dictionary ? low_cardinality(text, nullable) : text;
}

TypePtr ticks(TypeId id, unsigned scale, const Type& stored) {
    auto type = std::make_shared<Type>();
    type->id = id;
    type->nullable = stored.nullable;
    // Up to the next unit that Arrow has: seconds, milli-, micro- or nanoseconds.
    type->scale = static_cast<uint8_t>((scale + 2) / 3 * 3);
    type->timezone = stored.timezone;
    return type;
}

TypePtr arrow_leaf(const TypePtr& stored) {
    switch (stored->id) {
        case TypeId::Date:
            return column::make_type(TypeId::Date32, stored->nullable);
        case TypeId::DateTime:
            return ticks(TypeId::DateTime64, 0, *stored);
        case TypeId::DateTime64:
            return ticks(TypeId::DateTime64, stored->scale, *stored);
        case TypeId::Time:
            return ticks(TypeId::Time64, 0, *stored);
        case TypeId::Time64:
            return ticks(TypeId::Time64, stored->scale, *stored);
        case TypeId::BFloat16:
            return column::make_type(TypeId::Float32, stored->nullable);
        case TypeId::Unsupported:
            throw Error(ErrorCode::Unsupported, "type " + stored->name() + " cannot be read");
        default:
            return stored;
    }
}

std::string tick_unit(uint8_t scale) {
    switch (scale) {
        case 0:
            return "s";
        case 3:
            return "m";
        case 6:
            return "u";
        case 9:
            return "n";
        default:
            CH_ASSERT(false);
    }
}

}  // namespace

TypePtr arrow_type(const TypePtr& stored, const ExportOptions& options) {
    switch (stored->id) {
        case TypeId::LowCardinality: {
            TypePtr child = arrow_type(stored->children.at(0), options);
            // Dictionaries of numbers would cost readers a look-up a row and save little: most
            // values are as short as codes.
            if (options.dictionary && is_text(*child))
                return low_cardinality(child, stored->nullable);
            return child->with_nullable(stored->nullable);
        }
        case TypeId::Array:
        case TypeId::Map:
        case TypeId::Tuple: {
            auto type = std::make_shared<Type>(*stored);
            for (TypePtr& child : type->children) child = arrow_type(child, options);
            return type;
        }
        case TypeId::Enum8:
        case TypeId::Enum16:
            return text_choices(stored->nullable, options);
        default:
            return options.types == ResultTypes::Spark ? exec::spark_type(*stored)
                                                       : arrow_leaf(stored);
    }
}

size_t decimal_width(const Type& type, const ExportOptions& options) {
    size_t width = type.precision <= kDecimal32Digits    ? 4
                   : type.precision <= kDecimal64Digits  ? 8
                   : type.precision <= kDecimal128Digits ? 16
                                                         : 32;
    return options.decimal128 && width < 16 ? 16 : width;
}

std::string arrow_format(const Type& type, const ExportOptions& options) {
    switch (type.id) {
        case TypeId::Bool:
            return "b";
        case TypeId::Int8:
            return "c";
        case TypeId::Int16:
            return "s";
        case TypeId::Int32:
            return "i";
        case TypeId::Int64:
            return "l";
        case TypeId::UInt8:
            return "C";
        case TypeId::UInt16:
            return "S";
        case TypeId::UInt32:
            return "I";
        case TypeId::UInt64:
            return "L";
        case TypeId::Int128:
        case TypeId::UInt128:
            return "w:16";
        case TypeId::Int256:
        case TypeId::UInt256:
            return "w:32";
        case TypeId::Float32:
            return "f";
        case TypeId::Float64:
            return "g";
        case TypeId::Decimal: {
            std::string format =
                "d:" + std::to_string(type.precision) + "," + std::to_string(type.scale);
            size_t width = decimal_width(type, options);
            return width == 16 ? format : format + "," + std::to_string(width * 8);
        }
        case TypeId::String:
            return "u";
        case TypeId::FixedString:
            // Fixed-size binary; what is in it need not be UTF-8, as `u` would promise.
            return "w:" + std::to_string(type.fixed_bytes);
        case TypeId::Uuid:
        case TypeId::IPv6:
            return "w:16";
        case TypeId::IPv4:
            return "I";
        case TypeId::Date32:
            return "tdD";
        case TypeId::DateTime64: {
            // Spark's TIMESTAMP is an instant and shown in the session's zone: a column's own is
            // left out.
            bool own_zone = options.types == ResultTypes::Arrow && !type.timezone.empty();
            return "ts" + tick_unit(type.scale) + ":" + (own_zone ? type.timezone : "UTC");
        }
        case TypeId::Time64:
            return "tD" + tick_unit(type.scale);
        case TypeId::LowCardinality:
            return "i";
        case TypeId::Array:
            return "+l";
        case TypeId::Map:
            return "+m";
        case TypeId::Tuple:
            return "+s";
        default:
            throw Error(ErrorCode::Unsupported, "type " + type.name() + " has no Arrow form");
    }
}

}  // namespace ch::connector
