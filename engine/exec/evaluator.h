#pragma once

#include <initializer_list>
#include <memory>

#include "engine/column/column.h"
#include "engine/exec/expression.h"
#include "engine/exec/number_kernels.h"

namespace ch::exec {

/// What one evaluation runs over. Lives on the stack of evaluate().
struct Evaluation {
    const column::Block& block;
    const std::shared_ptr<BufferPool>& pool;
};

/// An expression's value as a plain column (no dictionary) of expression.type; a literal is
/// repeated.
column::ColumnPtr values_of(const Expression& expression, const Evaluation& evaluation);
/// The same, but a column of the block is given with its stored type, unconverted, if it is one
/// that comparisons read as it is.
column::ColumnPtr stored_values_of(const Expression& expression, const Evaluation& evaluation);

/// A column of the call's type with room for the block's rows; `nulls` is a row's NULL if one of
/// the inputs' is.
column::Column make_result(const Expression& call, const Evaluation& evaluation,
                           std::initializer_list<const column::Column*> inputs);
/// All rows NULL.
column::Column make_nulls(const Expression& call, const Evaluation& evaluation);

/// How values of a fixed-width type are held; a stored type too. Requires: not text, not nested.
Physical physical_of(const column::Type& type);

// One for each family of functions; each gives a plain column of the call's type.
column::Column evaluate_comparison(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_in(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_logic(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_null_test(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_text_test(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_text(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_date_part(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_cast(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_choice(const Expression& call, const Evaluation& evaluation);
column::Column evaluate_arithmetic(const Expression& call, const Evaluation& evaluation);

}  // namespace ch::exec
