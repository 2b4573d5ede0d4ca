#include "engine/format/type_text.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/format/limits.h"
#include "engine/format/text_cursor.h"

// type      = name [ "(" arguments ")" ]
// arguments = by name: types, numbers, quoted strings,
//             pairs of 'label' = number (Enum), pairs of element and type (Tuple)
//
// Blanks and line breaks may stand between any two words (SHOW CREATE and toTypeName() print long
// tuples on many lines).

namespace ch::format {

namespace {

using column::Type;
using column::TypeId;
using column::TypePtr;

struct SimpleName {
    std::string_view name;
    TypeId id;
};
constexpr SimpleName kSimpleNames[] = {
    {"Bool", TypeId::Bool},         {"Int8", TypeId::Int8},       {"Int16", TypeId::Int16},
    {"Int32", TypeId::Int32},       {"Int64", TypeId::Int64},     {"Int128", TypeId::Int128},
    {"Int256", TypeId::Int256},     {"UInt8", TypeId::UInt8},     {"UInt16", TypeId::UInt16},
    {"UInt32", TypeId::UInt32},     {"UInt64", TypeId::UInt64},   {"UInt128", TypeId::UInt128},
    {"UInt256", TypeId::UInt256},   {"Float32", TypeId::Float32}, {"Float64", TypeId::Float64},
    {"BFloat16", TypeId::BFloat16}, {"String", TypeId::String},   {"UUID", TypeId::Uuid},
    {"IPv4", TypeId::IPv4},         {"IPv6", TypeId::IPv6},       {"Date", TypeId::Date},
    {"Date32", TypeId::Date32},     {"Time", TypeId::Time},
};

// Types that are only another name for one made of others.
struct Alias {
    std::string_view name;
    std::string_view stands_for;
};
constexpr Alias kAliases[] = {
    {"Point", "Tuple(Float64, Float64)"}, {"Ring", "Array(Point)"},
    {"LineString", "Array(Point)"},       {"MultiLineString", "Array(LineString)"},
    {"Polygon", "Array(Ring)"},           {"MultiPolygon", "Array(Polygon)"},
};

constexpr uint32_t kFixedStringBytesMax = 0xffffff;
constexpr uint8_t kSubSecondDigitsMax = 9;
constexpr uint8_t kDecimalDigitsMax = 76;

TypePtr parse_whole(std::string_view text, size_t depth);

class TypeParser {
public:
    TypeParser(std::string_view text, size_t depth) : cursor_(text, "a type"), depth_(depth) {}

    TypePtr parse_type() {
        cursor_.skip_blanks();
        size_t begin = cursor_.offset();
        if (++depth_ > kTypeDepthMax)
            cursor_.fail("nested deeper than " + std::to_string(kTypeDepthMax));
        std::string_view name = cursor_.take_word();
        if (name.empty()) cursor_.fail("a type's name was expected");
        // What is not ours is passed over by its parentheses alone, whatever stands in them: a new
        // type must not make a table unreadable whose other columns are wanted.
        TypePtr type = parse_named(name);
        if (type == nullptr) {
            cursor_.rewind(begin + name.size());
            if (cursor_.peek() == '(')
                skip_arguments();
            else
                cursor_.rewind(begin + name.size());
        }
        --depth_;
        // One part that is not ours makes the whole not ours; the text shows all of it.
        bool unsupported = type == nullptr || has_unsupported_child(*type);
        if (!unsupported) return type;
        auto kept = std::make_shared<Type>();
        kept->text = cursor_.text_since(begin);
        return kept;
    }
    void expect_end() {
        cursor_.skip_blanks();
        if (!cursor_.at_end()) cursor_.fail("the end was expected");
    }

private:
    static bool has_unsupported_child(const Type& type) {
        if (type.id == TypeId::Unsupported) return true;
        return std::any_of(type.children.begin(), type.children.end(),
                           [](const TypePtr& child) { return child->id == TypeId::Unsupported; });
    }

    static std::shared_ptr<Type> make(TypeId id) {
        auto type = std::make_shared<Type>();
        type->id = id;
        return type;
    }

