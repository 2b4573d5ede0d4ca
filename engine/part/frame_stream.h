#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/buffer.h"
#include "base/io/file_system.h"
#include "engine/format/marks.h"
#include "engine/part/byte_stream.h"
#include "engine/part/part_reader.h"

namespace ch::part {

/// The decompressed bytes of a file of frames, from any mark on. Reads ahead in growing pieces; a
/// frame that fits where it is wanted is decompressed there, others into a scratch buffer. Every
/// frame that is decompressed is verified first.
class FrameStream final : public ByteStream {
public:
    /// `uncompressed_bytes`: what checksums.txt says, or nothing.
    FrameStream(std::shared_ptr<const io::ReadableFile> file,
                std::optional<uint64_t> uncompressed_bytes, const PartReader::Options& options);

    /// Costs no I/O. Throws Error{Corrupt} for a mark behind the file's end.
    void seek(format::Mark mark);
    /// The caller means to read up to the file offset `end`, so reading ahead may go there at once
    /// and not beyond.
    void expect_end(uint64_t end) { expected_end_ = end; }

    /// Appends whole frames, from the present position (which begins a frame) to the frame at
    /// `end`, then `end.inner_offset` bytes of that.
    void append_until(format::Mark end, Buffer& to);

    [[nodiscard]] uint64_t bytes_max() const override { return bytes_max_; }

protected:
    [[nodiscard]] Error corrupt(const std::string& what) const override;
    void refill() override;
    size_t read_direct(uint8_t* to, size_t count) override;
    uint64_t skip_direct(uint64_t count) override;

private:
    /// The header of the frame at frame_at_, or nothing at the end of the file.
    std::optional<uint32_t> next_frame();
    void decompress(uint8_t* to);
    /// Has the file's bytes [frame_at_, frame_at_ + count) in io_.
    void fill(uint64_t count);
    [[noreturn]] void fail_cut(uint64_t bytes) const;
    [[nodiscard]] uint64_t ready_bytes() const { return io_begin_ + io_bytes_ - frame_at_; }

    std::shared_ptr<const io::ReadableFile> file_;
    PartReader::Options options_;
    uint64_t bytes_max_;
    Buffer io_;
    uint64_t io_begin_ =
        0;  // file offset of io_'s first byte; frame_at_ is within io_ or io_bytes_ is 0
    uint64_t io_bytes_ = 0;
    uint64_t read_bytes_next_;
    uint64_t expected_end_ = 0;
    uint64_t frame_at_ = 0;     // file offset of the next frame
    uint64_t frame_bytes_ = 0;  // of it, once its header is parsed
    uint64_t inner_skip_ = 0;   // bytes of it that stand before a mark
    Buffer scratch_;
    size_t scratch_bytes_max_ = 0;
    uint64_t scratch_frame_at_ = UINT64_MAX;  // the frame that scratch_ holds
    uint64_t scratch_frame_end_ = 0;
};

}  // namespace ch::part
