// Any bytes as a manifest and as its body: taken, or refused with an Error. What is taken is
// written again as the same thing. The hash at the end is put right, so that what lies behind it
// is reached.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/content_hash.h"
#include "base/error.h"
#include "engine/store/edit.h"
#include "latch/core/envelope.h"

namespace {

void check_manifest(std::string bytes) {
    ch::ContentHash hash = ch::content_hash(ch::as_bytes(bytes));
    bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    try {
        ch::latch::Manifest read = ch::latch::decode_manifest(ch::as_bytes(bytes));
        std::string again = ch::latch::encode_manifest(read.envelope, read.body);
        CH_ASSERT(ch::latch::decode_manifest(ch::as_bytes(again)).envelope == read.envelope);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
}

void check_edit(std::string_view bytes) {
    try {
        ch::storage::Edit read = ch::storage::decode_edit(bytes);
        CH_ASSERT(ch::storage::decode_edit(ch::storage::encode_edit(read)) == read);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    check_edit(bytes);
    check_manifest(std::move(bytes));
    return 0;
}
