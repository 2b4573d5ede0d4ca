#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/memory_budget.h"

namespace ch {

class BufferPool;

/// A growable run of bytes, 64-byte aligned, with kPaddingBytes readable and writable bytes behind
/// size() (kernels may load and store whole vectors past the end). Move-only; gives its memory back
/// to its pool when destroyed, from any thread. New bytes are not initialised.
class Buffer {
public:
    static constexpr size_t kAlignment = 64;
    static constexpr size_t kPaddingBytes = 64;

    Buffer() = default;
    Buffer(std::shared_ptr<BufferPool> pool, size_t size);
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer();

    [[nodiscard]] uint8_t* data() { return data_; }
    [[nodiscard]] const uint8_t* data() const { return data_; }
    [[nodiscard]] size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// Keeps the first min(size(), size) bytes. Requires: made with a pool. Throws
    /// Error{MemoryLimit}.
    void resize(size_t size);
    void reserve(size_t capacity);

    template <typename T>
    T* as() {
        return reinterpret_cast<T*>(data_);
    }
    template <typename T>
    const T* as() const {
        return reinterpret_cast<const T*>(data_);
    }

private:
    std::shared_ptr<BufferPool> pool_;
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;  // bytes of the block behind data_, padding included
};

/// Hands out the blocks behind Buffers and keeps freed ones for the next batch, because fresh pages
/// cost more than the decompression that fills them. Blocks in use and blocks kept both count
/// against the budget; kept ones are dropped first. Thread-safe. Lives as long as any of its
/// Buffers.
///
/// A pool made from another one, its parent, keeps nothing itself: it takes from the parent, gives
/// back to it, and counts what is in use through it. A query has such a pool, so that its own share
/// is known.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
public:
    explicit BufferPool(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}
    explicit BufferPool(std::shared_ptr<BufferPool> parent)
        : budget_(parent->budget_), parent_(std::move(parent)) {}
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;
    ~BufferPool();

    /// A buffer of `size` bytes, not initialised.
    Buffer make(size_t size) { return Buffer(shared_from_this(), size); }
    /// The budget that this pool draws on.
    [[nodiscard]] MemoryBudget& budget() { return *budget_; }

    /// Bytes of the blocks behind Buffers that live, and the most that it ever was.
    [[nodiscard]] size_t in_use_bytes() const { return in_use_bytes_.load(); }
    [[nodiscard]] size_t in_use_peak_bytes() const { return in_use_peak_bytes_.load(); }

    /// Gives all kept blocks back to the system; a parent's stay.
    void trim();

    /// Called by any thread when the budget is used up, before a request is refused: gives up what
    /// caches hold of it. Set once, before the pool is shared; not for a pool with a parent.
    void set_reclaim(std::function<void()> reclaim) { reclaim_ = std::move(reclaim); }

private:
    friend class Buffer;
    friend class MemoryCharge;
    static constexpr size_t kClassesCount = 256;

    struct Block {
        uint8_t* data;
        size_t capacity;
    };
    Block take(size_t bytes);
    void give_back(Block block) noexcept;
    Block take_kept_or_new(size_t bytes);
    void reserve(size_t bytes);
    void keep_or_free(Block block) noexcept;

    std::shared_ptr<MemoryBudget> budget_;
    std::shared_ptr<BufferPool> parent_;
    std::function<void()> reclaim_;
    std::atomic<size_t> in_use_bytes_{0};
    std::atomic<size_t> in_use_peak_bytes_{0};
    std::mutex mutex_;
    std::array<std::vector<uint8_t*>, kClassesCount>
        kept_;  // guarded by mutex_; one list a size class
};

/// Memory outside of Buffers that counts against a pool's budget until this is destroyed.
class MemoryCharge {
public:
    MemoryCharge() = default;
    /// Throws Error{MemoryLimit}.
    MemoryCharge(std::shared_ptr<BufferPool> pool, size_t bytes) : bytes_(bytes) {
        pool->reserve(bytes);
        pool_ = std::move(pool);
    }
    MemoryCharge(MemoryCharge&& other) noexcept
        : pool_(std::move(other.pool_)), bytes_(std::exchange(other.bytes_, 0)) {}
    MemoryCharge& operator=(MemoryCharge&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    MemoryCharge(const MemoryCharge&) = delete;
    MemoryCharge& operator=(const MemoryCharge&) = delete;
    ~MemoryCharge() {
        if (pool_ != nullptr) pool_->budget().release(bytes_);
    }

    [[nodiscard]] size_t bytes() const { return bytes_; }

private:
    std::shared_ptr<BufferPool> pool_;
    size_t bytes_ = 0;
};

}  // namespace ch
