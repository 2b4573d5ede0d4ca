// Goal: the hash that names long streams and partitions. Method: SELECT sipHash128(...) of a real
// ClickHouse.
#include "engine/format/sip_hash.h"

#include <gtest/gtest.h>

#include <vector>

namespace ch::format {
namespace {

struct Vector {
    size_t size;
    const char* hash;
};
constexpr Vector kVectors[] = {
    {0, "32b5c1db56a683e9e5b5b6a8cbed11f7"},  {1, "2b16b490a87466b6a6d34fd9027f3c3d"},
    {7, "60ee650d954a46b76ba674213a349004"},  {8, "a736c870c0a4cb469f4fe78ce4b8e081"},
    {9, "b41ae1db35f388469611477683898627"},  {15, "e0c34b322ce33bf483d0c27cf89f6d24"},
    {16, "2a57457701f2fd1655decaaf2f91ffdf"}, {100, "25e5fd16763d940b6e4b1258b2c9fe9f"},
};

TEST(SipHash, GivesWhatClickHouseGives) {
    EXPECT_EQ(to_hex(sip_hash_128(as_bytes("abc"))), "b6b415a2da966b6c685a65e54c12a353");
    for (const Vector& vector : kVectors) {
        std::vector<uint8_t> bytes(vector.size);
        for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
        EXPECT_EQ(to_hex(sip_hash_128(bytes)), vector.hash) << vector.size;
    }
}

}  // namespace
}  // namespace ch::format
