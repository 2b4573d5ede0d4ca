#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "engine/exec/growing_array.h"
#include "engine/exec/text_codes.h"

namespace ch::exec {

/// Numbers the distinct keys of rows, from 0 in the order in which they come. NULL is a key; NaNs
/// are one, and -0.0 is 0.0. Used by one thread.
///
/// A key is packed into 64-bit words, texts as their codes, and one word stands for all where it
/// can:
///   word 0: [Int32 a][code of b, 32 bits]   word 1: [Int64 c]   word 2: [NULL of a][NULL of b]
class GroupTable {
public:
    /// `types`: of the keys, as expressions have them. Throws Error{Unsupported} for one that
    /// cannot be a key.
    GroupTable(const std::vector<column::TypePtr>& types, std::shared_ptr<BufferPool> pool);

    /// The group of each row. `keys`: a column of the type for each key, or a dictionary of such.
    void find(std::span<const column::ColumnPtr> keys, size_t rows, uint32_t* groups);
    [[nodiscard]] size_t count() const { return words_count_ == 0 ? 1 : count_; }
    /// The key's values for these groups.
    [[nodiscard]] column::Column key_values(size_t key, std::span<const uint32_t> groups,
                                            const std::shared_ptr<BufferPool>& pool) const;
    void clear();

private:
    struct Place {
        column::TypePtr type;
        size_t word = 0;
        unsigned shift = 0;
        size_t null_word = 0;
        unsigned null_shift = 0;
        size_t codes = 0;  ///< texts: which of codes_
    };
    struct Cursor;

    [[nodiscard]] bool is_text(const Place& place) const;
    void pack(const Place& place, const column::ColumnPtr& key, size_t rows);
    template <size_t kWords>
    void find_packed(size_t rows, uint32_t* groups);
    void grow();
    [[nodiscard]] uint64_t hash_of(const uint64_t* words) const;

    std::shared_ptr<BufferPool> pool_;
    std::vector<Place> places_;
    size_t words_count_ = 0;
    std::vector<TextCodes> codes_;
    GrowingArray<uint64_t> packed_;     ///< of the block's rows
    GrowingArray<uint32_t> row_codes_;  ///< of one text key of the block
    GrowingArray<uint64_t> words_;      ///< of the groups
    GrowingArray<uint32_t> slots_;      ///< group + 1, or 0; open addressing, a power of two
    size_t count_ = 0;
};

}  // namespace ch::exec
