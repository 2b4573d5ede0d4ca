#include "base/buffer.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"

namespace ch {

namespace {

constexpr size_t kBlockBytesMin = 256;

// Size classes: four a power of two, so that at most a quarter of a block is wasted.
//   class   0    1    2    3    4    5  ...
//   bytes   256  320  384  448  512  640 ...
// Index and bytes are computed from each other, so a block's class needs no header in it.
size_t size_class(size_t bytes) {
    if (bytes <= kBlockBytesMin) return 0;
    size_t log = static_cast<size_t>(std::bit_width(bytes - 1)) - 1;
    size_t step = size_t{1} << (log - 2);
    size_t quarter = (bytes - (size_t{1} << log) + step - 1) / step;
    return (log - 8) * 4 + quarter;
}

size_t class_bytes(size_t index) {
    size_t log = index / 4 + 8;
    return (size_t{1} << log) + (index % 4) * (size_t{1} << (log - 2));
}

}  // namespace

Buffer::Buffer(std::shared_ptr<BufferPool> pool, size_t size) : pool_(std::move(pool)) {
    resize(size);
}

Buffer::Buffer(Buffer&& other) noexcept
    : pool_(std::move(other.pool_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this != &other) {
        // The old block goes back to its own pool, which need not be the other's.
        Buffer dropped(std::move(*this));
        pool_ = std::move(other.pool_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

Buffer::~Buffer() {
    if (data_ != nullptr) pool_->give_back({data_, capacity_});
}

void Buffer::resize(size_t size) {
    reserve(size);
    size_ = size;
}

void Buffer::reserve(size_t capacity) {
    CH_ASSERT(pool_ != nullptr);
    if (data_ != nullptr && capacity + kPaddingBytes <= capacity_) return;
    if (capacity > std::numeric_limits<size_t>::max() / 4)
        throw Error(ErrorCode::MemoryLimit,
                    "a buffer of " + std::to_string(capacity) + " bytes was asked for");
    size_t wanted = capacity + kPaddingBytes;
    // Grows by half at least, so that appending costs a constant number of copies a byte. The first
    // size is taken as it is: most buffers never grow.
    if (data_ != nullptr && wanted < capacity_ * 3 / 2) wanted = capacity_ * 3 / 2;
    BufferPool::Block block = pool_->take(wanted);
    if (data_ != nullptr) {
        std::memcpy(block.data, data_, size_);
        pool_->give_back({data_, capacity_});
    }
    data_ = block.data;
    capacity_ = block.capacity;
}

BufferPool::~BufferPool() {
    trim();
}

void BufferPool::trim() {
    std::lock_guard lock(mutex_);
    // Children keep nothing, so for them every list is empty.
    for (size_t index = 0; index < kClassesCount; ++index) {
        for (uint8_t* data : kept_[index]) {
            std::free(data);
            budget_->release(class_bytes(index));
        }
        kept_[index].clear();
    }
}

BufferPool::Block BufferPool::take(size_t bytes) {
    Block block = parent_ != nullptr ? parent_->take(bytes) : take_kept_or_new(bytes);
    size_t now = in_use_bytes_.fetch_add(block.capacity) + block.capacity;
    size_t peak = in_use_peak_bytes_.load();
    while (now > peak && !in_use_peak_bytes_.compare_exchange_weak(peak, now)) {
    }
    return block;
}

void BufferPool::give_back(Block block) noexcept {
    // The budget is not released: kept blocks still are the process's memory.
    in_use_bytes_.fetch_sub(block.capacity);
    if (parent_ != nullptr)
        parent_->give_back(block);
    else
        keep_or_free(block);
}

BufferPool::Block BufferPool::take_kept_or_new(size_t bytes) {
    size_t index = size_class(bytes);
    size_t capacity = class_bytes(index);
    {
        std::lock_guard lock(mutex_);
        if (!kept_[index].empty()) {
            uint8_t* data = kept_[index].back();
            kept_[index].pop_back();
            return {data, capacity};
        }
    }
    reserve(capacity);
    // Sizes of classes are multiples of 64, as aligned_alloc() asks.
    auto* data = static_cast<uint8_t*>(std::aligned_alloc(Buffer::kAlignment, capacity));
    if (data == nullptr) {
        budget_->release(capacity);
        throw Error(ErrorCode::MemoryLimit,
                    "the system has no " + std::to_string(capacity) + " bytes of memory left");
    }
    return {data, capacity};
}

/// Before a request is refused, kept blocks of other sizes go, then what caches hold. Another
/// thread may take what was freed; then the budget refuses.
void BufferPool::reserve(size_t bytes) {
    if (parent_ != nullptr) return parent_->reserve(bytes);
    auto has_room = [&] {
        size_t used = std::min(budget_->limit_bytes(), budget_->used_bytes());
        return budget_->limit_bytes() - used >= bytes;
    };
    if (!has_room()) trim();
    if (!has_room() && reclaim_) reclaim_();
    budget_->reserve(bytes);
}

void BufferPool::keep_or_free(Block block) noexcept {
    size_t index = size_class(block.capacity);
    std::lock_guard lock(mutex_);
    std::vector<uint8_t*>& list = kept_[index];
    if (list.size() < list.capacity() || list.capacity() < 64) {
        // A list grows to 64 entries at most; a push that cannot allocate frees the block instead.
        try {
            list.push_back(block.data);
            return;
        } catch (const std::bad_alloc&) {
            std::free(block.data);
            budget_->release(block.capacity);
            return;
        }
    }
    std::free(block.data);
    budget_->release(block.capacity);
}

}  // namespace ch
