#include <bit>
#include <cmath>

#include "tools/ch/json_text.h"
#include "tools/ch/quoted_text.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {

using column::Column;
using column::TypeId;

namespace {

/// JSON has no word for nan and infinity.
bool is_finite(const ValueFormat& format, const Column& column, size_t row) {
    switch (format.type().id) {
        case TypeId::Float32:
            return std::isfinite(column.data.as<float>()[row]);
        case TypeId::Float64:
            return std::isfinite(column.data.as<double>()[row]);
        case TypeId::BFloat16:
            // All bits of the exponent set: infinity or nan.
            return (column.data.as<uint16_t>()[row] & 0x7f80) != 0x7f80;
        default:
            return true;
    }
}

class JsonlWriter final : public RowWriter {
public:
    explicit JsonlWriter(std::vector<ColumnFormat> columns) : columns_(std::move(columns)) {
        for (const ColumnFormat& column : columns_) {
            std::string& key = keys_.emplace_back(keys_.empty() ? "{" : ",");
            append_json_string(key, column.name);
            key += ':';
        }
    }

    void append_rows(std::string& to, const column::Block& block, size_t from,
                     size_t until) override {
        for (size_t row = from; row < until; ++row) {
            // The brace is part of the first key.
            if (columns_.empty()) to += '{';
            for (size_t i = 0; i < columns_.size(); ++i) {
                to += keys_[i];
                append_value(to, columns_[i].format, *block.columns[i], row);
            }
            to += "}\n";
        }
    }

private:
    void append_value(std::string& to, const ValueFormat& format, const Column& column,
                      size_t row) {
        if (column.is_null(row)) {
            to += "null";
            return;
        }
        switch (format.type().id) {
            case TypeId::LowCardinality: {
                const auto code = static_cast<size_t>(column.data.as<int32_t>()[row]);
                return append_value(to, format.child(0), *column.children[0], code);
            }
            case TypeId::Array:
                return append_array(to, format, column, row);
            case TypeId::Map:
                return append_map(to, format, column, row);
            case TypeId::Tuple:
                return append_tuple(to, format, column, row);
            default:
                break;
        }
        if (is_quoted(format.type().id)) {
            text_.clear();
            format.append(text_, column, row);
            return append_json_string(to, text_);
        }
        if (is_finite(format, column, row)) return format.append(to, column, row);
        to += "null";
    }

    void append_array(std::string& to, const ValueFormat& format, const Column& column,
                      size_t row) {
        const int32_t* ends = column.offsets.as<int32_t>();
        to += '[';
        for (int32_t i = ends[row]; i < ends[row + 1]; ++i) {
            if (i > ends[row]) to += ',';
            append_value(to, format.child(0), *column.children[0], static_cast<size_t>(i));
        }
        to += ']';
    }

    void append_map(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
        const int32_t* ends = column.offsets.as<int32_t>();
        to += '{';
        for (int32_t i = ends[row]; i < ends[row + 1]; ++i) {
            if (i > ends[row]) to += ',';
            append_key(to, format.child(0), *column.children[0], static_cast<size_t>(i));
            to += ':';
            append_value(to, format.child(1), *column.children[1], static_cast<size_t>(i));
        }
        to += '}';
    }

    /// A map's key is a string whatever its type; nested ones are their text.
    void append_key(std::string& to, const ValueFormat& format, const Column& column, size_t row) {
        if (format.type().id == TypeId::LowCardinality) {
            const auto code = static_cast<size_t>(column.data.as<int32_t>()[row]);
            return append_key(to, format.child(0), *column.children[0], code);
        }
        text_.clear();
        if (format.children_count() > 0)
            append_quoted(text_, format, column, row);
        else
            format.append(text_, column, row);
        append_json_string(to, text_);
    }

    void append_tuple(std::string& to, const ValueFormat& format, const Column& column,
                      size_t row) {
        const bool named = !format.type().element_names.empty();
        to += named ? '{' : '[';
        for (size_t i = 0; i < format.children_count(); ++i) {
            if (i > 0) to += ',';
            if (named) {
                append_json_string(to, format.type().element_names[i]);
                to += ':';
            }
            append_value(to, format.child(i), *column.children[i], row);
        }
        to += named ? '}' : ']';
    }

    std::vector<ColumnFormat> columns_;
    std::vector<std::string> keys_;  // what stands before each value: `{"a":`, `,"b":`
    std::string text_;               // of the value being written
};

}  // namespace

std::unique_ptr<RowWriter> make_jsonl_writer(std::vector<ColumnFormat> columns) {
    return std::make_unique<JsonlWriter>(std::move(columns));
}

}  // namespace ch::tools
