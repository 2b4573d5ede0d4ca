#include "tools/ch/row_batch.h"

#include "base/error.h"
#include "engine/format/single_value.h"

namespace ch::tools {

using column::TypeId;
using table::Constant;

namespace {

constexpr size_t kRowsMax = 8192;
constexpr size_t kBytesMax = 16U << 20;

/// What ClickHouse puts where a row lacks a value: NULL, or the type's default.
Constant missing_cell(const column::TypePtr& type) {
    Constant cell;
    if (type->nullable) return cell;
    switch (type->id) {
        case TypeId::LowCardinality:
            return missing_cell(type->children[0]);
        case TypeId::Array:
            cell.kind = Constant::Kind::Array;
            return cell;
        case TypeId::Map:
            cell.kind = Constant::Kind::Map;
            return cell;
        case TypeId::Tuple:
            cell.kind = Constant::Kind::Tuple;
            for (const column::TypePtr& child : type->children)
                cell.elements.push_back(missing_cell(child));
            return cell;
        default:
            break;
    }
    cell.kind = Constant::Kind::Stored;
    cell.type = type;
    const std::string zeros(type->width(), '\0');
    if (type->id == TypeId::String)
        cell.value = std::string();
    else
        cell.value = format::scalar_of_bytes(as_bytes(zeros), *type);
    if (type->id == TypeId::Enum8 || type->id == TypeId::Enum16)
        cell.value = column::Int128{type->enum_values.front().second};
    return cell;
}

}  // namespace

RowBatch::RowBatch(RowSourceOptions options)
    : options_(std::move(options)),
      cells_(options_.columns.size()),
      is_given_(options_.columns.size()) {
    for (const table::TableColumn& column : options_.columns)
        readers_.emplace_back(column, options_.files);
}

size_t RowBatch::find(const std::string& name) const {
    for (size_t i = 0; i < readers_.size(); ++i)
        if (readers_[i].column().name == name) return i;
    return readers_.size();
}

void RowBatch::set(size_t column, const Constant& cell, uint64_t line) {
    const CellReader& reader = readers_[column];
    try {
        while (cells_[column].size() < rows_)
            cells_[column].push_back(missing_cell(reader.column().type));
        cells_[column].push_back(reader.read(cell));
    } catch (const Error& error) {
        throw Error(ErrorCode::InvalidArgument, "line " + std::to_string(line) + ", column " +
                                                    reader.column().name + ": " + error.message());
    }
    is_given_[column] = true;
    if (const auto* text = std::get_if<std::string>(&cell.value)) bytes_ += text->size();
}

void RowBatch::end_row() {
    ++rows_;
}

bool RowBatch::is_full() const {
    return rows_ >= kRowsMax || bytes_ >= kBytesMax;
}

column::Block RowBatch::take() {
    column::Block block{rows_, {}, {}};
    for (size_t i = 0; i < readers_.size(); ++i) {
        if (!is_given_[i]) continue;
        const table::TableColumn& column = readers_[i].column();
        while (cells_[i].size() < rows_) cells_[i].push_back(missing_cell(column.type));
        block.names.push_back(column.name);
        block.columns.push_back(std::make_shared<const column::Column>(
            table::constant_column(column.type, cells_[i], options_.pool)));
        cells_[i].clear();
        is_given_[i] = false;
    }
    rows_ = bytes_ = 0;
    return block;
}

}  // namespace ch::tools
