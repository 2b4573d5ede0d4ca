#pragma once

#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/column/type.h"
#include "engine/exec/expression.h"

namespace ch::tools {

/// One side of a comparison in a --where text, before its types are settled.
struct Operand {
    enum class Kind : uint8_t { Column, Number, Text, Flag, Null };
    Kind kind = Kind::Null;
    std::string text;        ///< the column's name, the literal as written
    column::TypePtr stored;  ///< Column: its stored type
    size_t offset = 0;       ///< in the --where text
};

/// Makes `left function right` of operands, one a column at least, with the literals in the
/// column's type and numbers widened until nothing is lost. Throws Error{InvalidArgument}.
exec::ExpressionPtr make_comparison(exec::Function function, const Operand& left,
                                    const Operand& right, const io::FileSystem& files);
/// `column IN (literals)`.
exec::ExpressionPtr make_membership(const Operand& column, const std::vector<Operand>& literals,
                                    const io::FileSystem& files);

}  // namespace ch::tools
