#include "engine/table/constant.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <map>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/format/type_text.h"
#include "engine/table/limits.h"

namespace ch::table {

using column::Column;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;
using Tokens = std::span<const SqlToken>;

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::Unsupported, why);
}

Constant literal(Constant::Kind kind, Scalar value) {
    Constant constant;
    constant.kind = kind;
    constant.value = std::move(value);
    return constant;
}

/// Recursive descent over the tokens of one constant; brackets match and are bounded in depth, see
/// tokenize_sql().
class Parser {
public:
    explicit Parser(size_t& elements) : elements_(elements) {}

    Constant parse(Tokens tokens) {
        if (tokens.empty()) refuse("an expression is missing");
        if (++elements_ > kConstantElementsMax) refuse("it has too many elements");
        if (depth_ >= kNestingMax) refuse("it nests too deep");
        ++depth_;
        Constant constant = parse_one(tokens);
        --depth_;
        return constant;
    }

private:
    Constant parse_one(Tokens tokens) {
        size_t cast = last_cast(tokens);
        if (cast != 0)
            return cast_constant(parse(tokens.first(cast)), *type_of(tokens.subspan(cast + 1)));
        const SqlToken& first = tokens[0];
        bool is_bracketed = first.is_symbol("(") || first.is_symbol("[") || first.is_symbol("{");
        if (is_bracketed && closing_bracket(tokens, 0) == tokens.size() - 1)
            return parse_brackets(tokens);
        if (first.kind == SqlToken::Kind::Word && tokens.size() > 2 && tokens[1].is_symbol("(") &&
            closing_bracket(tokens, 1) == tokens.size() - 1)
            return parse_call(first.text, tokens.subspan(2, tokens.size() - 3));
        if (first.is_symbol("-")) return negated(parse(tokens.subspan(1)));
        if (tokens.size() > 1) refuse("it is not a constant");
        return parse_literal(first);
    }

    /// Index of the last `::` outside brackets, or 0.
    static size_t last_cast(Tokens tokens) {
        size_t found = 0;
        for (size_t i = 0; i < tokens.size(); ++i) {
            if (tokens[i].is_symbol("(") || tokens[i].is_symbol("[") || tokens[i].is_symbol("{"))
                i = closing_bracket(tokens, i);
            else if (tokens[i].is_symbol("::"))
                found = i;
        }
        return found;
    }

    static TypePtr type_of(Tokens tokens) {
        std::string text = tokens.size() == 1 ? unquote(tokens[0]) : render_sql(tokens);
        return format::parse_type(text);
    }

    static Constant negated(Constant constant) {
        if (auto* integer = std::get_if<Int128>(&constant.value)) {
            if (constant.kind == Constant::Kind::Integer) return literal(constant.kind, -*integer);
        } else if (auto* number = std::get_if<double>(&constant.value)) {
            if (constant.kind == Constant::Kind::Float) return literal(constant.kind, -*number);
        }
        refuse("only a number can be negated");
    }

    Constant parse_brackets(Tokens tokens) {
        std::vector<Constant> elements;
        Tokens inner = tokens.subspan(1, tokens.size() - 2);
        bool is_map = tokens[0].is_symbol("{");
        for (Tokens piece : split_commas(inner)) {
            if (!is_map) {
                elements.push_back(parse(piece));
                continue;
            }
            size_t colon = 0;
            while (colon < piece.size() && !piece[colon].is_symbol(":")) ++colon;
            if (colon == piece.size()) refuse("a map has no ':'");
            elements.push_back(parse(piece.first(colon)));
            elements.push_back(parse(piece.subspan(colon + 1)));
        }
        if (tokens[0].is_symbol("(") && elements.size() == 1 && !inner.back().is_symbol(","))
            return std::move(elements[0]);
        Constant constant;
        constant.kind = is_map                     ? Constant::Kind::Map
                        : tokens[0].is_symbol("[") ? Constant::Kind::Array
                                                   : Constant::Kind::Tuple;
        constant.elements = std::move(elements);
        return constant;
    }

    Constant parse_call(std::string_view name, Tokens arguments);
    Constant parse_conversion(std::string_view name, const std::vector<Constant>& arguments);

