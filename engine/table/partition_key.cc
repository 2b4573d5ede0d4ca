#include "engine/table/partition_key.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "engine/exec/calendar.h"
#include "engine/exec/gather.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"
#include "engine/exec/stored_value.h"
#include "engine/format/write_value.h"
#include "engine/table/sql_token.h"

namespace ch::table {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;
using Tokens = std::span<const SqlToken>;

namespace {

constexpr int64_t kDaySeconds = 86'400;

[[noreturn]] void fail(const std::string& what) {
    throw Error(
        ErrorCode::Unsupported,
        "PARTITION BY " + what +
            " is not written; columns, toYYYYMM, toYear, toDate, column % n, intDiv(column, "
            "n) and tuples of them are");
}

bool is_name(const SqlToken& token) {
    return token.kind == SqlToken::Kind::Word || token.kind == SqlToken::Kind::QuotedName;
}

bool is_integer(const column::Type& type) {
    bool is_whole = false;
    exec::with_stored_number(type, [&]<typename T>(T) { is_whole = std::is_integral_v<T>; });
    bool is_plain = type.id >= TypeId::Int8 && type.id <= TypeId::UInt64;
    return is_whole && is_plain;
}

bool is_signed(const column::Type& type) {
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

bool is_utc(const column::Type& type) {
    return type.timezone.empty() || type.timezone == "UTC" || type.timezone == "Etc/UTC" ||
           type.timezone == "GMT";
}

bool is_day_or_time(const column::Type& type) {
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
int64_t units_a_day(const column::Type& type) {
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

PartitionKey::Term PartitionKey::parse_term(Tokens tokens, const TypeOf& type_of) {
    std::string sql = render_sql(tokens);
    Term term;
    auto column_at = [&](const SqlToken& token) {
        if (!is_name(token)) fail(sql);
        term.column = unquote(token);
        term.column_type = type_of(term.column);
        if (term.column_type == nullptr) fail("over the unknown column \"" + term.column + "\"");
    };
    auto divisor_at = [&](const SqlToken& token) {
        auto [end, error] =
            std::from_chars(token.text.data(), token.text.data() + token.text.size(), term.divisor);
        bool fits = token.kind == SqlToken::Kind::Number && error == std::errc() &&
                    end == token.text.data() + token.text.size() && term.divisor > 0;
        if (!fits || !is_integer(*term.column_type) || term.column_type->nullable) fail(sql);
    };
    bool is_call = tokens.size() >= 4 && tokens[0].kind == SqlToken::Kind::Word &&
                   tokens[1].is_symbol("(") && tokens.back().is_symbol(")");
    if (tokens.size() == 1) {
        column_at(tokens[0]);
        const column::Type& type = *term.column_type;
        bool is_float =
            type.id == TypeId::Float32 || type.id == TypeId::Float64 || type.id == TypeId::BFloat16;
        if (!exec::has_stored_order(type) || is_float) fail(sql + " of type " + type.name());
    } else if (tokens.size() == 3 && tokens[1].is_symbol("%")) {
        term.function = Function::Modulo;
        column_at(tokens[0]);
        divisor_at(tokens[2]);
    } else if (is_call && tokens.size() == 6 && tokens[3].is_symbol(",")) {
        bool divides = tokens[0].text == "intDiv";
        if (!divides && tokens[0].text != "modulo" && tokens[0].text != "moduloLegacy") fail(sql);
        term.function = divides ? Function::IntDiv : Function::Modulo;
        column_at(tokens[2]);
        divisor_at(tokens[4]);
    } else if (is_call && tokens.size() == 4) {
        term.function = tokens[0].text == "toYYYYMM" ? Function::ToYYYYMM
                        : tokens[0].text == "toYear" ? Function::ToYear
                        : tokens[0].text == "toDate" ? Function::ToDate
                                                     : Function::None;
        column_at(tokens[2]);
        bool fits = term.function != Function::None && is_day_or_time(*term.column_type) &&
                    !term.column_type->nullable;
        if (!fits) fail(sql + " of type " + term.column_type->name());
    } else {
        fail(sql);
    }
    return term;
}

TypePtr PartitionKey::type_of_term(const Term& term) {
    switch (term.function) {
        case Function::ToYYYYMM:
            return column::make_type(TypeId::UInt32);
        case Function::ToYear:
            return column::make_type(TypeId::UInt16);
        case Function::ToDate:
            return column::make_type(TypeId::Date);
        case Function::Modulo:
            return integer_type(is_signed(*term.column_type), literal_bytes(term.divisor));
        case Function::IntDiv:
            return term.column_type;
        case Function::None:
            break;
    }
    return term.column_type;
}

PartitionKey PartitionKey::parse(std::string_view sql, const TypeOf& type_of) {
    PartitionKey key;
    std::vector<SqlToken> storage = tokenize_sql(sql);
    Tokens tokens = Tokens(storage).first(storage.size() - 1);
    bool is_tuple = !tokens.empty() && tokens[0].is_word("TUPLE");
    size_t open = is_tuple ? 1 : 0;
    bool has_brackets = tokens.size() > open && tokens[open].is_symbol("(") &&
                        closing_bracket(storage, open) + 1 == tokens.size();
    std::vector<Tokens> terms;
    if (has_brackets)
        terms = split_commas(tokens.subspan(open + 1, tokens.size() - open - 2));
    else if (!tokens.empty())
        terms = {tokens};
    for (Tokens term : terms) {
        key.terms_.push_back(parse_term(term, type_of));
        const Term& parsed = key.terms_.back();
        key.types_.push_back(type_of_term(parsed));
        bool is_known = std::find(key.columns_.begin(), key.columns_.end(), parsed.column) !=
                        key.columns_.end();
        if (!is_known) key.columns_.push_back(parsed.column);
    }
    return key;
}

ColumnPtr PartitionKey::evaluate(const Term& term, const ColumnPtr& column,
                                 const std::shared_ptr<BufferPool>& pool) {
    if (term.function == Function::None) return column;
    const column::Type& type = *term.column_type;
    Column result = column::make_column(type_of_term(term), column->rows, pool);
    size_t width = result.type->width();
    int64_t day_units = units_a_day(type);
    auto value_of = [&](int64_t value) -> uint64_t {
        if (term.function == Function::Modulo)
            return modulo(value, is_signed(type), type.width(), term.divisor);
        if (term.function == Function::IntDiv)
            return quotient(value, is_signed(type), term.divisor);
        int64_t day = floor_div(value, day_units);
        if (term.function == Function::ToDate) return static_cast<uint64_t>(day);
        exec::CivilDay civil = exec::civil_day(static_cast<int32_t>(day));
        if (term.function == Function::ToYear) return static_cast<uint64_t>(civil.year);
        return static_cast<uint64_t>(civil.year * 100 + civil.month);
    };
    exec::with_stored_number(type, [&]<typename T>(T) {
        const T* values = column->data.as<T>();
        for (size_t row = 0; row < column->rows; ++row) {
            uint64_t value = value_of(static_cast<int64_t>(values[row]));
            std::memcpy(result.data.data() + row * width, &value, width);
        }
    });
    return std::make_shared<const Column>(std::move(result));
}

std::vector<PartitionKey::Rows> PartitionKey::split(const Block& block,
                                                    const std::shared_ptr<BufferPool>& pool) const {
    if (block.rows == 0) return {};
    std::vector<ColumnPtr> keys;
    for (const Term& term : terms_) {
        ColumnPtr column = block.find(term.column);
        if (column == nullptr)
            throw Error(ErrorCode::InvalidArgument,
                        "the rows have no column \"" + term.column + "\" to partition by");
        keys.push_back(evaluate(term, column, pool));
    }
    auto values_at = [&](size_t row) {
        std::vector<column::Scalar> values;
        for (const ColumnPtr& key : keys) values.push_back(format::scalar_at(*key, row));
        return values;
    };
    std::vector<uint32_t> order = exec::sort_permutation(keys);
    bool is_one =
        keys.empty() || exec::compare_stored(keys, order.front(), keys, order.back()) == 0;
    if (is_one) return {{values_at(0), block}};
    std::vector<Rows> parts;
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin + 1;
        while (end < order.size() &&
               exec::compare_stored(keys, order[begin], keys, order[end]) == 0)
            ++end;
        std::span<const uint32_t> rows(order.data() + begin, end - begin);
        Rows part{values_at(order[begin]), {rows.size(), block.names, {}}};
        for (const ColumnPtr& column : block.columns)
            part.block.columns.push_back(
                std::make_shared<const Column>(exec::gather(*column, rows, pool)));
        parts.push_back(std::move(part));
        begin = end;
    }
    return parts;
}

}  // namespace ch::table
