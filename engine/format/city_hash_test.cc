// Goal: the three hashes give what ClickHouse stores. Method: vectors made by a real ClickHouse.
#include "engine/format/city_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ch::format {
namespace {

// Bytes 00 01 02 ... ff 00 01 ... of the given length.
std::vector<uint8_t> pattern(size_t size) {
    std::vector<uint8_t> bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i);
    return bytes;
}

std::string hex(Hash128 hash) {
    std::string stored;
    append(stored, hash.low);
    append(stored, hash.high);
    return to_hex(as_bytes(stored));
}

struct Vector128 {
    size_t size;
    const char* hash;
};
constexpr Vector128 kVectors128[] = {
    {0, "2b9ac064fc9df03d291ee592c340b53c"},   {1, "2264de61ab714ba07039e237496868f7"},
    {3, "c20a85b02619dc106f0edd5cad0dc280"},   {4, "dca1f5ffc72b2ee6bec2ef4c186c163f"},
    {7, "162bcb0c29db38aada57521ac2344a68"},   {8, "82861e4e98e8bfd011c67fcfa0415156"},
    {9, "3a63897c60dcdb629bdd48f3c6594d85"},   {15, "10cfdd9fbb5688045fbb7767dd014d0c"},
    {16, "45f9c277e6adce17dcfec87506d69e57"},  {17, "f10f31fb30e8128137d74fc609ad72c9"},
    {31, "c9f5284b32a05e69272b88adc3d22843"},  {32, "1d560b670c5971fe305a874f465b8f49"},
    {33, "eb865e268b01b6663a7f1686e349cfa5"},  {64, "d051d82f50a0d983223fa63e34738071"},
    {127, "c6eecaaca0ef9c6e18a7e666ba8b8156"}, {128, "905592545b03ef7d3890ca4a5c7634de"},
    {143, "5b0d29c2f4db632d84b5ce1784cc125c"}, {144, "fcd003c9eeecbda6bcc1126962796bc5"},
    {145, "c5151182efb561838550033852e40518"}, {255, "9eac46de3ed80e55cf31324163e249e5"},
    {256, "9b5a34c07eb07b3293bd37b05cef45fb"}, {1000, "d98f2d551e2d94e3000299f6224a6b86"},
};

// SELECT cityHash64(...) over the same pattern.
struct Vector64 {
    size_t size;
    uint64_t hash;
};
constexpr Vector64 kVectors64[] = {
    {0, 0x9ae16a3b2f90404f},    {1, 0x085f654e398e757c},   {3, 0x34e803dc175e241f},
    {4, 0xc6803d385ba50e93},    {7, 0xcfabff25b05cbc4f},   {8, 0xbab32314ab07fa4e},
    {9, 0xf5cb477f28a07fe7},    {15, 0x8d3973a9cddcf26f},  {16, 0x2fb0d75f94362763},
    {17, 0xe5aa5ed150b8e380},   {31, 0xca1c6d8816305308},  {32, 0x40cfef3d008869dc},
    {33, 0x532c06f602b7f406},   {48, 0xeda39d75a047d9e7},  {63, 0xbedad502410ef96d},
    {64, 0xf7a2aca4d0a3fde1},   {65, 0x510f4ef776c6476d},  {100, 0xf3541fd5381ac838},
    {127, 0x202e5f85041d261b},  {128, 0x4fe234a54241a89f}, {129, 0x3a49051ab10a968c},
    {192, 0x72fbf51862497cb8},  {255, 0x1f50ae8aa4ed94d1}, {256, 0x20dfe5965f2fa85a},
    {1000, 0xe32ef80b33d03a44},
};

std::string file_hash(Bytes bytes, size_t step) {
    FileHasher hasher;
    for (size_t at = 0; at < bytes.size(); at += step)
        hasher.update(bytes.subspan(at, std::min(step, bytes.size() - at)));
    return hex(hasher.finish());
}

TEST(CityHash, Hashes128BitsAsFrameChecksumsDo) {
    for (const Vector128& vector : kVectors128)
        EXPECT_EQ(hex(city_hash_128(pattern(vector.size))), vector.hash) << vector.size;
}

TEST(CityHash, Hashes64BitsAsTheSqlFunctionDoes) {
    for (const Vector64& vector : kVectors64)
        EXPECT_EQ(city_hash_64(pattern(vector.size)), vector.hash) << vector.size;
}

TEST(FileHasher, ChainsBlocksOf2048BytesAsChecksumsTxtDoes) {
    std::vector<uint8_t> longer = pattern(2048);
    longer.push_back('x');
    EXPECT_EQ(file_hash(as_bytes("6200"), 1), "ce96f026532b8cf505b80ac97529afd2");
    EXPECT_EQ(file_hash(pattern(2048), 9999), "f286ffc61754f5da0197c3009d4d1fad");
    EXPECT_EQ(file_hash(longer, 9999), "3108af9a7813debb8a762145054286db");
    EXPECT_EQ(file_hash(pattern(5120), 9999), "baed8858241045afe7da4f3c4c88fdfa");
}

TEST(FileHasher, DoesNotDependOnHowTheBytesArePieced) {
    std::vector<uint8_t> bytes = pattern(5120);
    for (size_t step : {1, 7, 2047, 2048, 2049, 4096, 5000})
        EXPECT_EQ(file_hash(bytes, step), "baed8858241045afe7da4f3c4c88fdfa") << step;
}

TEST(FileHasher, GivesZeroForAnEmptyFile) {
    EXPECT_EQ(hex(FileHasher().finish()), std::string(32, '0'));
}

}  // namespace
}  // namespace ch::format
