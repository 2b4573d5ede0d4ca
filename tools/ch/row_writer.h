#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "engine/column/column.h"
#include "tools/ch/value_format.h"

namespace ch::tools {

/// Turns blocks into the bytes of an output format. Used by one thread.
class RowWriter {
public:
    virtual ~RowWriter() = default;
    /// Appends what stands before the first row, and behind the last one.
    virtual void begin(std::string&) {}
    virtual void finish(std::string&) {}
    /// How many rows of a block append_rows() takes at once; text grows by one row at a time.
    [[nodiscard]] virtual size_t rows_at_once() const { return 1; }
    /// Appends the rows [from, until) of a block with the columns that the writer was made for.
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
/// A stream of Arrow's IPC format, its types as include/ch/ch.h gives them for "arrow"; takes a
/// block's rows at once. Throws Error{Unsupported} naming the column.
std::unique_ptr<RowWriter> make_arrow_writer(const std::vector<column::NameAndType>& columns,
                                             std::shared_ptr<BufferPool> pool);

}  // namespace ch::tools
