#include "tools/ch/quoted_text.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {

using column::Column;
using column::TypeId;

// row   = cell *( "," cell ) LF
// cell  = \N | number | true | false | DQUOTE *( any | DQUOTE DQUOTE ) DQUOTE

namespace {

void append_in_double_quotes(std::string& to, std::string_view text) {
    to += '"';
    for (char c : text) {
        if (c == '"') to += '"';
        to += c;
    }
    to += '"';
}

class CsvWriter final : public RowWriter {
public:
    explicit CsvWriter(std::vector<ColumnFormat> columns) : columns_(std::move(columns)) {}

    void append_rows(std::string& to, const column::Block& block, size_t from,
                     size_t until) override {
        for (size_t row = from; row < until; ++row) {
            for (size_t i = 0; i < columns_.size(); ++i) {
                if (i > 0) to += ',';
                append_cell(to, columns_[i].format, *block.columns[i], row);
            }
            to += '\n';
        }
    }

private:
    void append_cell(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
        if (column.is_null(row)) {
            to += "\\N";
            return;
        }
        switch (format.type().id) {
            case TypeId::LowCardinality: {
                const auto code = static_cast<size_t>(column.data.as<int32_t>()[row]);
                return append_cell(to, format.child(0), *column.children[0], code);
            }
            case TypeId::Tuple:
                // ClickHouse writes a tuple's elements as cells of their own, and arrays and maps
                // as one quoted cell.
                return append_tuple(to, format, column, row);
            case TypeId::Array:
            case TypeId::Map:
                text_.clear();
                append_quoted(text_, format, column, row);
                return append_in_double_quotes(to, text_);
            default:
                break;
        }
        if (!is_quoted(format.type().id)) return format.append(to, column, row);
        text_.clear();
        format.append(text_, column, row);
        append_in_double_quotes(to, text_);
    }

    void append_tuple(std::string& to, const ValueFormat& format, const Column& column,
                      size_t row) {
        for (size_t i = 0; i < format.children_count(); ++i) {
            if (i > 0) to += ',';
            append_cell(to, format.child(i), *column.children[i], row);
        }
    }

    std::vector<ColumnFormat> columns_;
    std::string text_;  // of the cell being written
};

}  // namespace

std::unique_ptr<RowWriter> make_csv_writer(std::vector<ColumnFormat> columns) {
    return std::make_unique<CsvWriter>(std::move(columns));
}

}  // namespace ch::tools
