// Any bytes as a set of rows: refused with an Error, or its numbers are as many as it says, below
// its end, and the same when they are encoded again.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/format/row_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using ch::format::RowSet;
    constexpr uint64_t kEndMax = uint64_t{1} << 24;  // what a run of the fuzzer can hold
    try {
        RowSet set = RowSet::parse(std::string(reinterpret_cast<const char*>(data), size));
        if (set.end() > kEndMax) return 0;
        std::vector<uint64_t> words((set.end() + 63) / 64);
        set.add_to(words);
        uint64_t count = 0;
        for (uint64_t word : words) count += static_cast<uint64_t>(std::popcount(word));
        CH_ASSERT(count == set.count());
        RowSet again = RowSet::parse(RowSet::encode(words));
        CH_ASSERT(again.count() == set.count() && again.end() == set.end());
        std::vector<uint8_t> flags(set.end(), 1);
        set.clear(0, flags.size(), flags.data());
        for (size_t row = 0; row < flags.size(); ++row)
            CH_ASSERT((flags[row] == 0) == ((words[row / 64] >> (row % 64) & 1) != 0));
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
