#pragma once

#include "engine/exec/expression.h"

namespace ch::exec {

/// True if the expression's text is binary: its characters are bytes. FixedString is, and what is
/// cut from it.
bool is_binary(const Expression& expression);

/// The type of a call with its function and arguments set (`result` as in make_call). Throws
/// Error{InvalidArgument | Unsupported} if the function does not take them.
column::TypePtr check_call(const Expression& call, const column::TypePtr& result);

/// Whether a checked call is Expression::raises. Throws Error{InvalidArgument} if it may not be.
bool can_raise(const Expression& call);

/// Throws Error{InvalidArgument} if the value is none of the type.
void check_literal(const column::Scalar& value, const column::Type& type);

}  // namespace ch::exec