    static Constant parse_literal(const SqlToken& token) {
        if (token.is_word("NULL")) return {};
        if (token.is_word("TRUE") || token.is_word("FALSE")) {
            Constant constant =
                literal(Constant::Kind::Stored, Int128(token.is_word("TRUE") ? 1 : 0));
            constant.type = column::make_type(TypeId::Bool);
            return constant;
        }
        if (token.is_word("NAN"))
            return literal(Constant::Kind::Float, std::numeric_limits<double>::quiet_NaN());
        if (token.is_word("INF"))
            return literal(Constant::Kind::Float, std::numeric_limits<double>::infinity());
        if (token.kind == SqlToken::Kind::String)
            return literal(Constant::Kind::Text, unquote(token));
        if (token.kind != SqlToken::Kind::Number) refuse("it is not a constant");
        const char* begin = token.text.data();
        const char* end = begin + token.text.size();
        uint64_t integer = 0;
        auto [rest, failure] = std::from_chars(begin, end, integer);
        if (failure == std::errc() && rest == end)
            return literal(Constant::Kind::Integer, Int128(integer));
        double number = 0;
        auto [float_rest, float_failure] = std::from_chars(begin, end, number);
        if (float_failure != std::errc() || float_rest != end)
            refuse("the number is not understood");
        return literal(Constant::Kind::Float, number);
    }

    size_t& elements_;
    size_t depth_ = 0;
};

Constant Parser::parse_call(std::string_view name, Tokens arguments) {
    SqlToken word;
    word.kind = SqlToken::Kind::Word;
    word.text = name;
    std::vector<Tokens> pieces = split_commas(arguments);
    if (word.is_word("CAST") && pieces.size() == 1) {
        size_t as = arguments.size();
        for (size_t i = 0; i < arguments.size(); ++i)
            if (arguments[i].is_word("AS")) as = i;
        if (as + 1 >= arguments.size()) refuse("CAST has no AS");
        return cast_constant(parse(arguments.first(as)), *type_of(arguments.subspan(as + 1)));
    }
    if ((word.is_word("CAST") || name == "_CAST") && pieces.size() == 2)
        return cast_constant(parse(pieces[0]), *type_of(pieces[1]));
    std::vector<Constant> values;
    for (Tokens piece : pieces) values.push_back(parse(piece));
    if (name == "array" || name == "tuple" || name == "map" || name.starts_with("emptyArray")) {
        Constant constant;
        constant.kind = name == "tuple" ? Constant::Kind::Tuple
                        : name == "map" ? Constant::Kind::Map
                                        : Constant::Kind::Array;
        if (name == "map" && values.size() % 2 != 0) refuse("map() has a key without a value");
        constant.elements = std::move(values);
        return constant;
    }
    return parse_conversion(name, values);
}

