#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/part/frame_stream.h"

namespace ch::part {

using MarksPtr = std::shared_ptr<const std::vector<format::Mark>>;

/// One stream of a column as its decoder sees it: a file with marks (Wide), or a run of a granule's
/// bytes in memory (Compact).
///
/// In a Compact granule the streams of a column follow each other without a directory. While a
/// locator is set, the streams share it: each notes where it is first asked for bytes, and a walk
/// over the granule in writing order thus finds where each begins.
class Substream {
public:
    /// Wide.
    Substream(std::unique_ptr<FrameStream> frames, MarksPtr marks)
        : frames_(std::move(frames)), marks_(std::move(marks)), own_(frames_.get()) {}
    /// Compact.
    explicit Substream(const std::string& path)
        : memory_(std::make_unique<MemoryStream>(path)), own_(memory_.get()) {}

    ByteStream& bytes() {
        if (locator_ != nullptr) return located();
        return *own_;
    }
    /// Wide: goes to where a granule begins. Compact: the owner has done so.
    void seek(size_t granule);
    /// Wide: goes to a mark that is not this stream's position.
    void seek(format::Mark mark) { frames_->seek(mark); }
    /// Null for a Compact part.
    [[nodiscard]] const format::Mark* mark(size_t granule) const;
    /// Wide: the granules up to this one will be read.
    void expect_end(size_t granule);

    /// Compact: begins (null: ends) the walk described above.
    void set_locator(MemoryStream* locator);
    /// Compact: the bytes from the place that the walk found, or none if it did not come by.
    void rewind(Bytes granule);

private:
    ByteStream& located();

    std::unique_ptr<FrameStream> frames_;
    MarksPtr marks_;
    std::unique_ptr<MemoryStream> memory_;
    ByteStream* own_;
    MemoryStream* locator_ = nullptr;
    const uint8_t* begin_ = nullptr;
};

}  // namespace ch::part
