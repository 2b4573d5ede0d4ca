#pragma once

#include <string>

#include "engine/part/part_writer.h"
#include "engine/store/new_part.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

/// What a manifest says of a part that was just written into `folder`, commit timestamps left out.
NewPart describe_part(const WriteLayout& layout, uint64_t schema_id, std::string folder,
                      part::WrittenPart written);

}  // namespace ch::storage
