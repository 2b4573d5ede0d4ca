#include "engine/part/substream.h"

namespace ch::part {

ByteStream& Substream::located() {
    if (begin_ == nullptr) begin_ = locator_->rest().data();
    return *locator_;
}

void Substream::seek(size_t granule) {
    if (marks_ == nullptr) return;
    CH_ASSERT(granule < marks_->size());
    frames_->seek((*marks_)[granule]);
}

const format::Mark* Substream::mark(size_t granule) const {
    if (marks_ == nullptr) return nullptr;
    CH_ASSERT(granule < marks_->size());
    return &(*marks_)[granule];
}

void Substream::expect_end(size_t granule) {
    if (marks_ == nullptr) return;
    frames_->expect_end(granule < marks_->size() ? (*marks_)[granule].frame_offset : UINT64_MAX);
}

void Substream::set_locator(MemoryStream* locator) {
    locator_ = locator;
    if (locator != nullptr) begin_ = nullptr;
}

void Substream::rewind(Bytes granule) {
    const uint8_t* end = granule.data() + granule.size();
    memory_->reset({begin_ == nullptr ? end : begin_, end});
}

}  // namespace ch::part
