#pragma once

#include <string>

#include "base/bytes.h"

namespace ch::part {

/// Decompressed bytes of one stream, front to back, behind a window of ready ones. Used by one
/// thread. Bytes that are asked for and not there are Error{Corrupt} naming the file. A failed
/// stream is not used again.
class ByteStream {
public:
    ByteStream() = default;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;
    virtual ~ByteStream() = default;

    /// Ready bytes, at least one unless the stream is at its end. 64 bytes behind them may be read
    /// too.
    Bytes window() {
        if (at_ == end_) refill();
        return {at_, end_};
    }
    /// Requires: count <= window().size().
    void advance(size_t count) { at_ += count; }

    /// Copies exactly `count` bytes; up to 64 bytes behind them may be overwritten.
    void read(uint8_t* to, size_t count);
    void skip(uint64_t count);
    template <typename T>
    T read_value() {
        if (static_cast<size_t>(end_ - at_) >= sizeof(T)) {
            T value = load<T>(at_);
            at_ += sizeof(T);
            return value;
        }
        uint8_t bytes[sizeof(T)];
        read_small(bytes, sizeof(T));
        return load<T>(bytes);
    }
    uint64_t read_varuint();

    /// No more bytes than this can come from the stream: a bound for what is allocated ahead.
    [[nodiscard]] virtual uint64_t bytes_max() const = 0;
    /// Throws Error{Corrupt} that says where the stream stands.
    [[noreturn]] void fail(const std::string& what) const { throw corrupt(what); }

protected:
    /// Error{Corrupt} with the file and the place.
    [[nodiscard]] virtual Error corrupt(const std::string& what) const = 0;
    /// Makes the window not empty, or leaves it empty at the end. Requires: it is empty.
    virtual void refill() = 0;
    /// Decompresses whole pieces straight into `to` as long as they fit; returns the bytes done.
    /// Requires: the window is empty.
    virtual size_t read_direct(uint8_t* to, size_t count) = 0;
    /// Passes over whole pieces without decompressing them. Requires: the window is empty.
    virtual uint64_t skip_direct(uint64_t count) = 0;

    const uint8_t* at_ = nullptr;
    const uint8_t* end_ = nullptr;

private:
    void read_small(uint8_t* to, size_t count);
    [[noreturn]] void fail_end(uint64_t missing) const;
};

/// A stream over bytes in memory. Does not own them.
class MemoryStream final : public ByteStream {
public:
    explicit MemoryStream(std::string path) : path_(std::move(path)) {}
    /// Requires: 64 readable bytes behind them.
    void reset(Bytes bytes) {
        at_ = bytes.data();
        end_ = at_ + bytes.size();
    }
    [[nodiscard]] Bytes rest() const { return {at_, end_}; }
    [[nodiscard]] uint64_t bytes_max() const override { return static_cast<uint64_t>(end_ - at_); }

protected:
    [[nodiscard]] Error corrupt(const std::string& what) const override;
    void refill() override {}
    size_t read_direct(uint8_t*, size_t) override { return 0; }
    uint64_t skip_direct(uint64_t) override { return 0; }

private:
    std::string path_;
};

}  // namespace ch::part
