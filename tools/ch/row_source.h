#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/table/constant.h"
#include "engine/table/table.h"

namespace ch::tools {

/// Rows of a file as blocks of a table's types. Used by one thread.
class RowSource {
public:
    virtual ~RowSource() = default;
    /// The next rows, or nothing at the end. Throws Error{InvalidArgument} naming line and column
    /// for what is no value of the column's type: none is changed to fit.
    virtual std::optional<column::Block> next() = 0;
};

struct RowSourceOptions {
    std::vector<table::TableColumn> columns;  ///< CSV: in the order of a row's cells
    std::shared_ptr<BufferPool> pool;
    std::shared_ptr<const io::FileSystem> files;  ///< for time zones
};

/// ClickHouse's CSV: cells with or without double quotes, \N for NULL, arrays and maps as their
/// text; no header.
std::unique_ptr<RowSource> make_csv_source(std::istream& from, RowSourceOptions options);
/// ClickHouse's JSONEachRow: an object a line. A column that an object lacks is NULL or the type's
/// default; one that no object of a batch names is left to the table's default.
std::unique_ptr<RowSource> make_jsonl_source(std::istream& from, RowSourceOptions options);

/// Arrow's IPC stream or file: columns by name, each value exactly as it is (connector's
/// import_block). A column that is not there is left to the table's default. Errors have the offset
/// of the message instead of a line; damage is Error{Corrupt}.
std::unique_ptr<RowSource> make_arrow_source(std::istream& from, const RowSourceOptions& options);

/// Makes cells of a column's type.
class CellReader {
public:
    CellReader(const table::TableColumn& column, std::shared_ptr<const io::FileSystem> files)
        : column_(column), files_(std::move(files)) {}
    /// Texts and their lists as values. Throws Error{InvalidArgument} without the place.
    [[nodiscard]] table::Constant read(const table::Constant& cell) const;
    /// What stands for a missing value.
    [[nodiscard]] const table::TableColumn& column() const { return column_; }

private:
    [[nodiscard]] table::Constant read(const table::Constant& cell, const column::Type& type) const;

    table::TableColumn column_;
    std::shared_ptr<const io::FileSystem> files_;
};

}  // namespace ch::tools
