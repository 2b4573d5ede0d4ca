#pragma once

#include <memory>
#include <vector>

#include "engine/part/column_sink.h"

namespace ch::part {

/// One skip index of a part being written (mergetree.md 6.3): an entry for every `granularity`
/// granules. Used by one thread.
class SkipIndexWriter {
public:
    virtual ~SkipIndexWriter() = default;
    virtual void write(const column::Block& block, const std::vector<GranulePiece>& pieces) = 0;
    virtual void finish() = 0;
};

/// The writers of those indices of the specification that are written: minmax over types that have
/// an order, bloom_filter over one column of whole numbers, dates or texts with a rate of false
/// positives whose filter is known bit for bit. ClickHouse reads a part without an index's files;
/// it just finds nothing to skip there.
std::vector<std::unique_ptr<SkipIndexWriter>> make_skip_index_writers(
    const PartSpec& spec, PartKind kind, PartFiles& files, const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::part
