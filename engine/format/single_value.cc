#include "engine/format/single_value.h"

#include <limits>

#include "engine/format/file_limits.h"

namespace ch::format {

namespace {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;
using column::TypePtr;

[[noreturn]] void fail_type(const Type& type) {
    throw Error(ErrorCode::Unsupported, "an index over type " + type.name() + " is not read");
}

bool read_null(ByteReader& reader) {
    size_t at = reader.offset();
    auto flag = reader.read<uint8_t>();
    if (flag > 1)
        throw Error(ErrorCode::Corrupt,
                    "null flag is " + std::to_string(flag) + ", expected 0 or 1", {},
                    static_cast<int64_t>(at));
    return flag == 1;
}

double float_of_bfloat16(uint16_t bits) {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    return load<float>(&wide);
}

// Gathers values row by row, then becomes a column.
// The file is row after row, memory is column after column, and types have widths of their own:
// only by walking all values is the place of the next one found.
class ValueRows {
public:
    explicit ValueRows(TypePtr type) : type_(std::move(type)) {
        if (type_->id == TypeId::Unsupported || type_->id == TypeId::Map) fail_type(*type_);
        for (const TypePtr& child : type_->children) children_.emplace_back(child);
        if (has_offsets()) offsets_.push_back(0);
    }

    void read(ByteReader& reader) {
        ++rows_;
        if (type_->nullable) {
            bool null = read_null(reader);
            nulls_.push_back(null ? 1 : 0);
            if (null) {
                append_default();
                return;
            }
        }
        if (type_->id == TypeId::String) {
            data_ += reader.read_string();
            push_offset(data_.size());
        } else if (type_->id == TypeId::Array) {
            uint64_t count = reader.read_varuint();
            // Every element has a byte at least.
            if (count > reader.remaining())
                throw Error(ErrorCode::Corrupt,
                            "an array of " + std::to_string(count) + " elements");
            for (uint64_t i = 0; i < count; ++i) children_[0].read(reader);
            push_offset(children_[0].rows_);
        } else if (type_->id == TypeId::Tuple) {
            for (ValueRows& child : children_) child.read(reader);
        } else {
            data_ += as_text(reader.take(type_->width()));
        }
    }

    Column finish(const std::shared_ptr<BufferPool>& pool) {
        Column column;
        column.type = type_;
        column.rows = rows_;
        // Gathered outside of the pool, since sizes are known in the end only; indices are small,
        // and the copy is what stays.
        column.data = copy(data_.data(), data_.size(), pool);
        if (has_offsets())
            column.offsets = copy(offsets_.data(), offsets_.size() * sizeof(int32_t), pool);
        // `nulls` is empty when no row is NULL (column.h): whoever reads then takes the short way.
        if (nulls_.find('\1') != std::string::npos)
            column.nulls = copy(nulls_.data(), nulls_.size(), pool);
        for (ValueRows& child : children_)
            column.children.push_back(std::make_shared<const Column>(child.finish(pool)));
        return column;
    }

private:
    [[nodiscard]] bool has_offsets() const {
        return type_->id == TypeId::String || type_->id == TypeId::Array;
    }

