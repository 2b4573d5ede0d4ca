#pragma once

#include <string>
#include <string_view>

#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::connector {

/// A value and its type as the plan's JSON writes them (grammar in include/ch/ch.h).
struct Literal {
    column::TypePtr type;
    column::Scalar value;
};

/// `text` null is NULL. Throws Error{InvalidArgument} for text that is no value of the type,
/// Error{Unsupported} for a type that literals cannot have.
Literal parse_literal(const std::string* text, std::string_view type_name);

/// The text that parse_literal() reads back as this value. Requires: the value is one of the type,
/// not NULL.
std::string literal_text(const column::Scalar& value, const column::Type& type);

}  // namespace ch::connector
