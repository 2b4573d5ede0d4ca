#include "base/error.h"
#include "engine/table/sql_token.h"
#include "tools/ch/literal_value.h"
#include "tools/ch/row_source.h"

namespace ch::tools {

using column::Int128;
using column::Type;
using column::TypeId;
using table::Constant;

namespace {

constexpr const char* kUtc = "UTC";
constexpr int kMicrosecondDigits = 6;

bool is_integer(TypeId id) {
    return (id >= TypeId::Int8 && id <= TypeId::Int64) ||
           (id >= TypeId::UInt8 && id <= TypeId::UInt64);
}

[[noreturn]] void refuse(const std::string& text, const Type& type) {
    throw Error(ErrorCode::InvalidArgument, "'" + text + "' is no value of " + type.name());
}

/// A CAST would wrap a number that is too large; here it is refused.
void check_fits(const std::string& text, const Type& type) {
    const bool is_signed = type.id <= TypeId::Int64;
    const std::optional<DecimalLiteral> number = parse_decimal_literal(text);
    if (!number || number->scale > 0 || text.empty()) refuse(text, type);
    const auto bits = static_cast<int>(8 * type.width()) - (is_signed ? 1 : 0);
    const Int128 limit = Int128{1} << bits;
    if (number->digits >= limit || number->digits < (is_signed ? -limit : Int128{0}))
        refuse(text, type);
}

/// A local time: the engine's own CAST knows UTC alone.
Constant local_time(const std::string& text, const Type& type, const io::FileSystem& files) {
    Int128 ticks = std::get<Int128>(time_value(text, type.timezone, files));
    const int scale = type.id == TypeId::DateTime64 ? type.scale : 0;
    for (int i = scale; i < kMicrosecondDigits; ++i) {
        if (ticks % 10 != 0) refuse(text, type);
        ticks /= 10;
    }
    for (int i = kMicrosecondDigits; i < scale; ++i) ticks *= 10;
    if (type.id == TypeId::DateTime && (ticks < 0 || ticks > UINT32_MAX)) refuse(text, type);
    Constant value;
    value.kind = Constant::Kind::Stored;
    value.type = std::make_shared<const Type>(type);
    value.value = ticks;
    return value;
}

}  // namespace

Constant CellReader::read(const Constant& cell) const {
    return read(cell, *column_.type);
}

Constant CellReader::read(const Constant& cell, const Type& type) const {
    if (cell.kind == Constant::Kind::Null && !type.nullable)
        throw Error(ErrorCode::InvalidArgument, "NULL is no value of " + type.name());
    if (cell.kind == Constant::Kind::Text) {
        const auto& text = std::get<std::string>(cell.value);
        const Type& plain = type.id == TypeId::LowCardinality ? *type.children[0] : type;
        if (is_integer(plain.id)) check_fits(text, plain);
        const bool is_time = plain.id == TypeId::DateTime || plain.id == TypeId::DateTime64;
        if (is_time && plain.timezone != kUtc) return local_time(text, plain, *files_);
    }
    if (cell.elements.empty()) return table::cast_constant(cell, type);
    const bool is_tuple = type.id == TypeId::Tuple;
    if (type.children.empty() || (is_tuple && type.children.size() != cell.elements.size()))
        refuse("a list", type);
    Constant list;
    list.kind = is_tuple ? Constant::Kind::Tuple
                         : (type.id == TypeId::Map ? Constant::Kind::Map : Constant::Kind::Array);
    for (size_t i = 0; i < cell.elements.size(); ++i)
        list.elements.push_back(
            read(cell.elements[i], *type.children[is_tuple ? i : i % type.children.size()]));
    return list;
}

}  // namespace ch::tools
