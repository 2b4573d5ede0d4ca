#include "tools/ch/value_format.h"

#include <bit>

#include "base/error.h"
#include "engine/exec/address_text.h"
#include "tools/ch/number_text.h"
#include "tools/ch/time_text.h"

namespace ch::tools {

using column::TypeId;

namespace {

void append_address(std::string& to, size_t (*write)(const uint8_t*, char*), const uint8_t* value) {
    char text[exec::kAddressTextMax];
    to.append(text, write(value, text));
}

}  // namespace

std::shared_ptr<Calendar> Calendars::find(const std::string& zone) {
    auto [entry, is_new] = found_.try_emplace(zone);
    if (is_new)
        entry->second = std::make_shared<Calendar>(zone.empty() ? TimeZone::local(*files_)
                                                                : TimeZone::load(*files_, zone));
    return entry->second;
}

ValueFormat::ValueFormat(column::TypePtr type, Calendars& calendars) : type_(std::move(type)) {
    if (type_->id == TypeId::Unsupported)
        throw Error(
            ErrorCode::Unsupported,
            "type " + type_->name() + " cannot be read; choose other columns with --columns");
    // Looked up once a column: a zone is a file.
    if (type_->id == TypeId::DateTime || type_->id == TypeId::DateTime64)
        calendar_ = calendars.find(type_->timezone);
    for (const auto& [name, number] : type_->enum_values) enum_names_.emplace(number, name);
    for (const column::TypePtr& child : type_->children) children_.emplace_back(child, calendars);
}

void ValueFormat::append(std::string& to, const column::Column& column, size_t row) const {
    if (type_->id == TypeId::String || type_->id == TypeId::FixedString) {
        to += column.text(row);
        return;
    }
    append_fixed(to, column.data.data() + row * type_->width());
}

void ValueFormat::append_enum(std::string& to, int16_t number) const {
    auto name = enum_names_.find(number);
    if (name == enum_names_.end())
        throw Error(ErrorCode::Corrupt,
                    "value " + std::to_string(number) + " is not one of " + type_->name());
    to += name->second;
}

void ValueFormat::append_fixed(std::string& to, const uint8_t* value) const {
    const Bytes bytes{value, type_->width()};
    switch (type_->id) {
        case TypeId::Bool:
            to += *value != 0 ? "true" : "false";
            return;
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::Int128:
        case TypeId::Int256:
            return append_integer(to, bytes, true);
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::UInt128:
        case TypeId::UInt256:
            return append_integer(to, bytes, false);
        case TypeId::Float32:
            return append_float(to, load<float>(value));
        case TypeId::Float64:
            return append_float(to, load<double>(value));
        case TypeId::BFloat16:
            return append_float(to, std::bit_cast<float>(uint32_t{load<uint16_t>(value)} << 16));
        case TypeId::Decimal:
            return append_decimal(to, bytes, type_->scale);
        case TypeId::Uuid:
            return append_address(to, exec::write_uuid, value);
        case TypeId::IPv4:
            return append_address(to, exec::write_ipv4, value);
        case TypeId::IPv6:
            return append_address(to, exec::write_ipv6, value);
        case TypeId::Enum8:
            return append_enum(to, load<int8_t>(value));
        case TypeId::Enum16:
            return append_enum(to, load<int16_t>(value));
        case TypeId::Date:
            return append_date(to, load<uint16_t>(value));
        case TypeId::Date32:
            return append_date(to, load<int32_t>(value));
        case TypeId::DateTime:
            return append_date_time(to, load<uint32_t>(value), 0, *calendar_);
        case TypeId::DateTime64:
            return append_date_time(to, load<int64_t>(value), type_->scale, *calendar_);
        case TypeId::Time:
            return append_time(to, load<int32_t>(value), 0);
        case TypeId::Time64:
            return append_time(to, load<int64_t>(value), type_->scale);
        default:
            assertion_failed("a type without children", __FILE__, __LINE__);
    }
}

}  // namespace ch::tools
