#include "connector/arrow_import.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/exact_cast.h"
#include "engine/column/scalar.h"
#include "engine/exec/gather.h"

namespace ch::connector {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::NameAndType;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

using Pool = std::shared_ptr<BufferPool>;

/// Rows [from, from + rows) of an array, counted without its own offset.
struct Rows {
    const ArrowSchema& field;
    const ArrowArray& array;
    size_t from;
    size_t rows;

    [[nodiscard]] size_t first() const { return static_cast<size_t>(array.offset) + from; }
    [[nodiscard]] const uint8_t* buffer(int64_t number) const {
        return static_cast<const uint8_t*>(array.buffers[number]);
    }
};

[[noreturn]] void refuse(const ArrowSchema& field, const std::string& why) {
    throw Error(
        ErrorCode::InvalidArgument,
        "Arrow array '" + std::string(field.name == nullptr ? "" : field.name) + "' " + why);
}

void check_shape(const Rows& rows, int64_t buffers, int64_t children) {
    const ArrowArray& array = rows.array;
    if (array.length < 0 || array.offset < 0 ||
        rows.from + rows.rows > static_cast<size_t>(array.length))
        refuse(rows.field, "has " + std::to_string(array.length) + " rows, fewer than are used");
    if (array.n_buffers < buffers || array.n_children != children)
        refuse(rows.field, "has " + std::to_string(array.n_buffers) + " buffers and " +
                               std::to_string(array.n_children) + " children, expected " +
                               std::to_string(buffers) + " and " + std::to_string(children));
}

/// Arrow has a bit a row, 1 = valid; a column a byte a row, 1 = NULL.
void import_nulls(const Rows& rows, const Pool& pool, Column& column) {
    const uint8_t* valid = rows.buffer(0);
    if (valid == nullptr || rows.array.null_count == 0) return;
    Buffer nulls = pool->make(rows.rows);
    uint8_t any = 0;
    for (size_t row = 0; row < rows.rows; ++row) {
        size_t bit = rows.first() + row;
        auto is_null = static_cast<uint8_t>(((valid[bit / 8] >> (bit % 8)) & 1) ^ 1);
        nulls.data()[row] = is_null;
        any |= is_null;
    }
    if (any != 0) column.nulls = std::move(nulls);
}

void import_bits(const Rows& rows, Column& column) {
    const uint8_t* bits = rows.buffer(1);
    for (size_t row = 0; row < rows.rows; ++row) {
        size_t bit = rows.first() + row;
        column.data.data()[row] = (bits[bit / 8] >> (bit % 8)) & 1;
    }
}

/// Bytes of one value in Arrow: those in the engine, but for decimals, which most writers make
/// wider than their precision needs ("d:15,2" has 128 bits, "d:15,2,64" has 64).
size_t arrow_width(const Rows& rows, const Type& type) {
    if (type.id != TypeId::Decimal) return type.width();
    std::string_view format = rows.field.format;
    size_t bits = format.find(',', format.find(',') + 1);
    if (bits == std::string_view::npos) return sizeof(column::Int128);
    std::string_view digits = format.substr(bits + 1);
    if (digits == "32") return 4;
    if (digits == "64") return 8;
    if (digits == "128") return 16;
    if (digits == "256") return 32;
    refuse(rows.field, "has decimals of " + std::string(digits) + " bits");
}

/// The low bytes of each value; the bytes above them must repeat its sign.
void narrow(const Rows& rows, size_t from_width, size_t to_width, Column& column) {
    const uint8_t* from = rows.buffer(1) + rows.first() * from_width;
    uint8_t* to = column.data.data();
    for (size_t row = 0; row < rows.rows; ++row, from += from_width, to += to_width) {
        std::memcpy(to, from, to_width);
        uint8_t sign = (to[to_width - 1] & 0x80) != 0 ? 0xFF : 0;
        bool fits = true;
        for (size_t byte = to_width; byte < from_width; ++byte) fits &= from[byte] == sign;
        if (!fits && !column.is_null(row))
            refuse(rows.field, "has a decimal in row " + std::to_string(row) +
                                   " with more digits than its type " + column.type->name());
        if (!fits) std::memset(to, 0, to_width);
    }
}

void import_fixed(const Rows& rows, const Type& type, Column& column) {
    size_t width = type.width(), from_width = arrow_width(rows, type);
    if (rows.rows == 0) return;
    if (from_width < width) refuse(rows.field, "has decimals narrower than their precision");
    if (from_width > width) return narrow(rows, from_width, width, column);
    std::memcpy(column.data.data(), rows.buffer(1) + rows.first() * width, rows.rows * width);
}

/// Arrow prints a UUID's bytes in order; ClickHouse stores two little-endian halves.
void import_uuids(const Rows& rows, Column& column) {
    const uint8_t* from = rows.buffer(1) + rows.first() * 16;
    auto* to = column.data.as<uint64_t>();
    for (size_t half = 0; half < rows.rows * 2; ++half)
        to[half] = __builtin_bswap64(load<uint64_t>(from + half * sizeof(uint64_t)));
}

/// Sets column.offsets from Arrow's, which need not begin at 0, and returns the first and the last
/// of them.
template <typename Offset>
std::pair<size_t, size_t> import_offsets(const Rows& rows, Column& column) {
    auto* to = column.offsets.as<int32_t>();
    to[0] = 0;
    if (rows.rows == 0) return {0, 0};
    const uint8_t* raw = rows.buffer(1) + rows.first() * sizeof(Offset);
    auto first = load<Offset>(raw), last = first;
    if (first < 0) refuse(rows.field, "has offsets below 0");
    for (size_t row = 1; row <= rows.rows; ++row) {
        auto next = load<Offset>(raw + row * sizeof(Offset));
        if (next < last) refuse(rows.field, "has offsets that fall at row " + std::to_string(row));
        if (next - first > std::numeric_limits<int32_t>::max())
            throw Error(ErrorCode::MemoryLimit,
                        "a batch has over 2 GiB in one column; hand over fewer rows a batch");
        to[row] = static_cast<int32_t>(next - first);
        last = next;
    }
    return {static_cast<size_t>(first), static_cast<size_t>(last)};
}

template <typename Offset>
void import_text(const Rows& rows, Column& column) {
    auto [first, last] = import_offsets<Offset>(rows, column);
    column.data.resize(last - first);
    if (last > first) std::memcpy(column.data.data(), rows.buffer(2) + first, last - first);
}

/// A view is 16 bytes: int32 size, then the bytes if there are at most 12, else 4 of them, the
/// number of the buffer (behind validity and views) and the offset in it.
void import_views(const Rows& rows, Column& column) {
    constexpr int32_t kInlineBytesMax = 12;
    constexpr size_t kViewBytes = 16;
    const uint8_t* views = rows.buffer(1) + rows.first() * kViewBytes;
    int32_t* ends = column.offsets.as<int32_t>();
    int64_t total = 0;
    ends[0] = 0;
    for (size_t row = 0; row < rows.rows; ++row) {
        int32_t size = column.is_null(row) ? 0 : load<int32_t>(views + row * kViewBytes);
        total += size;
        if (size < 0 || total > std::numeric_limits<int32_t>::max())
            refuse(rows.field, "has texts of over 2 GiB, or one of a size below 0");
        ends[row + 1] = static_cast<int32_t>(total);
    }
    column.data.resize(static_cast<size_t>(total));
    // The last buffer has the lengths of the data buffers before it.
    int64_t data_buffers = rows.array.n_buffers - 3;
    for (size_t row = 0; row < rows.rows; ++row) {
        const uint8_t* view = views + row * kViewBytes;
        auto size = static_cast<size_t>(ends[row + 1] - ends[row]);
        if (size == 0) continue;
        const uint8_t* from = view + sizeof(int32_t);
        if (size > kInlineBytesMax) {
            auto number = load<int32_t>(view + 8), offset = load<int32_t>(view + 12);
            if (number < 0 || number >= data_buffers || offset < 0)
                refuse(rows.field, "has a view into a buffer that it lacks");
            from = rows.buffer(2 + number) + offset;
        }
        std::memcpy(column.data.data() + ends[row], from, size);
    }
}

ColumnPtr import_rows(const Rows& rows, const TypePtr& type, const Pool& pool);

/// All elements of fixed-size lists have the length that the format tells.
std::pair<size_t, size_t> fixed_list_offsets(const Rows& rows, std::string_view format,
                                             Column& column) {
    size_t length = std::stoul(std::string(format.substr(3)));
    if (length * rows.rows > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
        throw Error(ErrorCode::MemoryLimit, "a batch has over 2^31 elements in one column");
    for (size_t row = 0; row <= rows.rows; ++row)
        column.offsets.as<int32_t>()[row] = static_cast<int32_t>(row * length);
    return {rows.first() * length, (rows.first() + rows.rows) * length};
}

void import_lists(const Rows& rows, const TypePtr& type, const Pool& pool, Column& column) {
    std::string_view format = rows.field.format;
    bool is_fixed = format.starts_with("+w:");
    check_shape(rows, is_fixed ? 1 : 2, 1);
    auto [first, last] = is_fixed         ? fixed_list_offsets(rows, format, column)
                         : format == "+L" ? import_offsets<int64_t>(rows, column)
                                          : import_offsets<int32_t>(rows, column);
    Rows elements{*rows.field.children[0], *rows.array.children[0], first, last - first};
    if (type->id == TypeId::Array) {
        column.children.push_back(import_rows(elements, type->children[0], pool));
        return;
    }
    check_shape(elements, 1, 2);
    for (size_t i = 0; i < 2; ++i)
        column.children.push_back(
            import_rows({*elements.field.children[i], *elements.array.children[i], elements.first(),
                         elements.rows},
                        type->children[i], pool));
}

void import_struct(const Rows& rows, const TypePtr& type, const Pool& pool, Column& column) {
    check_shape(rows, 1, static_cast<int64_t>(type->children.size()));
    for (size_t i = 0; i < type->children.size(); ++i)
        column.children.push_back(
            import_rows({*rows.field.children[i], *rows.array.children[i], rows.first(), rows.rows},
                        type->children[i], pool));
}

/// Codes of any integer type, checked against the dictionary, as rows to take from it.
ColumnPtr import_dictionary(const Rows& rows, const TypePtr& type, const Pool& pool) {
    if (rows.array.dictionary == nullptr) refuse(rows.field, "has no dictionary");
    ArrowSchema codes_field = rows.field;
    codes_field.dictionary = nullptr;
    TypePtr code_type = imported_type(codes_field);
    ColumnPtr codes =
        cast_exactly(import_rows({codes_field, rows.array, rows.from, rows.rows}, code_type, pool),
                     column::make_type(TypeId::Int64, code_type->nullable), pool);
    const ArrowArray& values = *rows.array.dictionary;
    ColumnPtr words = import_rows({*rows.field.dictionary, values, 0,
                                   static_cast<size_t>(std::max<int64_t>(values.length, 0))},
                                  type->with_nullable(true), pool);
    std::vector<uint32_t> taken(rows.rows);
    Buffer nulls = pool->make(rows.rows);
    uint8_t any_null = 0;
    for (size_t row = 0; row < rows.rows; ++row) {
        int64_t code = codes->is_null(row) ? 0 : codes->data.as<int64_t>()[row];
        bool is_code = code >= 0 && static_cast<size_t>(code) < words->rows;
        if (!is_code && !codes->is_null(row))
            refuse(rows.field, "has the code " + std::to_string(code) + ", its dictionary " +
                                   std::to_string(words->rows) + " values");
        taken[row] = is_code ? static_cast<uint32_t>(code) : 0;
        bool is_null = codes->is_null(row) || words->is_null(taken[row]);
        nulls.data()[row] = is_null ? 1 : 0;
        any_null |= nulls.data()[row];
    }
    // Where every row is NULL the dictionary may be empty: there is nothing to take.
    Column result = words->rows == 0 ? column::make_default_column(type, rows.rows, pool)
                                     : exec::gather(*words, taken, pool);
    result.type = type;
    result.nulls = Buffer();
    if (any_null != 0) result.nulls = std::move(nulls);
    return std::make_shared<const Column>(std::move(result));
}

ColumnPtr import_rows(const Rows& rows, const TypePtr& type, const Pool& pool) {
    if (rows.field.dictionary != nullptr) return import_dictionary(rows, type, pool);
    Column column = column::make_column(type, rows.rows, pool);
    if (type->children.empty()) check_shape(rows, type->id == TypeId::String ? 3 : 2, 0);
    import_nulls(rows, pool, column);
    switch (type->id) {
        case TypeId::Bool:
            import_bits(rows, column);
            break;
        case TypeId::String:
            if (rows.field.format[0] == 'v') {
                import_views(rows, column);
            } else if (rows.field.format[0] == 'U' || rows.field.format[0] == 'Z') {
                import_text<int64_t>(rows, column);
            } else {
                import_text<int32_t>(rows, column);
            }
            break;
        case TypeId::Uuid:
            import_uuids(rows, column);
            break;
        case TypeId::Array:
        case TypeId::Map:
            import_lists(rows, type, pool, column);
            break;
        case TypeId::Tuple:
            import_struct(rows, type, pool, column);
            break;
        default:
            import_fixed(rows, *type, column);
    }
    return std::make_shared<const Column>(std::move(column));
}

size_t field_of(const ArrowSchema& schema, const std::string& name) {
    auto count = static_cast<size_t>(schema.n_children);
    size_t found = count;
    for (size_t i = 0; i < count; ++i) {
        if (schema.children[i]->name == nullptr || name != schema.children[i]->name) continue;
        if (found != count)
            throw Error(ErrorCode::InvalidArgument, "the batch has two columns '" + name + "'");
        found = i;
    }
    return found;
}

void check_all_wanted(const ArrowSchema& schema, const std::vector<NameAndType>& wanted) {
    for (int64_t i = 0; i < schema.n_children; ++i) {
        const char* name = schema.children[i]->name;
        bool is_wanted = false;
        for (const NameAndType& column : wanted)
            is_wanted |= name != nullptr && column.name == name;
        if (!is_wanted)
            throw Error(ErrorCode::InvalidArgument,
                        "the batch has a column '" + std::string(name == nullptr ? "" : name) +
                            "', the table does not; leave it out or add it to the table");
    }
}

}  // namespace

ColumnPtr import_array(const ArrowSchema& field, const ArrowArray& array, const Pool& pool) {
    return import_rows({field, array, 0, static_cast<size_t>(std::max<int64_t>(array.length, 0))},
                       imported_type(field), pool);
}

Block import_block(const ArrowSchema& schema, const ArrowArray& array,
                   const std::vector<NameAndType>& wanted, const Pool& pool) {
    bool is_struct = schema.format != nullptr && std::string_view(schema.format) == "+s";
    if (!is_struct || array.n_children != schema.n_children)
        throw Error(ErrorCode::InvalidArgument,
                    "a batch is a struct array with one child a column, as its schema tells");
    check_all_wanted(schema, wanted);
    Block block;
    block.rows = static_cast<size_t>(std::max<int64_t>(array.length, 0));
    for (const NameAndType& column : wanted) {
        size_t at = field_of(schema, column.name);
        if (at == static_cast<size_t>(schema.n_children)) continue;
        const ArrowSchema& field = *schema.children[at];
        Rows rows{field, *array.children[at], static_cast<size_t>(array.offset), block.rows};
        try {
            ColumnPtr values = import_rows(rows, imported_type(field), pool);
            block.columns.push_back(cast_exactly(values, column.type, pool));
        } catch (const Error& error) {
            throw Error(error.code(), "column '" + column.name + "': " + error.message());
        }
        block.names.push_back(column.name);
    }
    return block;
}

}  // namespace ch::connector
