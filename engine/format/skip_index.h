#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "engine/column/scalar.h"
#include "engine/column/type.h"

namespace ch::format {

/// A skip index's content (mergetree.md 6.3): one entry for every `granularity` granules, each
/// saying something of those granules' rows. What an index does not know it answers with "maybe".
/// Immutable, thread-safe.
class SkipIndex {
public:
    enum class Kind : uint8_t { MinMax, Set, BloomFilter };
    struct Range {
        column::Scalar min;
        column::Scalar max;  ///< NULL sorts above all values
    };

    /// The kind that a type text of the table definition names, e.g. "set(100)"; nothing for kinds
    /// that are not read.
    static std::optional<Kind> kind_of(std::string_view type_text);

    /// `plain`: the decompressed content of skp_idx_NAME.idx or .idx2. `types`: of the index
    /// expression's columns. Throws Error{Corrupt} when the content does not come out as `count`
    /// entries; nothing for types that are not read.
    static std::optional<SkipIndex> parse(Bytes plain, std::string_view type_text,
                                          const std::vector<column::TypePtr>& types, size_t count);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] size_t count() const { return count_; }
    /// MinMax: what the entry says of a column; nothing otherwise.
    [[nodiscard]] std::optional<Range> range(size_t entry, size_t column) const;
    /// Set, BloomFilter: false only if no row has this value (NULL: no row is NULL). True for other
    /// kinds.
    [[nodiscard]] bool may_contain(size_t entry, size_t column, const column::Scalar& value) const;

private:
    struct Values {
        bool known = false;
        std::vector<column::Scalar> values;
    };
    void read_ranges(ByteReader& reader);
    void read_sets(ByteReader& reader);
    void read_filters(ByteReader& reader, double false_positives);
    [[nodiscard]] bool filter_may_contain(Bytes filter, const column::Type& type,
                                          const column::Scalar& value) const;

    Kind kind_ = Kind::MinMax;
    size_t count_ = 0;
    std::vector<column::TypePtr> types_;
    // Entry after entry, in each one item a column.
    std::vector<Range> ranges_;
    std::vector<Values> sets_;
    std::vector<std::string> filters_;
    size_t hash_count_ = 0;
};

/// A file of skp_idx.packed (mergetree.md 6.4).
struct PackedFile {
    std::string name;
    uint64_t offset = 0;
    uint64_t size = 0;
};

/// The directory of skp_idx.packed. Throws Error{Corrupt} if a file stands outside the content.
std::vector<PackedFile> parse_packed_directory(Bytes content);

}  // namespace ch::format
