#pragma once

#include <string>
#include <vector>

#include "ch/ch.h"
#include "connector/arrow_type.h"
#include "engine/column/type.h"

namespace ch::connector {

/// Fills *schema (not initialised before) with a struct of these fields, whose types are
/// arrow_type()'s. The caller releases it; each child may be moved out and released by itself.
/// Nothing is filled when it throws.
void export_schema(const std::vector<column::NameAndType>& fields, const ExportOptions& options,
                   ArrowSchema* schema);

}  // namespace ch::connector
