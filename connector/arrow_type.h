#pragma once

#include <string>

#include "connector/plan.h"
#include "engine/column/type.h"

namespace ch::connector {

/// How columns become Arrow: the part of PlanOptions that decides types.
struct ExportOptions {
    ResultTypes types = ResultTypes::Arrow;
    bool dictionary = true;
    bool decimal128 = false;
};

/// The type that a stored type's values are converted to before Arrow takes them; every type that
/// comes out has a format below.
///   Date -> Date32, Enum -> LowCardinality(String), DateTime -> DateTime64(0), DateTime64(s) ->
///   DateTime64(0, 3, 6 or 9), Time likewise, BFloat16 -> Float32; with "decimal128" short decimals
///   -> 38 digits wide (the precision stays, see arrow_format); LowCardinality of anything but text
///   and binary, and all of them without "dictionary", -> its child.
/// With "spark" the leaves are those of exec::spark_type. Throws Error{Unsupported} naming the
/// type.
column::TypePtr arrow_type(const column::TypePtr& stored, const ExportOptions& options);

/// The Arrow C data format of a type that arrow_type() yields, e.g. "tsu:UTC". A LowCardinality's
/// is that of its codes.
std::string arrow_format(const column::Type& type, const ExportOptions& options);

/// Bytes of one decimal in Arrow.
size_t decimal_width(const column::Type& type, const ExportOptions& options);

}  // namespace ch::connector
