#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::exec {

/// What a Call computes, over the types that spark_type() yields. Semantics are Spark's, exactly:
/// three-valued logic; in comparisons NaN equals NaN and is above all numbers, -0.0 equals 0.0;
/// text compares by its bytes. A function stands here only if every value of it is the one that
/// Spark computes. So there is no UPPER and no LOWER (Java's Unicode tables), no arithmetic on
/// integers, and date parts take dates only: those of a timestamp need a time zone. A client must
/// not push what is missing here. Only arithmetic can raise an error on a row, Error{Overflow}; it
/// is no argument of anything else then, so that it is evaluated on no row that Spark would spare.
enum class Function : uint8_t {
    Equal,
    EqualNullSafe,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Not,
    In,  ///< first argument in the others (literals); NULL if not found and one of them is NULL
    IsNull,
    IsNotNull,
    StartsWith,  ///< value, part: here and in the next two both are text of any kind
    EndsWith,
    Contains,
    Like,       ///< value, pattern (literal) [, escape character (literal), else a backslash]
    Substring,  ///< value, position, [length]: literals. By code points, of binary by bytes; from
                ///< 1, negative from the end
    Length,     ///< in code points, of binary in bytes
    Trim,       ///< without the spaces (0x20) at both ends
    Concat,     ///< NULL if one argument is
    Year,       ///< this and the next seven: of a Date32, Int32
    Quarter,
    Month,
    Week,  ///< ISO: 1 to 53
    Day,
    DayOfWeek,  ///< ISO: Monday is 1
    DayOfYear,
    YearOfWeek,  ///< the year that the ISO week belongs to
    /// Casts that lose nothing and cannot fail: Bool and integers to wider integers, to decimals
    /// that hold them all and to floats (rounded to nearest, as Java does), decimals to wider ones
    /// and to Float64, Float32 to Float64.
    Cast,
    Coalesce,
    CaseWhen,  ///< condition, value, condition, value, ..., [else]
    /// Of two decimals, in the type that is given, whose scale is exact; or of two Float32 or two
    /// Float64. As Spark's ANSI mode has them: a value that does not fit is an error.
    Add,
    Subtract,
    Multiply,
};

/// The function's name in a plan (include/ch/ch.h), e.g. "STARTS_WITH", and back; nothing for an
/// unknown name.
std::string_view function_name(Function function);
std::optional<Function> find_function(std::string_view name);

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;
class InSet;
class LikePattern;

/// A typed expression tree over a block's columns. Immutable; made by the three functions below,
/// which check argument counts and types and throw Error{InvalidArgument | Unsupported} with the
/// offending call printed as text.
class Expression {
public:
    enum class Kind : uint8_t { Column, Literal, Call };
    Kind kind = Kind::Literal;
    /// Of the result: a type that spark_type() yields, but never LowCardinality, which is only a
    /// way to store values.
    column::TypePtr type;
    std::string name;      ///< Column
    column::Scalar value;  ///< Literal
    Function function = Function::Equal;
    std::vector<ExpressionPtr> arguments;

    std::vector<std::string>
        columns;          ///< names of all that are read below, each once, by first use
    uint32_t depth = 1;   ///< calls above each other
    bool raises = false;  ///< a row's values may be such that there is only an error
    std::shared_ptr<const InSet> in_set;      ///< In: its literals, made ready once
    std::shared_ptr<const LikePattern> like;  ///< Like: its pattern, made ready once

    /// As SQL, for EXPLAIN and errors: `(a > 5) AND (b LIKE 'x%')`. Long lists are cut.
    [[nodiscard]] std::string text() const;
};

/// `stored` is the column's ClickHouse type. Throws Error{Unsupported} if Spark has no place for
/// it.
ExpressionPtr make_column_reference(std::string name, const column::Type& stored);
/// `type` may be a stored type too: the value is then one of that type, and is converted as a
/// column of it is.
ExpressionPtr make_literal(column::TypePtr type, const column::Scalar& value);
/// `result` is needed for Cast, and for arithmetic on decimals.
ExpressionPtr make_call(Function function, std::vector<ExpressionPtr> arguments,
                        column::TypePtr result = nullptr);

/// Names of all columns that the expression reads, each once, in order of first use.
std::vector<std::string> referenced_columns(const Expression& expression);
/// The conjuncts of a predicate: the operands of its top-level ANDs, left to right.
std::vector<ExpressionPtr> conjuncts(const ExpressionPtr& predicate);

}  // namespace ch::exec