    // The type of that name, its arguments read; null when it is none of ours (then the cursor may
    // be anywhere).
    TypePtr parse_named(std::string_view name) {
        for (const SimpleName& simple : kSimpleNames)
            if (simple.name == name) return cursor_.peek() == '(' ? nullptr : make(simple.id);
        for (const Alias& alias : kAliases)
            if (alias.name == name)
                return cursor_.peek() == '(' ? nullptr : parse_whole(alias.stands_for, depth_);
        if (name.starts_with("Decimal")) return parse_decimal(name.substr(7));
        if (name == "DateTime") return parse_datetime();
        if (name == "DateTime64") return parse_datetime64();
        if (name == "Time64") return parse_time64();
        if (name == "FixedString") return parse_fixed_string();
        if (name == "Enum8") return parse_enum(TypeId::Enum8, -128, 127);
        if (name == "Enum16") return parse_enum(TypeId::Enum16, -32768, 32767);
        return parse_nested(name);
    }

    TypePtr parse_nested(std::string_view name) {
        if (name == "Nullable") return parse_nullable();
        if (name == "LowCardinality") return parse_low_cardinality();
        if (name == "SimpleAggregateFunction") return parse_simple_aggregate();
        if (name == "Array") {
            cursor_.expect('(');
            auto type = make(TypeId::Array);
            type->children.push_back(parse_type());
            cursor_.expect(')');
            return type;
        }
        if (name == "Map") {
            cursor_.expect('(');
            auto type = make(TypeId::Map);
            type->children.push_back(parse_type());
            cursor_.expect(',');
            type->children.push_back(parse_type());
            cursor_.expect(')');
            return type;
        }
        if (name == "Tuple") return parse_tuple();
        // As a column's type it was flattened into `n.a Array(...)` before columns.txt; within
        // another type it is an array of tuples.
        if (name == "Nested") {
            auto type = make(TypeId::Array);
            TypePtr tuple = parse_tuple();
            if (tuple == nullptr || has_unsupported_child(*tuple)) return nullptr;
            type->children.push_back(std::move(tuple));
            return type;
        }
        return nullptr;
    }

    // `width` is what follows "Decimal" in the name: nothing, or the bits.
    TypePtr parse_decimal(std::string_view width) {
        // Decimal alone is Decimal(10, 0); Decimal32(s) is Decimal(9, s), and so on by the digits
        // that fit.
        int64_t precision = width.empty()    ? 10
                            : width == "32"  ? 9
                            : width == "64"  ? 18
                            : width == "128" ? 38
                            : width == "256" ? 76
                                             : 0;
        int64_t scale = 0;
        if (precision == 0) return nullptr;
        if (cursor_.peek() == '(') {
            cursor_.expect('(');
            if (width.empty()) {
                precision = cursor_.take_number(1, kDecimalDigitsMax);
                if (cursor_.try_take(',')) scale = cursor_.take_number(0, precision);
            } else {
                scale = cursor_.take_number(0, precision);
            }
            cursor_.expect(')');
        } else if (!width.empty()) {
            cursor_.fail("a decimal's scale was expected");
        }
        return column::make_decimal(static_cast<uint8_t>(precision), static_cast<uint8_t>(scale));
    }

    TypePtr parse_datetime() {
        auto type = make(TypeId::DateTime);
        if (cursor_.try_take('(')) {
            type->timezone = cursor_.take_quoted('\'');
            cursor_.expect(')');
        }
        return type;
    }

    TypePtr parse_datetime64() {
        auto type = make(TypeId::DateTime64);
        type->scale = 3;
        if (cursor_.try_take('(')) {
            type->scale = static_cast<uint8_t>(cursor_.take_number(0, kSubSecondDigitsMax));
            if (cursor_.try_take(',')) type->timezone = cursor_.take_quoted('\'');
            cursor_.expect(')');
        }
        return type;
    }

    TypePtr parse_time64() {
        auto type = make(TypeId::Time64);
        type->scale = 3;
        if (cursor_.try_take('(')) {
            type->scale = static_cast<uint8_t>(cursor_.take_number(0, kSubSecondDigitsMax));
            cursor_.expect(')');
        }
        return type;
    }

    TypePtr parse_fixed_string() {
        auto type = make(TypeId::FixedString);
        cursor_.expect('(');
        type->fixed_bytes = static_cast<uint32_t>(cursor_.take_number(1, kFixedStringBytesMax));
        cursor_.expect(')');
        return type;
    }

