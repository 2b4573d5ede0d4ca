#include "engine/format/part_name.h"

#include <charconv>

#include "engine/format/file_limits.h"

namespace ch::format {

namespace {

// A level of 999999999, or the largest u32 in old tables, marks a part that covers whatever it
// spans.
constexpr uint32_t kLevelMax = 999'999'999;
constexpr uint32_t kLevelMaxLegacy = 0xffffffff;

// `_` separates the fields and never stands in an id: names of other things in a table's folder
// (tmp_merge_..., detached) fail here or at a number.
bool is_partition_id(std::string_view text) {
    if (text.empty()) return false;
    for (char c : text) {
        bool fits =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        if (!fits) return false;
    }
    return true;
}

template <typename T>
bool parse_number(std::string_view text, T& value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// Cuts the text up to the next '_' off the front.
std::string_view cut(std::string_view& text) {
    size_t at = text.find('_');
    std::string_view field = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return field;
}

}  // namespace

std::optional<PartName> PartName::parse(std::string_view text) {
    if (text.size() > kPartNameBytesMax || text.ends_with('_')) return std::nullopt;
    PartName name;
    std::string_view partition = cut(text);
    if (!is_partition_id(partition)) return std::nullopt;
    name.partition_id = partition;
    if (!parse_number(cut(text), name.min_block)) return std::nullopt;
    if (!parse_number(cut(text), name.max_block)) return std::nullopt;
    if (!parse_number(cut(text), name.level)) return std::nullopt;
    // Without the fifth field no mutation has rewritten the part, which is mutation 0.
    if (!text.empty() && !parse_number(text, name.mutation)) return std::nullopt;
    if (name.min_block > name.max_block) return std::nullopt;
    return name;
}

std::string PartName::text() const {
    std::string text = partition_id + "_" + std::to_string(min_block) + "_" +
                       std::to_string(max_block) + "_" + std::to_string(level);
    if (mutation != 0) text += "_" + std::to_string(mutation);
    return text;
}

bool PartName::contains(const PartName& other) const {
    // ClickHouse's rule (mergetree.md 1.3): more blocks at the same level would be no merge of the
    // other part. It decides what is active, so it must be no wider than ClickHouse's.
    bool same_blocks = min_block == other.min_block && max_block == other.max_block;
    bool level_fits =
        same_blocks || level > other.level || level == kLevelMax || level == kLevelMaxLegacy;
    return partition_id == other.partition_id && min_block <= other.min_block &&
           max_block >= other.max_block && level >= other.level && mutation >= other.mutation &&
           level_fits;
}

bool PartName::overlaps(const PartName& other) const {
    return partition_id == other.partition_id && min_block <= other.max_block &&
           other.min_block <= max_block;
}

bool PartName::is_patch() const {
    return partition_id.starts_with("patch-");
}

}  // namespace ch::format
