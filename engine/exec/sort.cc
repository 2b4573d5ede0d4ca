#include "engine/exec/sort.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "engine/exec/gather.h"
#include "engine/exec/stored_order.h"
#include "engine/exec/stored_value.h"

namespace ch::exec {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::Type;
using column::TypeId;

namespace {

struct Item {
    uint64_t image;
    uint32_t row;
};
struct Range {
    size_t begin;
    size_t end;
};

/// Sorts row numbers level by level: a level gives each row of a range a word whose unsigned order
/// is the key's; what it leaves equal is a range of the next level. The rows of a range stay in
/// rising order, so that (word, row) is a stable order.
class LevelSort {
public:
    explicit LevelSort(size_t rows) : rows_(rows) {
        std::iota(rows_.begin(), rows_.end(), uint32_t{0});
        if (rows > 1) ranges_.push_back({0, rows});
    }

    void add_key(const Column& key) {
        if (ranges_.empty()) return;
        // ClickHouse writes parts with NULLs last (mergetree.md 6.1): the flag is a level of its
        // own, before the values, for which NULL rows are all equal. It also keeps the arbitrary
        // bytes below a NULL from deciding.
        if (key.has_nulls()) level([&](uint32_t row) { return uint64_t{key.nulls.data()[row]}; });
        const Type& type = *key.type;
        if (type.id == TypeId::LowCardinality) return add_dictionary(key);
        if (type.id == TypeId::String) return add_text(key);
        bool is_number = with_stored_number(type, [&]<typename T>(T) {
            const T* values = key.data.as<T>();
            level([&](uint32_t row) { return key.is_null(row) ? 0 : order_image(values[row]); });
        });
        if (is_number) return;
        size_t width = type.width();
        const uint8_t* values = key.data.data();
        for (size_t word = 0; word < order_words(type); ++word)
            level([&](uint32_t row) {
                return key.is_null(row) ? 0 : order_word(type, values + row * width, word);
            });
    }

    std::vector<uint32_t> take() { return std::move(rows_); }

private:
    // Ranges of one row are dropped, so a unique first key ends the work, and later keys are read
    // for ties only.
    template <typename Image>
    void level(Image&& image) {
        std::vector<Range> next;
        for (Range range : ranges_) {
            items_.resize(range.end - range.begin);
            bool sorted = true;
            for (size_t i = 0; i < items_.size(); ++i) {
                uint32_t row = rows_[range.begin + i];
                items_[i] = {image(row), row};
                sorted &= i == 0 || items_[i - 1].image <= items_[i].image;
            }
            if (!sorted) sort_items();
            for (size_t i = 0; i < items_.size(); ++i) rows_[range.begin + i] = items_[i].row;
            split(range, next, [&](size_t a, size_t b) {
                return items_[a - range.begin].image == items_[b - range.begin].image;
            });
        }
        ranges_ = std::move(next);
    }

    template <typename Equal>
    static void split(Range range, std::vector<Range>& to, Equal&& equal) {
        for (size_t begin = range.begin; begin < range.end;) {
            size_t end = begin + 1;
            while (end < range.end && equal(begin, end)) ++end;
            if (end - begin > 1) to.push_back({begin, end});
            begin = end;
        }
    }

    void sort_items() {
        // A radix pass touches 256 counters however few items there are.
        constexpr size_t kRadixItemsMin = 512;
        if (items_.size() >= kRadixItemsMin) return radix_sort();
        std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
            return a.image != b.image ? a.image < b.image : a.row < b.row;
        });
    }

    // By least significant byte first; each pass is stable, so the rows' rising order survives.
    // Bytes that all images share (the upper ones of most integers and dates) cost no pass.
    void radix_sort() {
        uint64_t differing = 0;
        for (const Item& item : items_) differing |= item.image ^ items_[0].image;
        spare_.resize(items_.size());
        for (unsigned shift = 0; shift < 64; shift += 8) {
            if ((differing >> shift & 0xff) == 0) continue;
            std::array<size_t, 256> begins{};
            for (const Item& item : items_) ++begins[item.image >> shift & 0xff];
            size_t total = 0;
            // Counts become the places where each byte's items begin.
            for (size_t& begin : begins) total += std::exchange(begin, total);
            for (const Item& item : items_) spare_[begins[item.image >> shift & 0xff]++] = item;
            items_.swap(spare_);
        }
    }

