#include "engine/table/partition_term.h"

#include <charconv>
#include <cstring>
#include <vector>

#include "engine/exec/calendar.h"
#include "engine/exec/stored_order.h"
#include "engine/exec/stored_value.h"

namespace ch::table {

using column::Column;
using column::ColumnPtr;
using column::Type;
using column::TypeId;
using column::TypePtr;
using Tokens = std::span<const SqlToken>;

namespace {

constexpr int64_t kDaySeconds = 86'400;

bool is_name(const SqlToken& token) {
    return token.kind == SqlToken::Kind::Word || token.kind == SqlToken::Kind::QuotedName;
}

bool is_integer(const Type& type) {
    return type.id >= TypeId::Int8 && type.id <= TypeId::UInt64 && type.width() > 0 &&
           type.width() <= 8;
}

bool is_signed(const Type& type) {
    return type.id >= TypeId::Int8 && type.id <= TypeId::Int64;
}

/// Bytes of the narrowest unsigned type that holds the number, as ClickHouse types a literal.
size_t literal_bytes(uint64_t value) {
    return value < 0x100 ? 1 : value < 0x10000 ? 2 : value < uint64_t{1} << 32 ? 4 : 8;
}

TypePtr integer_type(bool with_sign, size_t bytes) {
    static constexpr TypeId kSigned[] = {TypeId::Int8, TypeId::Int16, TypeId::Int32, TypeId::Int64};
    static constexpr TypeId kUnsigned[] = {TypeId::UInt8, TypeId::UInt16, TypeId::UInt32,
                                           TypeId::UInt64};
    size_t at = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
    return column::make_type(with_sign ? kSigned[at] : kUnsigned[at]);
}

bool is_utc(const Type& type) {
    return type.timezone.empty() || type.timezone == "UTC" || type.timezone == "Etc/UTC" ||
           type.timezone == "GMT";
}

bool is_day_or_time(const Type& type) {
    switch (type.id) {
        case TypeId::Date:
        case TypeId::Date32:
            return true;
        case TypeId::DateTime:
        case TypeId::DateTime64:
            return is_utc(type);
        default:
            return false;
    }
}

int64_t floor_div(int64_t value, int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

/// How many stored units a day has.
int64_t units_a_day(const Type& type) {
    if (type.id == TypeId::Date || type.id == TypeId::Date32) return 1;
    int64_t units = kDaySeconds;
    for (unsigned digit = 0; type.id == TypeId::DateTime64 && digit < type.scale; ++digit)
        units *= 10;
    return units;
}

/// C++'s own rules: a signed value becomes unsigned beside a divisor of at least its width and four
/// bytes.
uint64_t modulo(int64_t value, bool with_sign, size_t value_bytes, uint64_t divisor) {
    size_t bytes = literal_bytes(divisor);
    if (!with_sign || bytes == 8) return static_cast<uint64_t>(value) % divisor;
    if (bytes == 4 && value_bytes <= 4) return static_cast<uint32_t>(value) % divisor;
    return static_cast<uint64_t>(value % static_cast<int64_t>(divisor));
}

uint64_t quotient(int64_t value, bool with_sign, uint64_t divisor) {
    if (!with_sign) return static_cast<uint64_t>(value) / divisor;
    if (divisor > static_cast<uint64_t>(INT64_MAX)) return 0;
    return static_cast<uint64_t>(value / static_cast<int64_t>(divisor));
}

}  // namespace

std::optional<PartitionTerm> PartitionTerm::understand(Tokens tokens, const TypeOf& type_of) {
    PartitionTerm term;
    Tokens inner = tokens;
    bool is_call = tokens.size() >= 4 && tokens[0].kind == SqlToken::Kind::Word &&
                   tokens[1].is_symbol("(") && closing_bracket(tokens, 1) == tokens.size() - 1;
    std::vector<Tokens> arguments;
    if (is_call) arguments = split_commas(tokens.subspan(2, tokens.size() - 3));
    if (tokens.size() >= 3 && tokens[tokens.size() - 2].is_symbol("%")) {
        term.outer_ = Outer::Modulo;
        if (!term.take_divisor(tokens.back())) return std::nullopt;
        inner = tokens.first(tokens.size() - 2);
    } else if (arguments.size() == 2 && arguments[1].size() == 1) {
        bool divides = tokens[0].text == "intDiv";
        bool is_modulo = tokens[0].text == "modulo" || tokens[0].text == "moduloLegacy";
        if ((!divides && !is_modulo) || !term.take_divisor(arguments[1][0])) return std::nullopt;
        term.outer_ = divides ? Outer::IntDiv : Outer::Modulo;
        inner = arguments[0];
    }
    if (!term.understand_inner(inner, type_of)) return std::nullopt;
    const Type& type = *term.inner_type_;
    term.type_ = term.inner_type_;
    if (term.outer_ == Outer::None) return term;
    if (!is_integer(type) || type.nullable) return std::nullopt;
    if (term.outer_ == Outer::Modulo)
        term.type_ = integer_type(is_signed(type), literal_bytes(term.divisor_));
    return term;
}

bool PartitionTerm::take_divisor(const SqlToken& token) {
    const char* end = token.text.data() + token.text.size();
    auto [rest, error] = std::from_chars(token.text.data(), end, divisor_);
    return token.kind == SqlToken::Kind::Number && error == std::errc() && rest == end &&
           divisor_ > 0;
}

bool PartitionTerm::understand_inner(Tokens tokens, const TypeOf& type_of) {
    bool is_column = tokens.size() == 1 && is_name(tokens[0]);
    bool is_call = tokens.size() == 4 && is_name(tokens[0]) && tokens[1].is_symbol("(") &&
                   is_name(tokens[2]) && tokens[3].is_symbol(")");
    if (!is_column && !is_call) return false;
    std::string name = unquote(tokens[is_column ? 0 : 2]);
    TypePtr type = type_of(name);
    if (type == nullptr) return false;
    day_units_ = units_a_day(*type);
    if (is_column) {
        bool is_float = type->id == TypeId::Float32 || type->id == TypeId::Float64 ||
                        type->id == TypeId::BFloat16;
        is_computed_ = exec::has_stored_order(*type) && !is_float;
        inner_type_ = type;
    } else {
        std::string_view called = tokens[0].text;
        function_ = called == "toYYYYMM"     ? Function::ToYYYYMM
                    : called == "toYYYYMMDD" ? Function::ToYYYYMMDD
                    : called == "toYear"     ? Function::ToYear
                    : called == "toDate"     ? Function::ToDate
                                             : Function::None;
        is_computed_ = function_ != Function::None && is_day_or_time(*type) && !type->nullable;
        if (is_computed_) {
            inner_type_ = column::make_type(function_ == Function::ToYear   ? TypeId::UInt16
                                            : function_ == Function::ToDate ? TypeId::Date
                                                                            : TypeId::UInt32);
        } else {
            std::optional<KeyExpression> key = understand_key(render_sql(tokens), type_of);
            if (!key || key->descending) return false;
            inner_type_ = key->type;
        }
    }
    if (is_computed_) {
        column_ = std::move(name);
        column_type_ = std::move(type);
    }
    return true;
}

uint64_t PartitionTerm::value_of(int64_t stored) const {
    int64_t value = stored;
    if (function_ != Function::None) {
        value = floor_div(stored, day_units_);
        exec::CivilDay civil = exec::civil_day(static_cast<int32_t>(value));
        if (function_ == Function::ToYear) value = civil.year;
        if (function_ == Function::ToYYYYMM) value = civil.year * 100 + civil.month;
        if (function_ == Function::ToYYYYMMDD)
            value = (civil.year * 100 + civil.month) * 100 + civil.day;
    }
    const Type& inner = *inner_type_;
    if (outer_ == Outer::Modulo) return modulo(value, is_signed(inner), inner.width(), divisor_);
    if (outer_ == Outer::IntDiv) return quotient(value, is_signed(inner), divisor_);
    return static_cast<uint64_t>(value);
}

ColumnPtr PartitionTerm::evaluate(const ColumnPtr& column,
                                  const std::shared_ptr<BufferPool>& pool) const {
    if (is_plain_column()) return column;
    Column result = column::make_column(type_, column->rows, pool);
    size_t width = type_->width();
    exec::with_stored_number(*column_type_, [&]<typename T>(T) {
        const T* values = column->data.as<T>();
        for (size_t row = 0; row < column->rows; ++row) {
            uint64_t value = value_of(static_cast<int64_t>(values[row]));
            std::memcpy(result.data.data() + row * width, &value, width);
        }
    });
    return std::make_shared<const Column>(std::move(result));
}

}  // namespace ch::table
