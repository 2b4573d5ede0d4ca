#pragma once

#include <memory>
#include <vector>

#include "base/buffer.h"
#include "ch/ch.h"
#include "connector/arrow_type.h"
#include "engine/column/column.h"

namespace ch::connector {

/// Fills *array (not initialised before) with a struct array of the block's columns, in the schema
/// of export_schema(). Buffers are not copied: each array keeps its column alive until it is
/// released, by whichever thread. Made anew are only bitmaps (from bytes) and the values that
/// arrow_type() converts. `targets` are arrow_type() of the columns' types. Nothing is filled when
/// it throws.
void export_block(const column::Block& block, const std::vector<column::TypePtr>& targets,
                  const ExportOptions& options, const std::shared_ptr<BufferPool>& pool,
                  ArrowArray* array);

}  // namespace ch::connector