    TypePtr parse_enum(TypeId id, int64_t value_min, int64_t value_max) {
        auto type = make(id);
        cursor_.expect('(');
        do {
            std::string label = cursor_.take_quoted('\'');
            cursor_.expect('=');
            auto value = static_cast<int16_t>(cursor_.take_number(value_min, value_max));
            type->enum_values.emplace_back(std::move(label), value);
        } while (cursor_.try_take(','));
        cursor_.expect(')');
        return type;
    }

    TypePtr parse_nullable() {
        cursor_.expect('(');
        TypePtr inner = parse_type();
        cursor_.expect(')');
        switch (inner->id) {
            case TypeId::Array:
            case TypeId::Map:
            case TypeId::Unsupported:
                return nullptr;
            case TypeId::LowCardinality:
                cursor_.fail("Nullable(LowCardinality) is no type");
            default:
                break;
        }
        if (inner->nullable) cursor_.fail("Nullable(Nullable) is no type");
        return inner->with_nullable(true);
    }

    TypePtr parse_low_cardinality() {
        auto type = make(TypeId::LowCardinality);
        cursor_.expect('(');
        TypePtr inner = parse_type();
        cursor_.expect(')');
        if (inner->id == TypeId::Unsupported) return nullptr;
        if (inner->id != TypeId::String && inner->width() == 0)
            cursor_.fail("LowCardinality of " + inner->name() + " is no type");
        // LowCardinality(Nullable(T)): the flag moves out to the dictionary (type.h).
        type->nullable = inner->nullable;
        type->children.push_back(inner->with_nullable(false));
        return type;
    }

    // The function tells how merges combine rows; what is stored is the plain type.
    TypePtr parse_simple_aggregate() {
        cursor_.expect('(');
        if (cursor_.take_word().empty()) cursor_.fail("an aggregate function was expected");
        if (cursor_.peek() == '(') skip_arguments();
        cursor_.expect(',');
        TypePtr type = parse_type();
        cursor_.expect(')');
        return type;
    }

    // An empty tuple is stored in a way of its own; it is not one of ours.
    TypePtr parse_tuple() {
        auto type = make(TypeId::Tuple);
        // An empty one: ClickHouse's table definitions leave its brackets out.
        if (!cursor_.try_take('(') || cursor_.try_take(')')) return nullptr;
        do {
            std::string name = take_element_name();
            if (!name.empty()) type->element_names.push_back(std::move(name));
            type->children.push_back(parse_type());
        } while (cursor_.try_take(','));
        cursor_.expect(')');
        if (!type->element_names.empty() && type->element_names.size() != type->children.size())
            cursor_.fail("a tuple names some of its elements, not all");
        return type;
    }

    // A quoted name, or a word that another word follows; nothing when the element has no name.
    std::string take_element_name() {
        char next = cursor_.peek();
        if (next == '`' || next == '"') return cursor_.take_quoted(next);
        size_t begin = cursor_.offset();
        std::string_view word = cursor_.take_word();
        if (!word.empty() && TextCursor::is_word(cursor_.peek())) return std::string(word);
        cursor_.rewind(begin);
        return {};
    }

    // Anything between a parenthesis and its partner.
    void skip_arguments() {
        // Quoted texts are passed as a whole: they may have parentheses in them.
        size_t open = 0;
        do {
            char next = cursor_.peek();
            if (cursor_.at_end()) cursor_.fail("a parenthesis is not closed");
            if (next == '\'' || next == '"' || next == '`') {
                cursor_.take_quoted(next);
                continue;
            }
            if (next == '(') ++open;
            if (next == ')') --open;
            cursor_.expect(next);
        } while (open > 0);
    }

    TextCursor cursor_;
    size_t depth_;
};

TypePtr parse_whole(std::string_view text, size_t depth) {
    TypeParser parser(text, depth);
    TypePtr type = parser.parse_type();
    parser.expect_end();
    return type;
}

}  // namespace

TypePtr parse_type(std::string_view text) {
    if (text.size() > kTypeTextBytesMax)
        throw Error(ErrorCode::Corrupt, "a type's text has " + std::to_string(text.size()) +
                                            " bytes, at most " + std::to_string(kTypeTextBytesMax) +
                                            " are possible");
    return parse_whole(text, 0);
}

}  // namespace ch::format