    void add_text(const Column& key) {
        const int32_t* ends = key.offsets.as<int32_t>();
        auto text = [&](uint32_t row) -> std::string_view {
            if (key.is_null(row)) return {};
            return {reinterpret_cast<const char*>(key.data.data()) + ends[row],
                    static_cast<size_t>(ends[row + 1] - ends[row])};
        };
        level([&](uint32_t row) {
            // The first 8 bytes as a big-endian word order as memcmp does. Padding with zeros makes
            // "a" and "a\0" equal here, never wrongly ordered; the pass below settles what is left.
            uint8_t head[sizeof(uint64_t)] = {};
            std::string_view value = text(row);
            if (!value.empty())
                std::memcpy(head, value.data(), std::min(value.size(), sizeof(head)));
            return __builtin_bswap64(load<uint64_t>(head));
        });
        std::vector<Range> next;
        for (Range range : ranges_) {
            auto begin = rows_.begin() + static_cast<ptrdiff_t>(range.begin);
            auto end = rows_.begin() + static_cast<ptrdiff_t>(range.end);
            std::sort(begin, end, [&](uint32_t a, uint32_t b) {
                int order = text(a).compare(text(b));
                return order != 0 ? order < 0 : a < b;
            });
            split(range, next,
                  [&](size_t a, size_t b) { return text(rows_[a]) == text(rows_[b]); });
        }
        ranges_ = std::move(next);
    }

    void add_dictionary(const Column& key) {
        const ColumnPtr& dictionary = key.children[0];
        std::vector<uint32_t> order = sort_permutation(std::span(&dictionary, 1));
        // Rows are then sorted by the rank of their key among the keys: integers of the
        // dictionary's size in place of texts. Equal keys (NULL's and the default's entries are
        // both "") share a rank.
        std::vector<uint32_t> rank(order.size());
        for (size_t i = 1; i < order.size(); ++i) {
            bool same = compare_stored(*dictionary, order[i - 1], *dictionary, order[i]) == 0;
            rank[order[i]] = rank[order[i - 1]] + (same ? 0 : 1);
        }
        const int32_t* codes = key.data.as<int32_t>();
        level([&](uint32_t row) {
            return key.is_null(row) ? uint64_t{0} : rank[static_cast<size_t>(codes[row])];
        });
    }

    std::vector<uint32_t> rows_;
    std::vector<Range> ranges_;
    std::vector<Item> items_;
    std::vector<Item> spare_;
};

void check_keys(std::span<const ColumnPtr> keys) {
    for (const ColumnPtr& key : keys)
        if (!has_stored_order(*key->type))
            throw Error(ErrorCode::Unsupported,
                        "a sorting key of type " + key->type->name() + " is not written");
}

}  // namespace

bool is_sorted(std::span<const ColumnPtr> keys) {
    check_keys(keys);
    size_t rows = keys.empty() ? 0 : keys[0]->rows;
    for (size_t row = 1; row < rows; ++row)
        if (compare_stored(keys, row - 1, keys, row) > 0) return false;
    return true;
}

std::vector<uint32_t> sort_permutation(std::span<const ColumnPtr> keys) {
    check_keys(keys);
    LevelSort sort(keys.empty() ? 0 : keys[0]->rows);
    for (const ColumnPtr& key : keys) sort.add_key(*key);
    return sort.take();
}

std::vector<ColumnPtr> columns_of(const Block& block, std::span<const std::string> names) {
    std::vector<ColumnPtr> columns;
    for (const std::string& name : names) {
        columns.push_back(block.find(name));
        if (columns.back() == nullptr)
            throw Error(ErrorCode::InvalidArgument, "the rows have no column \"" + name + "\"");
    }
    return columns;
}

Block sort_block(const Block& block, std::span<const std::string> keys,
                 const std::shared_ptr<BufferPool>& pool) {
    std::vector<ColumnPtr> key_columns = columns_of(block, keys);
    if (is_sorted(key_columns)) return block;
    std::vector<uint32_t> rows = sort_permutation(key_columns);
    Block sorted{block.rows, block.names, {}};
    for (const ColumnPtr& column : block.columns)
        sorted.columns.push_back(std::make_shared<const Column>(gather(*column, rows, pool)));
    return sorted;
}

}  // namespace ch::exec
