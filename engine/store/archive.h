#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace ch::storage {

// One describe(archive, value) a structure names its members in order; Encoder and Decoder are the
// two archives, so that what is written and what is read cannot differ.
//   number: varuint | text: varuint length, bytes | flag: varuint 0 or 1 | hash: its bytes
//   list: varuint count, elements | optional: flag, element

class Encoder {
public:
    explicit Encoder(std::string& to) : to_(to) {}
    void number(uint64_t value) { append_varuint(to_, value); }
    void flag(bool value) { append_varuint(to_, value ? 1 : 0); }
    void text(const std::string& value, uint64_t bytes_max, const char* what) {
        check(value.size(), bytes_max, what);
        append_varuint(to_, value.size());
        to_.append(value);
    }
    template <size_t n>
    void hash(const std::array<uint8_t, n>& value) {
        to_.append(as_text(value));
    }
    template <typename T, typename F>
    void list(const std::vector<T>& values, uint64_t count_max, const char* what, F each) {
        check(values.size(), count_max, what);
        append_varuint(to_, values.size());
        for (const T& value : values) each(*this, value);
    }
    template <typename T, typename F>
    void optional(const std::optional<T>& value, F each) {
        flag(value.has_value());
        if (value) each(*this, *value);
    }

private:
    static void check(uint64_t found, uint64_t limit, const char* what) {
        if (found > limit)
            throw Error(ErrorCode::InvalidArgument,
                        std::string(what) + ": " + std::to_string(found) +
                            " are too many, at most " + std::to_string(limit) + " are allowed");
    }
    std::string& to_;
};

class Decoder {
public:
    explicit Decoder(std::string_view bytes) : reader_(as_bytes(bytes)) {}
    void number(uint64_t& value) { value = reader_.read_varuint(); }
    void flag(bool& value) {
        const uint64_t found = reader_.read_varuint();
        if (found > 1) corrupt("a flag is 0 or 1, found " + std::to_string(found));
        value = found == 1;
    }
    void text(std::string& value, uint64_t bytes_max, const char* what) {
        std::string_view found = reader_.read_string();
        check(found.size(), bytes_max, what);
        value = found;
    }
    template <size_t n>
    void hash(std::array<uint8_t, n>& value) {
        Bytes found = reader_.take(n);
        std::copy(found.begin(), found.end(), value.begin());
    }
    template <typename T, typename F>
    void list(std::vector<T>& values, uint64_t count_max, const char* what, F each) {
        const uint64_t count = reader_.read_varuint();
        check(count, std::min<uint64_t>(count_max, reader_.remaining()), what);
        values.resize(static_cast<size_t>(count));
        for (T& value : values) each(*this, value);
    }
    template <typename T, typename F>
    void optional(std::optional<T>& value, F each) {
        bool is_there = false;
        flag(is_there);
        if (is_there) each(*this, value.emplace());
    }
    /// Throws if bytes are left.
    void finish() const {
        if (!reader_.at_end())
            corrupt(std::to_string(reader_.remaining()) + " bytes follow the end");
    }

private:
    void check(uint64_t found, uint64_t limit, const char* what) const {
        if (found > limit)
            corrupt(std::string(what) + ": " + std::to_string(found) + " were found, at most " +
                    std::to_string(limit) + " are expected here");
    }
    [[noreturn]] void corrupt(const std::string& message) const {
        throw Error(ErrorCode::Corrupt, message, {}, static_cast<int64_t>(reader_.offset()));
    }
    ByteReader reader_;
};

}  // namespace ch::storage