    void push_offset(size_t end) {
        if (end > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
            throw Error(ErrorCode::Corrupt, "an index column has more than 2 GiB");
        offsets_.push_back(static_cast<int32_t>(end));
    }

    // A NULL has no bytes in the file but needs its place in memory.
    void append_default() {
        if (has_offsets()) {
            push_offset(static_cast<size_t>(offsets_.back()));
        } else if (type_->id == TypeId::Tuple) {
            for (ValueRows& child : children_) {
                ++child.rows_;
                // Every child keeps one row a row: an element of a NULL tuple is NULL if it can be.
                if (child.type_->nullable) child.nulls_.push_back(1);
                child.append_default();
            }
        } else {
            data_.append(type_->width(), '\0');
        }
    }

    static Buffer copy(const void* from, size_t bytes, const std::shared_ptr<BufferPool>& pool) {
        Buffer buffer = pool->make(bytes);
        if (bytes > 0) std::memcpy(buffer.data(), from, bytes);
        return buffer;
    }

    TypePtr type_;
    size_t rows_ = 0;
    std::string data_;
    std::string nulls_;
    std::vector<int32_t> offsets_;
    std::vector<ValueRows> children_;
};

}  // namespace

Scalar scalar_of_bytes(Bytes bytes, const Type& type) {
    switch (type.id) {
        case TypeId::Bool:
        case TypeId::UInt8:
            return Int128{load<uint8_t>(bytes.data())};
        case TypeId::Int8:
        case TypeId::Enum8:
            return Int128{load<int8_t>(bytes.data())};
        case TypeId::Int16:
        case TypeId::Enum16:
            return Int128{load<int16_t>(bytes.data())};
        case TypeId::UInt16:
        case TypeId::Date:
            return Int128{load<uint16_t>(bytes.data())};
        case TypeId::Int32:
        case TypeId::Date32:
        case TypeId::Time:
            return Int128{load<int32_t>(bytes.data())};
        case TypeId::UInt32:
        case TypeId::IPv4:
        case TypeId::DateTime:
            return Int128{load<uint32_t>(bytes.data())};
        case TypeId::Int64:
        case TypeId::DateTime64:
        case TypeId::Time64:
            return Int128{load<int64_t>(bytes.data())};
        case TypeId::UInt64:
            return Int128{load<uint64_t>(bytes.data())};
        case TypeId::Int128:
            return load<Int128>(bytes.data());
        case TypeId::Float32:
            return static_cast<double>(load<float>(bytes.data()));
        case TypeId::Float64:
            return load<double>(bytes.data());
        case TypeId::BFloat16:
            return float_of_bfloat16(load<uint16_t>(bytes.data()));
        case TypeId::Decimal:
            if (type.width() == 4) return Int128{load<int32_t>(bytes.data())};
            if (type.width() == 8) return Int128{load<int64_t>(bytes.data())};
            if (type.width() == 16) return load<Int128>(bytes.data());
            return std::string(as_text(bytes));
        case TypeId::Int256:
        case TypeId::UInt128:
        case TypeId::UInt256:
        case TypeId::Uuid:
        case TypeId::IPv6:
        case TypeId::FixedString:
        case TypeId::String:
            return std::string(as_text(bytes));
        default:
            fail_type(type);
    }
}

Scalar read_single_value(ByteReader& reader, const Type& type) {
    if (type.nullable && read_null(reader)) return std::monostate();
    // The null byte was read already: the child has no flag of its own (type.h).
    if (type.id == TypeId::LowCardinality) return read_single_value(reader, *type.children[0]);
    if (type.id == TypeId::String) return std::string(reader.read_string());
    if (type.width() == 0) fail_type(type);
    return scalar_of_bytes(reader.take(type.width()), type);
}

// Indices hold LowCardinality's values plain; the dictionary is a matter of columns.
TypePtr index_type(const TypePtr& type) {
    if (type->id == TypeId::LowCardinality) return type->children[0]->with_nullable(type->nullable);
    if (type->children.empty()) return type;
    auto copy = std::make_shared<Type>(*type);
    for (TypePtr& child : copy->children) child = index_type(child);
    return copy;
}

std::vector<ColumnPtr> read_value_rows(Bytes content, const std::vector<TypePtr>& types,
                                       const std::shared_ptr<BufferPool>& pool) {
    if (types.size() > kKeyColumnsMax)
        throw Error(ErrorCode::InvalidArgument, std::to_string(types.size()) + " key columns");
    std::vector<ValueRows> rows;
    for (const TypePtr& type : types) rows.emplace_back(index_type(type));
    ByteReader reader(content);
    while (!reader.at_end()) {
        size_t at = reader.offset();
        for (ValueRows& column : rows) column.read(reader);
        // A row of no bytes (Tuples of nothing) would be read for ever.
        if (reader.offset() == at)
            throw Error(ErrorCode::Corrupt, "index bytes are left, but its columns have none", {},
                        static_cast<int64_t>(at));
    }
    std::vector<ColumnPtr> columns;
    for (ValueRows& column : rows)
        columns.push_back(std::make_shared<const Column>(column.finish(pool)));
    return columns;
}

}  // namespace ch::format
