#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ch::format {

/// The name of a part folder: <partition_id>_<min_block>_<max_block>_<level>[_<mutation>]
/// (mergetree.md 1.3).
struct PartName {
    std::string partition_id;
    uint64_t min_block = 0;
    uint64_t max_block = 0;
    uint32_t level = 0;
    uint64_t mutation = 0;  ///< 0 = none

    /// Nothing if the text is no part name (tmp_insert_..., detached, ...).
    static std::optional<PartName> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    /// This part takes the place of `other`. A part contains itself.
    [[nodiscard]] bool contains(const PartName& other) const;
    /// Both hold a common block number of one partition.
    [[nodiscard]] bool overlaps(const PartName& other) const;
    /// A part of the second kind, whose rows are laid over other parts' rows (mergetree.md 7).
    [[nodiscard]] bool is_patch() const;

    /// By partition, min_block, max_block, level, mutation: ClickHouse's order of parts.
    auto operator<=>(const PartName&) const = default;
};

}  // namespace ch::format
