#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/test_rows.h"

namespace ch::reliability {

/// The rows of a table of TestRows, as they should be.
class RowsModel {
public:
    /// `replaces`: a later row of a key takes the place of the one before. `text`: what is there,
    /// as TestRows::read() has it.
    explicit RowsModel(bool replaces, const std::string& text = {});

    void insert(const std::vector<storage::TestRow>& rows);
    void clear() { rows_.clear(); }
    /// Planted: the row of the lowest key, where there is one.
    void forget_first() {
        if (!rows_.empty()) rows_.erase(rows_.begin());
    }
    [[nodiscard]] bool has_key(uint64_t key) const { return rows_.count(key) > 0; }
    /// As TestRows::read() has it.
    [[nodiscard]] std::string text() const;

private:
    bool replaces_;
    std::multimap<uint64_t, int32_t> rows_;
};

/// "1=10 2=20": by key, then by value.
std::string text_of(std::vector<std::pair<uint64_t, int32_t>> rows);

}  // namespace ch::reliability
