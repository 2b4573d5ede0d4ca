// Goal: a manifest's bytes give back what was put in, and no damaged byte is believed.
#include "latch/core/envelope.h"

#include <gtest/gtest.h>

#include "latch/core/limits.h"

namespace ch::latch {
namespace {

Envelope sample() {
    Envelope envelope;
    envelope.version = 42;
    envelope.commit_id.fill(7);
    envelope.parent_id.fill(6);
    envelope.floor = 3;
    envelope.epochs = {{1, 5}, {9, 1}};
    envelope.changed = {1, 2, 9};
    return envelope;
}

TEST(Envelope, ComesBackFromItsBytes) {
    Manifest manifest = decode_manifest(as_bytes(encode_manifest(sample(), "the body")));
    EXPECT_EQ(manifest.envelope, sample());
    EXPECT_EQ(manifest.body, "the body");
}

TEST(Envelope, EveryDamagedByteAndEveryTruncationIsRefused) {
    const std::string whole = encode_manifest(sample(), "body");
    for (size_t i = 0; i < whole.size(); ++i) {
        for (int flip : {1, 0x80, 0xff}) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ flip);
            EXPECT_THROW(decode_manifest(as_bytes(damaged)), Error) << "byte " << i;
        }
        EXPECT_THROW(decode_manifest(as_bytes(whole.substr(0, i))), Error) << "cut at " << i;
    }
    EXPECT_THROW(decode_manifest(as_bytes(whole + "x")), Error);
}

TEST(Envelope, OneResourceOverTheLimitIsRefused) {
    Envelope envelope = sample();
    envelope.changed.assign(kResourcesMax + 1, 1);
    EXPECT_THROW(encode_manifest(envelope, ""), Error);
    envelope.changed.pop_back();
    EXPECT_EQ(decode_manifest(as_bytes(encode_manifest(envelope, ""))).envelope, envelope);
}

}  // namespace
}  // namespace ch::latch
