#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "engine/column/type.h"
#include "engine/exec/expression.h"

namespace ch::tools {

/// The stored type of a column; throws Error{NotFound} if there is none of that name.
using TypeOfColumn = std::function<column::TypePtr(const std::string& name)>;

/// Reads a --where text:
///   or        = and *( OR and )                and = not *( AND not )          not = NOT not |
///   test test      = "(" or ")" | TRUE | FALSE | operand [ comparison ] comparison = op operand |
///   IS [NOT] NULL | [NOT] IN "(" literal *( "," literal ) ")"
///             | [NOT] LIKE text | [NOT] BETWEEN operand AND operand
///   op        = "=" "==" "!=" "<>" "<" "<=" ">" ">="        operand = column | literal
///   literal   = number | text | TRUE | FALSE | NULL | DATE text
/// A literal takes the type of the column it stands beside: text beside a date is a date, beside a
/// time a local time of the column's zone (`files` has the zone files). NULLs follow SQL, numbers
/// are compared exactly. Throws Error{InvalidArgument} showing the place.
exec::ExpressionPtr parse_predicate(std::string_view text, const TypeOfColumn& type_of,
                                    const io::FileSystem& files);

}  // namespace ch::tools
