#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ch::format {

/// How one column, or one element of a Tuple, is stored.
struct ColumnForm {
    bool sparse = false;
    std::vector<ColumnForm> elements;  ///< of a Tuple, in order; empty = all dense
    uint64_t rows_count = 0;           ///< 0 when the file does not say
    uint64_t defaults_count = 0;
};

/// serialization.json (mergetree.md 2.3). Default-made: what an absent file means, everything
/// classic and dense.
struct Serialization {
    bool string_sizes = false;         ///< Strings at top level and in Tuples have a sizes stream
    bool nested_string_sizes = false;  ///< the same inside Nullable, Array and Map
    uint64_t nullable_version = 0;     ///< only 0 is known to us
    uint64_t map_version = 0;          ///< only 0 is known to us
    std::map<std::string, ColumnForm, std::less<>> columns;

    /// Throws Error{Corrupt}, or Error{Unsupported} for a version above 1 or an unknown kind.
    static Serialization parse(std::string_view json);
    /// The dense form for a column that is not listed.
    [[nodiscard]] const ColumnForm& form(std::string_view column) const;
};

}  // namespace ch::format
