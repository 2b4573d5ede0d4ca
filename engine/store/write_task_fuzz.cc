// Any bytes as the text of a write's task, or as the parts that a task answers with: what was
// encoded, or an Error. What decodes is encoded to something that decodes to the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/store/write_task.h"

namespace {

template <typename Decode, typename Encode>
void round_trip(std::string_view bytes, Decode decode, Encode encode) {
    try {
        const std::string again = encode(decode(bytes));
        if (encode(decode(again)) != again) __builtin_trap();
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    round_trip(bytes, ch::storage::decode_write_task,
               [](const ch::storage::WriteTask& task) { return encode_write_task(task); });
    round_trip(
        bytes, ch::storage::decode_new_parts,
        [](const std::vector<ch::storage::NewPart>& parts) { return encode_new_parts(parts); });
    return 0;
}
