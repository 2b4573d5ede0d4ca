#pragma once

#include <string>
#include <vector>

#include "engine/column/scalar.h"
#include "engine/store/edit.h"

namespace ch::storage {

/// The keys that a part's record says it lies between; compares them in ClickHouse's order.
class KeyRange {
public:
    /// `types`: of the sorting key's columns. A record without keys has no bounds. Throws
    /// Error{Corrupt} for bytes that are no keys.
    KeyRange(const PartRecord& record, const std::vector<column::TypePtr>& types);

    /// False only if no key can be in both.
    [[nodiscard]] bool meets(const KeyRange& other) const;

private:
    using Key = std::vector<column::Scalar>;
    [[nodiscard]] bool is_before(const Key& left, const Key& right) const;

    std::vector<column::TypePtr> types_;
    Key min_;
    Key max_;
};

/// The types of the sorting key's columns as the key's bytes have them; empty for a key over
/// expressions.
std::vector<column::TypePtr> key_types(const SchemaVersion& schema);

}  // namespace ch::storage
