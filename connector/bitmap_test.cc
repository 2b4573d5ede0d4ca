#include "connector/bitmap.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ch::connector {
namespace {

TEST(Bitmap, EqualsABitByBitPackingForEveryLengthAndByteValue) {
    constexpr uint32_t kSeed = 7;
    std::mt19937 random(kSeed);
    for (size_t count = 0; count < 200; ++count) {
        std::vector<uint8_t> bytes(count + 8);
        for (uint8_t& byte : bytes) byte = random() % 2 == 0 ? 0 : static_cast<uint8_t>(random());
        std::vector<uint8_t> set(count / 8 + 1, 0);
        std::vector<uint8_t> unset(count / 8 + 1, 0);
        size_t not_zero = 0;
        for (size_t i = 0; i < count; ++i) {
            auto bit = static_cast<uint8_t>(1u << (i % 8));
            (bytes[i] != 0 ? set : unset)[i / 8] |= bit;
            not_zero += bytes[i] != 0 ? 1 : 0;
        }
        std::vector<uint8_t> packed(count / 8 + 1, 0);
        EXPECT_EQ(pack_bits(bytes.data(), count, Bits::NotZero, packed.data()), not_zero);
        EXPECT_EQ(packed, set) << count << " rows, seed " << kSeed;
        EXPECT_EQ(pack_bits(bytes.data(), count, Bits::Zero, packed.data()), not_zero);
        EXPECT_EQ(packed, unset) << count << " rows, seed " << kSeed;
    }
}

}  // namespace
}  // namespace ch::connector