/// toInt8(x) and its kin.
Constant Parser::parse_conversion(std::string_view name, const std::vector<Constant>& arguments) {
    if (!name.starts_with("to") || arguments.empty())
        refuse("it calls " + std::string(name) + "()");
    std::string type(name.substr(2));
    if ((type == "Nullable" || type == "LowCardinality") && arguments.size() == 1)
        return arguments[0];
    auto number = [&](size_t i) -> std::string {
        const auto* value =
            i < arguments.size() ? std::get_if<Int128>(&arguments[i].value) : nullptr;
        if (!value || *value < 0 || *value > 100'000)
            refuse(std::string(name) + "() has a strange argument");
        return std::to_string(static_cast<int64_t>(*value));
    };
    auto zone = [&](size_t i) -> std::string {
        if (i >= arguments.size()) return "";
        const auto* text = std::get_if<std::string>(&arguments[i].value);
        if (!text) refuse(std::string(name) + "() has a strange argument");
        return "'" + *text + "'";
    };
    size_t used = 1;
    if (type == "Decimal32" || type == "Decimal64" || type == "Decimal128") {
        type += "(" + number(1) + ")";
        used = 2;
    } else if (type == "FixedString") {
        type += "(" + number(1) + ")";
        used = 2;
    } else if (type == "DateTime" && arguments.size() == 2) {
        type += "(" + zone(1) + ")";
        used = 2;
    } else if (type == "DateTime64") {
        used = std::max<size_t>(2, arguments.size());
        type += "(" + number(1) + (used > 2 ? ", " + zone(2) : "") + ")";
    }
    if (used != arguments.size() || used > 3) refuse("it calls " + std::string(name) + "()");
    TypePtr target = format::parse_type(type);
    if (target->id == TypeId::Unsupported) refuse("it calls " + std::string(name) + "()");
    return cast_constant(arguments[0], *target);
}

void store_value(uint8_t* to, const Constant& constant, const Type& type) {
    size_t width = type.width();
    if (constant.kind == Constant::Kind::Null) {
        std::memset(to, 0, width);
    } else if (const auto* text = std::get_if<std::string>(&constant.value)) {
        CH_ASSERT(text->size() == width);
        std::memcpy(to, text->data(), width);
    } else if (const auto* number = std::get_if<double>(&constant.value)) {
        if (type.id == TypeId::Float32)
            ch::store(to, static_cast<float>(*number));
        else
            ch::store(to, *number);
    } else {
        Int128 value = std::get<Int128>(constant.value);
        std::memcpy(to, &value, std::min(width, sizeof(value)));
    }
}

void store_texts(Column& column, std::span<const Constant> constants) {
    std::string all;
    for (size_t row = 0; row < constants.size(); ++row) {
        if (const auto* text = std::get_if<std::string>(&constants[row].value)) all += *text;
        column.offsets.as<int32_t>()[row + 1] = static_cast<int32_t>(all.size());
    }
    column.data.resize(all.size());
    if (!all.empty()) std::memcpy(column.data.data(), all.data(), all.size());
}

void store_codes(Column& column, std::span<const Constant> constants,
                 const std::shared_ptr<BufferPool>& pool) {
    std::map<Scalar, int32_t> codes;
    std::vector<Constant> words;
    for (size_t row = 0; row < constants.size(); ++row) {
        bool is_null = constants[row].kind == Constant::Kind::Null;
        auto [entry, is_new] =
            codes.try_emplace(constants[row].value, static_cast<int32_t>(words.size()));
        if (is_new) words.push_back(constants[row]);
        if (is_new && is_null) words.back() = Constant();
        column.data.as<int32_t>()[row] = entry->second;
    }
    column.children.push_back(
        std::make_shared<const Column>(constant_column(column.type->children[0], words, pool)));
}

/// Elements of all constants in turn: every `step`th from `from` on.
std::vector<Constant> flatten(std::span<const Constant> constants, size_t from, size_t step) {
    std::vector<Constant> elements;
    for (const Constant& constant : constants)
        for (size_t i = from; i < constant.elements.size(); i += step)
            elements.push_back(constant.elements[i]);
    return elements;
}

}  // namespace

Constant parse_constant(Tokens tokens) {
    size_t elements = 0;
    return Parser(elements).parse(tokens);
}

Column constant_column(const TypePtr& type, std::span<const Constant> constants,
                       const std::shared_ptr<BufferPool>& pool) {
    Column column = column::make_column(type, constants.size(), pool);
    size_t width = type->width();
    size_t step = type->id == TypeId::Map ? 2 : 1;
    bool has_nulls = false;
    for (const Constant& constant : constants)
        has_nulls = has_nulls || constant.kind == Constant::Kind::Null;
    bool may_be_null = type->nullable;
    if (has_nulls && may_be_null) column.nulls = pool->make(constants.size());
    for (size_t row = 0; row < constants.size(); ++row) {
        if (!column.nulls.empty())
            column.nulls.data()[row] = constants[row].kind == Constant::Kind::Null ? 1 : 0;
        if (width > 0) store_value(column.data.data() + row * width, constants[row], *type);
        if (type->id == TypeId::Array || type->id == TypeId::Map)
            column.offsets.as<int32_t>()[row + 1] =
                column.offsets.as<int32_t>()[row] +
                static_cast<int32_t>(constants[row].elements.size() / step);
    }
    auto add_child = [&](size_t child, size_t from, size_t every) {
        column.children.push_back(std::make_shared<const Column>(
            constant_column(type->children[child], flatten(constants, from, every), pool)));
    };
    if (type->id == TypeId::String) store_texts(column, constants);
    if (type->id == TypeId::LowCardinality) store_codes(column, constants, pool);
    if (type->id == TypeId::Array) add_child(0, 0, 1);
    if (type->id == TypeId::Map) (add_child(0, 0, 2), add_child(1, 1, 2));
    if (type->id == TypeId::Tuple)
        for (size_t i = 0; i < type->children.size(); ++i) add_child(i, i, type->children.size());
    return column;
}

}  // namespace ch::table
