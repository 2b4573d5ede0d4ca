#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/part/part.h"

namespace ch::part {

/// What reading has cost so far. Counters only grow; one thread writes, any may read.
struct ReadMetrics {
    std::atomic<uint64_t> bytes_read{0};  ///< from files, compressed
    std::atomic<uint64_t> bytes_decompressed{0};
};

/// Reads column data of one part, forwards from where seek() put it. Used by one thread.
/// Every frame's checksum is verified; decoded sizes are checked against the part's rows. A failed
/// reader is not used again.
class PartReader {
public:
    struct Options {
        std::shared_ptr<BufferPool> pool;
        ReadMetrics* metrics = nullptr;                ///< may be null
        const std::atomic<bool>* cancelled = nullptr;  ///< looked at for each frame; may be null
    };

    PartReader(std::shared_ptr<const Part> part, Options options);
    ~PartReader();
    PartReader(const PartReader&) = delete;
    PartReader& operator=(const PartReader&) = delete;

    /// Puts one column (index into Part::columns()) at the first row of a granule. Opens its files
    /// on first use; seeking to where it already stands costs nothing.
    void seek(size_t column, size_t granule);
    /// The same, and says that reading goes on up to granule `end` at least: bytes up to there are
    /// read ahead, and not many beyond.
    void seek(size_t column, size_t granule, size_t end);
    /// The next `rows` rows of the column, any number, granule borders or not. Requires: that many
    /// are left.
    column::Column read(size_t column, size_t rows);
    /// The same, thrown away; as cheap as the encoding allows.
    void skip(size_t column, size_t rows);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ch::part
