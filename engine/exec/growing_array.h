#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/buffer.h"

namespace ch::exec {

/// An array that grows at its end, in memory that a pool counts.
template <typename T>
class GrowingArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit GrowingArray(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) { clear(); }

    [[nodiscard]] size_t size() const { return size_; }
    [[nodiscard]] T* data() { return buffer_.as<T>(); }
    [[nodiscard]] const T* data() const { return buffer_.as<T>(); }
    T& operator[](size_t index) { return data()[index]; }
    const T& operator[](size_t index) const { return data()[index]; }

    /// New elements are `value`. Throws Error{MemoryLimit}, and nothing has changed then.
    void resize(size_t size, T value) {
        buffer_.resize(size * sizeof(T));
        if (size > size_) std::fill(data() + size_, data() + size, value);
        size_ = size;
    }
    void push_back(T value) {
        buffer_.resize((size_ + 1) * sizeof(T));
        data()[size_++] = value;
    }
    void append(const T* values, size_t count) {
        buffer_.resize((size_ + count) * sizeof(T));
        std::copy_n(values, count, data() + size_);
        size_ += count;
    }
    void fill(T value) { std::fill_n(data(), size_, value); }
    /// Gives the memory back.
    void clear() {
        buffer_ = pool_->make(0);
        size_ = 0;
    }

private:
    std::shared_ptr<BufferPool> pool_;
    Buffer buffer_;
    size_t size_ = 0;
};

}  // namespace ch::exec
