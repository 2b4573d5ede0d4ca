#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ch::syncer {

/// Bytes that a test has as hex digits; spaces between them do not count.
inline std::string bytes_of_hex(std::string_view hex) {
    std::string digits, bytes;
    for (char c : hex)
        if (c != ' ') digits += c;
    EXPECT_EQ(digits.size() % 2, 0u);
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
}

}  // namespace ch::syncer
