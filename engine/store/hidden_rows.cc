#include "engine/store/hidden_rows.h"

#include <bit>

namespace ch::storage {

void HiddenRows::add_flagged(uint64_t first, const column::Column& flags) {
    for (size_t row = 0; row < flags.rows; ++row)
        if (flags.data.data()[row] != 0) add(first + row);
}

uint64_t HiddenRows::count() const {
    uint64_t count = 0;
    for (uint64_t word : words_) count += static_cast<uint64_t>(std::popcount(word));
    return count;
}

}  // namespace ch::storage
