#include "syncer/apply/value_column.h"

#include <cstring>
#include <limits>

#include "base/error.h"
#include "syncer/source/decimal_digits.h"
#include "syncer/source/json_text.h"
#include "syncer/source/packed_time.h"

namespace ch::syncer {

using column::TypeId;
using Kind = Datum::Kind;

namespace {

constexpr int64_t kNanosecondsAMicrosecond = 1000;
constexpr int kMicrosecondDigits = 6;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::InvalidArgument, what);
}

void require(const Datum& value, Kind kind) {
    if (value.kind != kind)
        refuse(std::string("the binlog has ") + datum_kind_name(value.kind) + ", expected " +
               datum_kind_name(kind));
}

template <typename T>
T checked(const Datum& value) {
    const bool is_signed = value.kind == Kind::Int;
    if (!is_signed && value.kind != Kind::UInt)
        refuse(std::string("the binlog has ") + datum_kind_name(value.kind) +
               ", expected an integer");
    const bool fits =
        is_signed ? std::in_range<T>(value.int_value) : std::in_range<T>(value.uint_value);
    if (!fits)
        refuse((is_signed ? std::to_string(value.int_value) : std::to_string(value.uint_value)) +
               " does not fit the column's type");
    return static_cast<T>(is_signed ? static_cast<uint64_t>(value.int_value) : value.uint_value);
}

bool is_text(MysqlType type) {
    return type == MysqlType::VarChar || type >= MysqlType::TinyBlob;
}

}  // namespace

ValueColumn::ValueColumn(TidbColumn column, column::ColumnPtr missing, ZeroDates zero_dates)
    : column_(std::move(column)), missing_(std::move(missing)), zero_dates_(zero_dates) {}

template <typename T>
void ValueColumn::append_fixed(T value) {
    data_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    nulls_ += '\0';
    ++rows_;
}

void ValueColumn::append_text(std::string_view text) {
    constexpr size_t kOffsetMax = std::numeric_limits<int32_t>::max();
    if (text.size() > kOffsetMax - data_.size()) refuse("texts of more than 2 GiB in one batch");
    data_ += text;
    offsets_.push_back(static_cast<int32_t>(data_.size()));
    nulls_ += '\0';
    ++rows_;
}

void ValueColumn::append_null() {
    if (!missing_->type->nullable) refuse("NULL in a column that is NOT NULL");
    if (missing_->type->id == TypeId::String)
        offsets_.push_back(static_cast<int32_t>(data_.size()));
    else
        data_.append(missing_->type->width(), '\0');
    nulls_ += '\1';
    has_nulls_ = true;
    ++rows_;
}

void ValueColumn::append_missing() {
    if (missing_->is_null(0)) return append_null();
    if (missing_->type->id == TypeId::String) return append_text(missing_->text(0));
    data_.append(reinterpret_cast<const char*>(missing_->data.data()), missing_->type->width());
    nulls_ += '\0';
    ++rows_;
}

void ValueColumn::append(const Datum& value) {
    try {
        if (value.kind == Kind::Null) return append_null();
        append_value(value);
    } catch (const Error& error) {
        throw Error(error.code(), "column " + column_.name + ": " + error.message());
    }
}

void ValueColumn::append_value(const Datum& value) {
    switch (column_.type) {
        case MysqlType::Tiny:
        case MysqlType::Short:
        case MysqlType::Int24:
        case MysqlType::Long:
        case MysqlType::LongLong:
        case MysqlType::Year:
        case MysqlType::Bit:
            return append_integer(value);
        case MysqlType::Float:
        case MysqlType::Double:
            require(value, Kind::Double);
            if (missing_->type->id == TypeId::Float64) return append_fixed(value.double_value);
            return append_fixed(static_cast<float>(value.double_value));
        case MysqlType::Decimal:
            return append_decimal(value);
        case MysqlType::Date:
        case MysqlType::NewDate:
        case MysqlType::Datetime:
        case MysqlType::Timestamp:
            return append_date(value);
        case MysqlType::Duration:
            require(value, Kind::Int);
            return append_fixed(value.int_value / kNanosecondsAMicrosecond);
        case MysqlType::Enum:
        case MysqlType::Set:
            return append_element(value);
        case MysqlType::Json:
            require(value, Kind::Json);
            return append_text(json_text(value.bytes));
        default:
            CH_ASSERT(is_text(column_.type));
            require(value, Kind::Text);
            return append_text(as_text(value.bytes));
    }
}

