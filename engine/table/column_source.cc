#include "engine/table/column_source.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "engine/format/stream_name.h"
#include "engine/table/conversion.h"
#include "engine/table/default_value.h"
#include "engine/table/sql_token.h"

namespace ch::table {

using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;

namespace {

/// One row of a LowCardinality(String).
ColumnPtr dictionary_text(std::string_view text, const std::shared_ptr<BufferPool>& pool) {
    Column words = column::make_column(column::make_type(TypeId::String), 1, pool);
    words.data.resize(text.size());
    if (!text.empty()) std::memcpy(words.data.data(), text.data(), text.size());
    words.offsets.as<int32_t>()[1] = static_cast<int32_t>(text.size());
    Column codes = column::make_column(virtual_column_type(kPartColumn), 1, pool);
    codes.data.as<int32_t>()[0] = 0;
    codes.children.push_back(std::make_shared<const Column>(std::move(words)));
    return std::make_shared<const Column>(std::move(codes));
}

std::string_view partition_id_of(std::string_view part_name) {
    return part_name.substr(0, part_name.find('_'));
}

/// The part's column that shares its array sizes with `name`, a member of the same Nested; nothing
/// if there is none.
std::optional<size_t> find_nested_sibling(const part::Part& part, const TableColumn& column) {
    size_t dot = column.name.find('.');
    if (dot == std::string::npos || column.type->id != TypeId::Array) return std::nullopt;
    std::string prefix = column.name.substr(0, dot + 1);
    for (size_t i = 0; i < part.columns().size(); ++i) {
        const column::NameAndType& other = part.columns()[i];
        if (other.name.starts_with(prefix) && other.type->id == TypeId::Array &&
            other.type->children[0]->id != TypeId::Unsupported)
            return i;
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const TableColumn& column, const std::string& why,
                         const std::string& path = {}) {
    throw Error(ErrorCode::Unsupported, "column " + column.name + " cannot be read: " + why, path);
}

[[noreturn]] void refuse_not_stored(const TableColumn& column, const std::string& why) {
    refuse(column, "it is not stored (" + column.default_kind + " " + column.default_expression +
                       ") and " + why + "; use the expression in its place");
}

}  // namespace

TypePtr virtual_column_type(std::string_view name) {
    if (name == kPartOffsetColumn) return column::make_type(TypeId::UInt64);
    if (name != kPartColumn && name != kPartitionIdColumn) return nullptr;
    column::Type type;
    type.id = TypeId::LowCardinality;
    type.children.push_back(column::make_type(TypeId::String));
    return std::make_shared<const column::Type>(std::move(type));
}

void check_not_stored(const part::Part& part, const std::string& column) {
    const part::PartFolder& folder = part.folder();
    std::string trace;
    if (part.kind() == part::PartKind::Compact) {
        if (part.serialization().columns.count(column) > 0) trace = "serialization.json";
    } else {
        for (const char* suffix : {"", ".null", ".size0", ".dict", ".sparse.idx"})
            if (auto base =
                    folder.stream_base(format::escape_for_file_name(column) + suffix, ".bin"))
                trace = *base + ".bin";
    }
    if (!trace.empty())
        throw Error(
            ErrorCode::Corrupt,
            "columns.txt does not list column \"" + column + "\", but " + trace + " tells of it",
            folder.path_of("columns.txt"));
}

ColumnSource::ColumnSource(std::shared_ptr<const part::Part> part, std::string name,
                           const TableColumn* column, std::shared_ptr<BufferPool> pool)
    : part_(std::move(part)), name_(std::move(name)), pool_(std::move(pool)) {
    type_ = column ? column->type : virtual_column_type(name_);
    if (!type_)
        throw Error(ErrorCode::InvalidArgument,
                    "column " + name_ + " is not among the split's columns; plan it anew");
    if (column)
        find_stored(*column);
    else if (name_ == kPartColumn)
        constant_ = dictionary_text(part_->name(), pool_);
    else if (name_ == kPartitionIdColumn)
        constant_ = dictionary_text(partition_id_of(part_->name()), pool_);
}

void ColumnSource::find_stored(const TableColumn& column) {
    if (column.type->id == TypeId::Unsupported)
        refuse(column,
               "its type " + column.type->name() + " is not supported; leave the column out");
    if (column.default_kind == "EPHEMERAL") refuse_not_stored(column, "nothing is kept of it");
    if (column.default_kind == "ALIAS") return find_alias(column);
    const std::string& stored_name = column.stored_name ? *column.stored_name : column.name;
    if (!stored_name.empty()) stored_ = part_->find_column(stored_name);
    if (stored_) {
        const TypePtr& stored_type = part_->columns()[*stored_].type;
        converts_ = !(*stored_type == *type_);
        if (converts_ && !can_convert(*stored_type, *type_))
            refuse(column,
                   "part " + part_->name() + " has it as " + stored_type->name() +
                       ", the table as " + type_->name() +
                       ", and that conversion is not exact; run OPTIMIZE TABLE ... FINAL in "
                       "ClickHouse to rewrite the part",
                   part_->folder().path_of("columns.txt"));
        return;
    }
    if (!stored_name.empty()) check_not_stored(*part_, stored_name);
    if (column.default_expression.empty()) stored_ = find_nested_sibling(*part_, column);
    sizes_only_ = stored_.has_value();
    if (!stored_) constant_ = default_value(column, pool_);
}

/// An ALIAS of a column that the part has, or of a constant.
void ColumnSource::find_alias(const TableColumn& column) {
    std::vector<SqlToken> tokens = tokenize_sql(column.default_expression);
    bool is_name =
        tokens.size() == 2 &&
        (tokens[0].kind == SqlToken::Kind::QuotedName ||
         (tokens[0].kind == SqlToken::Kind::Word && part_->find_column(unquote(tokens[0]))));
    if (!is_name) {
        try {
            constant_ = default_value(column, pool_);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Unsupported) throw;
            refuse_not_stored(column, "the expression is neither a column nor a constant");
        }
        return;
    }
    stored_ = part_->find_column(unquote(tokens[0]));
    if (!stored_) refuse_not_stored(column, "part " + part_->name() + " lacks that column");
    const TypePtr& stored_type = part_->columns()[*stored_].type;
    converts_ = !(*stored_type == *type_);
    if (converts_ && !can_convert(*stored_type, *type_))
        refuse_not_stored(column, "its conversion from " + stored_type->name() + " to " +
                                      type_->name() + " is not exact");
}

ColumnPtr ColumnSource::read(RowReader& reader, uint64_t first, size_t rows, size_t granules_end) {
    if (stored_) return read_stored(reader, first, rows, granules_end);
    if (!constant_) return row_numbers(first, rows);
    if (!repeated_ || repeated_->rows != rows) repeated_ = repeat(*constant_, rows, pool_);
    return repeated_;
}

ColumnPtr ColumnSource::read_stored(RowReader& reader, uint64_t first, size_t rows,
                                    size_t granules_end) {
    Column column = reader.read(*stored_, first, rows, granules_end);
    if (sizes_only_) {
        const TypePtr& element = type_->children[0];
        size_t elements = column.children[0]->rows;
        column.children = {
            std::make_shared<const Column>(make_fill_column(element, elements, pool_))};
        column.type = type_;
    }
    auto shared = std::make_shared<const Column>(std::move(column));
    return converts_ ? convert(shared, type_, pool_) : shared;
}

ColumnPtr ColumnSource::row_numbers(uint64_t first, size_t rows) const {
    Column numbers = column::make_column(type_, rows, pool_);
    auto* to = numbers.data.as<uint64_t>();
    for (size_t i = 0; i < rows; ++i) to[i] = first + i;
    return std::make_shared<const Column>(std::move(numbers));
}

}  // namespace ch::table
