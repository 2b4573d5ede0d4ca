#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::exec {

/// What a Call computes. Semantics are Spark's (three-valued logic, NaN equal to NaN and above all numbers in comparisons, -0.0 equal to 0.0), over
/// the types that spark_type() yields. The plan's names for them are in include/ch/ch.h.
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
    StartsWith,
    EndsWith,
    Contains,
    Like,  ///< value, pattern (literal), escape character (literal)
    Substring,
    Length,
    Upper,
    Lower,
    Trim,
    Concat,
    Year,
    Quarter,
    Month,
    Week,
    Day,
    DayOfWeek,
    DayOfYear,
    YearOfWeek,
    Cast,  ///< only exact casts: widening integers, decimals and floats, date to timestamp is refused
    Plus,
    Minus,
    Multiply,
    Negate,
    Abs,
    Coalesce,
    CaseWhen,  ///< condition, value, condition, value, ..., [else]
};

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A typed expression tree over a block's columns. Immutable; made by the three functions below, which check
/// argument counts and types and throw Error{InvalidArgument | Unsupported} with the offending call printed as text.
class Expression {
public:
    enum class Kind : uint8_t { Column, Literal, Call };
    Kind kind = Kind::Literal;
    column::TypePtr type;    ///< of the result; for a column the normalised type, spark_type(stored)
    std::string name;        ///< Column
    column::Scalar value;    ///< Literal
    Function function = Function::Equal;
    std::vector<ExpressionPtr> arguments;

    /// As SQL, for EXPLAIN and errors: `(a > 5) AND (b LIKE 'x%')`.
    [[nodiscard]] std::string text() const;
};

/// `stored` is the column's ClickHouse type.
ExpressionPtr make_column_reference(std::string name, const column::Type& stored);
ExpressionPtr make_literal(column::TypePtr type, column::Scalar value);
/// `result` is needed for Cast only.
ExpressionPtr make_call(Function function, std::vector<ExpressionPtr> arguments, column::TypePtr result = nullptr);

/// Names of all columns that the expression reads, each once, in order of first use.
std::vector<std::string> referenced_columns(const Expression& expression);
/// The conjuncts of a predicate: the operands of its top-level ANDs, left to right.
std::vector<ExpressionPtr> conjuncts(const ExpressionPtr& predicate);

}  // namespace ch::exec