void ValueColumn::append_integer(const Datum& value) {
    switch (missing_->type->id) {
        case TypeId::Int8:
            return append_fixed(checked<int8_t>(value));
        case TypeId::Int16:
            return append_fixed(checked<int16_t>(value));
        case TypeId::Int32:
            return append_fixed(checked<int32_t>(value));
        case TypeId::Int64:
            return append_fixed(checked<int64_t>(value));
        case TypeId::UInt8:
            return append_fixed(checked<uint8_t>(value));
        case TypeId::UInt16:
            return append_fixed(checked<uint16_t>(value));
        case TypeId::UInt32:
            return append_fixed(checked<uint32_t>(value));
        case TypeId::UInt64:
            return append_fixed(checked<uint64_t>(value));
        default:
            refuse("an integer for a column of type " + missing_->type->name());
    }
}

void ValueColumn::append_decimal(const Datum& value) {
    require(value, Kind::Decimal);
    const size_t width = missing_->type->width();
    const auto bytes =
        decode_decimal(value.bytes).with_scale(missing_->type->scale).twos_complement(width);
    data_.append(reinterpret_cast<const char*>(bytes.data()), width);
    nulls_ += '\0';
    ++rows_;
}

void ValueColumn::append_date(const Datum& value) {
    require(value, Kind::UInt);
    const CivilTime time = unpack_time(value.uint_value);
    if (!time.has_day()) {
        if (zero_dates_ == ZeroDates::Null && missing_->type->nullable) return append_null();
        refuse("the date " + time.datetime_text(0) +
               " is of no calendar; set zero_dates = \"null\" to keep such as NULL");
    }
    if (missing_->type->id == TypeId::Date32)
        return append_fixed(static_cast<int32_t>(time.days()));
    int64_t ticks = time.microseconds();
    for (int digits = missing_->type->scale; digits < kMicrosecondDigits; ++digits) {
        if (ticks % 10 != 0) refuse(time.datetime_text(6) + " has more digits than the column");
        ticks /= 10;
    }
    append_fixed(ticks);
}

// ENUM: which of the elements, from 1 on, 0 = the empty one of a value that was none. SET: a bit an
// element.
void ValueColumn::append_element(const Datum& value) {
    require(value, Kind::UInt);
    const uint64_t number = value.uint_value;
    const size_t count = column_.elements.size();
    if (column_.type == MysqlType::Enum) {
        if (number > count)
            refuse("element " + std::to_string(number) + " of an ENUM of " + std::to_string(count));
        return append_text(number == 0 ? "" : column_.elements[number - 1]);
    }
    if (count < 64 && number >> count != 0)
        refuse("the bits " + std::to_string(number) + " of a SET of " + std::to_string(count));
    std::string text;
    for (size_t i = 0; i < count; ++i)
        if ((number >> i & 1) != 0) (text += text.empty() ? "" : ",") += column_.elements[i];
    append_text(text);
}

column::ColumnPtr ValueColumn::take(const std::shared_ptr<BufferPool>& pool) {
    column::Column made = column::make_column(missing_->type, rows_, pool);
    if (missing_->type->id == TypeId::String) {
        made.data = pool->make(data_.size());
        made.offsets.as<int32_t>()[0] = 0;
        if (rows_ > 0)
            std::memcpy(made.offsets.as<int32_t>() + 1, offsets_.data(), rows_ * sizeof(int32_t));
    }
    if (!data_.empty()) std::memcpy(made.data.data(), data_.data(), data_.size());
    if (has_nulls_) {
        made.nulls = pool->make(rows_);
        std::memcpy(made.nulls.data(), nulls_.data(), rows_);
    }
    data_.clear();
    offsets_.clear();
    nulls_.clear();
    rows_ = 0;
    has_nulls_ = false;
    return std::make_shared<const column::Column>(std::move(made));
}

}  // namespace ch::syncer
