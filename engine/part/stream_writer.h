#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/format/frame_encoder.h"
#include "engine/format/marks.h"
#include "engine/part/part_files.h"

namespace ch::part {

/// One file of frames being written: bytes are gathered and leave as a frame when kFrameBytesCut of
/// them are there, or at a mark when kMarkBytesCut are. Used by one thread.
class StreamWriter {
public:
    /// The encoder is shared by the streams of one thread and outlives them.
    StreamWriter(HashedFile file, format::FrameEncoder& encoder,
                 const std::shared_ptr<BufferPool>& pool);

    /// Where the next byte will stand; a granule begins there.
    format::Mark mark();
    /// Where the next byte will stand, without a cut.
    [[nodiscard]] format::Mark position() const { return {file_.bytes(), pending_}; }

    void append(const void* bytes, size_t count);
    template <typename T>
    void append_value(T value) {
        append(&value, sizeof(T));
    }
    /// Room for `count` bytes at the end; commit() says how many were written. Requires: count <=
    /// kRoomBytesMax.
    uint8_t* room(size_t count);
    void commit(size_t count) { pending_ += count; }
    /// Ends the frame.
    void flush();
    /// From the next frame on. Requires: nothing is pending.
    void set_encoder(format::FrameEncoder& encoder) { encoder_ = &encoder; }

    /// Ends the file and lists it. `is_data_bin`: the hash of the content is told as a Compact
    /// part's data.bin has it.
    void finish(PartFiles& files, bool is_data_bin);

    static constexpr size_t kRoomBytesMax = 64U << 10;

private:
    void reserve(size_t bytes);

    HashedFile file_;
    format::FrameEncoder* encoder_;
    format::FileHasher content_hasher_;
    uint64_t content_bytes_ = 0;
    Buffer plain_;
    size_t pending_ = 0;
};

}  // namespace ch::part
