#pragma once

#include <atomic>
#include <cstddef>

namespace ch {

/// A limit on native memory, in bytes. Thread-safe. reserve() throws Error{MemoryLimit} naming the
/// limit, what is in use and what was asked; nothing is reserved then.
class MemoryBudget {
public:
    explicit MemoryBudget(size_t limit_bytes) : limit_bytes_(limit_bytes) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;

    void reserve(size_t bytes);
    void release(size_t bytes) { used_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

    [[nodiscard]] size_t limit_bytes() const { return limit_bytes_; }
    [[nodiscard]] size_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
    [[nodiscard]] size_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }

private:
    const size_t limit_bytes_;
    std::atomic<size_t> used_bytes_{0};
    std::atomic<size_t> peak_bytes_{0};
};

}  // namespace ch
