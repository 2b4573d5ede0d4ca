#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "syncer/apply/column_mapping.h"
#include "syncer/source/datum.h"

namespace ch::syncer {

/// Values of TiDB, one after the other, as a column of the store. Used by one thread.
class ValueColumn {
public:
    /// `missing`: one row of what a row has that does not name the column.
    ValueColumn(TidbColumn column, column::ColumnPtr missing, ZeroDates zero_dates);

    /// Throws Error{InvalidArgument | Corrupt | Unsupported} for a value that the column cannot
    /// hold as it is.
    void append(const Datum& value);
    void append_missing();
    [[nodiscard]] size_t bytes() const { return data_.size() + offsets_.size() * sizeof(int32_t); }
    /// What was appended, and begins anew.
    [[nodiscard]] column::ColumnPtr take(const std::shared_ptr<BufferPool>& pool);

private:
    template <typename T>
    void append_fixed(T value);
    void append_null();
    void append_text(std::string_view text);
    void append_integer(const Datum& value);
    void append_decimal(const Datum& value);
    void append_date(const Datum& value);
    void append_element(const Datum& value);
    void append_value(const Datum& value);

    const TidbColumn column_;
    const column::ColumnPtr missing_;
    const ZeroDates zero_dates_;
    size_t rows_ = 0;
    std::string data_;
    std::vector<int32_t> offsets_;  // of texts: where each ends
    std::string nulls_;
    bool has_nulls_ = false;
};

}  // namespace ch::syncer
