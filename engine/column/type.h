#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ch::column {

/// A ClickHouse type's family. Decimal's width follows from its precision. Unsupported types are
/// kept as text, so that a table that has one can be shown and its other columns read.
enum class TypeId : uint8_t {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Int128,
    Int256,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    UInt128,
    UInt256,
    Float32,
    Float64,
    BFloat16,
    Decimal,
    String,
    FixedString,
    Uuid,
    IPv4,
    IPv6,
    Enum8,
    Enum16,
    Date,
    Date32,
    DateTime,
    DateTime64,
    Time,
    Time64,
    Array,
    Map,
    Tuple,
    LowCardinality,
    Unsupported,
};

class Type;
using TypePtr = std::shared_ptr<const Type>;

/// A type as a ClickHouse column has it. Immutable, compared by value. Nullable is a flag here, not
/// a wrapper; LowCardinality(Nullable(T)) is LowCardinality with the flag set and a child T without
/// it.
class Type {
public:
    TypeId id = TypeId::Unsupported;
    bool nullable = false;
    uint8_t precision = 0;  ///< Decimal: digits
    uint8_t scale = 0;  ///< Decimal: digits after the point; DateTime64, Time64: sub-second digits
    uint32_t fixed_bytes = 0;  ///< FixedString: bytes
    std::string timezone;      ///< DateTime, DateTime64: empty = the server's
    std::string text;          ///< Unsupported: as ClickHouse wrote it
    std::vector<std::pair<std::string, int16_t>> enum_values;  ///< Enum8/16, in the order written
    std::vector<std::string> element_names;  ///< Tuple: empty, or one name an element
    /// Array: 1, Map: key and value, Tuple: elements, LowCardinality: 1
    std::vector<TypePtr> children;

    bool operator==(const Type& other) const;

    /// Bytes of one stored value; 0 for String, Array, Map, Tuple, LowCardinality, Unsupported.
    [[nodiscard]] size_t width() const;
    /// As ClickHouse prints it in columns.txt: `Nullable(Decimal(15, 2))`.
    [[nodiscard]] std::string name() const;
    /// The same type with the flag set or cleared.
    [[nodiscard]] TypePtr with_nullable(bool value) const;
};

TypePtr make_type(TypeId id, bool nullable = false);
TypePtr make_decimal(uint8_t precision, uint8_t scale, bool nullable = false);
TypePtr make_datetime64(uint8_t scale, std::string timezone = {}, bool nullable = false);

/// A column's name and type.
struct NameAndType {
    std::string name;
    TypePtr type;
};

}  // namespace ch::column
