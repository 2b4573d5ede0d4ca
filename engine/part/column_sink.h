#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/part/encoder.h"
#include "engine/part/part_writer.h"

namespace ch::part {

/// A run of a block's rows within one granule.
struct GranulePiece {
    size_t from;
    size_t rows;
    bool begins_granule;
};

/// Where the columns of a part go: files of their own (Wide) or data.bin (Compact).
class ColumnSink {
public:
    virtual ~ColumnSink() = default;
    /// `pieces` cover the block. Compact: each is a whole granule.
    virtual void write(const std::vector<column::ColumnPtr>& columns,
                       const std::vector<GranulePiece>& pieces) = 0;
    /// Ends the files. `granule_rows`: of all granules, and 0 for the final mark.
    virtual void finish(const std::vector<uint64_t>& granule_rows) = 0;
};

/// The encoders of frames that a thread's streams share, one a codec.
class EncoderSet {
public:
    explicit EncoderSet(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) {}
    format::FrameEncoder& get(format::FrameCodec codec);

private:
    std::shared_ptr<BufferPool> pool_;
    std::vector<std::unique_ptr<format::FrameEncoder>> encoders_;
};

std::unique_ptr<ColumnSink> make_wide_sink(const PartSpec& spec, PartFiles& files,
                                           const std::shared_ptr<BufferPool>& pool);
std::unique_ptr<ColumnSink> make_compact_sink(const PartSpec& spec, PartFiles& files,
                                              const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::part
