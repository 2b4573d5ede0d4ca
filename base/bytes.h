#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"

namespace ch {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

using Bytes = std::span<const uint8_t>;

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Unaligned little-endian load and store of a trivially copyable value.
template <typename T>
T load(const void* from) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}
template <typename T>
void store(void* to, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(to, &value, sizeof(T));
}

/// Reads structures from bytes that are not trusted: every read is checked and throws
/// Error{Corrupt} with the offset when it would pass the end. Does not own the bytes. The caller
/// adds the path (with_path).
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] size_t offset() const { return offset_; }
    [[nodiscard]] size_t remaining() const { return bytes_.size() - offset_; }
    [[nodiscard]] bool at_end() const { return remaining() == 0; }

    template <typename T>
    T read() {
        return load<T>(take(sizeof(T)).data());
    }
    /// LEB128, at most 10 bytes.
    uint64_t read_varuint();
    /// varuint length + bytes; the length is checked against what is left before anything is
    /// allocated.
    std::string_view read_string();
    Bytes take(size_t count);

private:
    Bytes bytes_;
    size_t offset_ = 0;
};

/// Appends the LEB128 form of value (1 to 10 bytes).
void append_varuint(std::string& to, uint64_t value);
template <typename T>
void append(std::string& to, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    to.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Lower-case hex, two digits a byte, in order.
std::string to_hex(Bytes bytes);

}  // namespace ch
