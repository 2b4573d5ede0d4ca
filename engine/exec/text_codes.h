#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "engine/exec/growing_array.h"

namespace ch::exec {

/// Numbers texts: equal bytes have one code, codes count from 0. Used by one thread.
class TextCodes {
public:
    explicit TextCodes(std::shared_ptr<BufferPool> pool);

    /// Requires: what lies behind the text may be read for 8 bytes, as it may in columns.
    uint32_t code_of(std::string_view text);
    /// Valid until the next call of code_of().
    [[nodiscard]] std::string_view text(uint32_t code) const {
        return {bytes_.data() + ends_[code], ends_[code + 1] - ends_[code]};
    }
    [[nodiscard]] size_t count() const { return ends_.size() - 1; }

    /// The codes of a String or FixedString column, or of one of a dictionary of them; a NULL row's
    /// is 0 and means nothing. `codes`: room for its rows.
    void codes_of(const column::ColumnPtr& column, uint32_t* codes);

    void clear();

private:
    void codes_of_dictionary(const column::Column& column, uint32_t* codes);
    void grow();

    GrowingArray<char> bytes_;
    GrowingArray<uint64_t> ends_;    ///< one more than there are texts, the first 0
    GrowingArray<uint64_t> hashes_;  ///< of the texts
    GrowingArray<uint32_t> slots_;   ///< code + 1, or 0; open addressing, a power of two
    /// The dictionary that was seen last and its values' codes + 1: 0 = not looked up yet.
    column::ColumnPtr dictionary_;
    GrowingArray<uint32_t> dictionary_codes_;
};

}  // namespace ch::exec
