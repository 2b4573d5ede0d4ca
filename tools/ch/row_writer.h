#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/column/column.h"
#include "tools/ch/value_format.h"

namespace ch::tools {

/// Turns blocks into the bytes of an output format. Used by one thread.
class RowWriter {
public:
    virtual ~RowWriter() = default;
    /// Appends the rows [from, to) of a block with the columns that the writer was made for.
    virtual void append_rows(std::string& to, const column::Block& block, size_t from,
                             size_t until) = 0;
};

/// What a writer's columns are called and how they print.
struct ColumnFormat {
    std::string name;
    ValueFormat format;
};

/// ClickHouse's CSV: strings in double quotes, NULL as \N, arrays and maps as one quoted text, a
/// tuple's elements as columns of their own.
std::unique_ptr<RowWriter> make_csv_writer(std::vector<ColumnFormat> columns);
/// ClickHouse's JSONEachRow: one object a line; NULL, nan and infinities are null, numbers of any
/// width are bare.
std::unique_ptr<RowWriter> make_jsonl_writer(std::vector<ColumnFormat> columns);

}  // namespace ch::tools
