#include "engine/exec/evaluate.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/gather.h"
#include "engine/exec/spark_types.h"

namespace ch::exec {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::Type;
using column::TypeId;

namespace {

template <typename T>
void fill(Column& column, T value) {
    std::fill_n(column.data.as<T>(), column.rows, value);
}

/// Truncation is meant: make_literal() checked that the value is one of the type, and a Bool, date
/// or decimal is held in the low bytes of its Int128.
void fill_integer(Column& column, Int128 value) {
    switch (column.type->width()) {
        case 1:
            return fill(column, static_cast<int8_t>(value));
        case 2:
            return fill(column, static_cast<int16_t>(value));
        case 4:
            return fill(column, static_cast<int32_t>(value));
        case 8:
            return fill(column, static_cast<int64_t>(value));
        default:
            return fill(column, value);
    }
}

void fill_text(Column& column, const std::string& text, const std::shared_ptr<BufferPool>& pool) {
    column.data = pool->make(text.size() * column.rows);
    for (size_t i = 0; i < column.rows; ++i) put_text(column.data.data() + i * text.size(), text);
    if (column.type->id != TypeId::String) return;
    for (size_t i = 1; i <= column.rows; ++i)
        column.offsets.as<int32_t>()[i] = static_cast<int32_t>(text.size());
    lengths_to_offsets(column.offsets.as<int32_t>(), column.rows);
}

Column repeat_literal(const Expression& literal, const Evaluation& evaluation) {
    size_t rows = evaluation.block.rows;
    // NULL has no Scalar alternative to fill from; the default of a nullable type is NULL in every
    // row.
    if (column::is_null(literal.value))
        return column::make_default_column(literal.type->with_nullable(true), rows,
                                           evaluation.pool);
    Column column = column::make_column(literal.type, rows, evaluation.pool);
    if (const auto* text = std::get_if<std::string>(&literal.value))
        fill_text(column, *text, evaluation.pool);
    else if (const auto* number = std::get_if<double>(&literal.value))
        literal.type->id == TypeId::Float32 ? fill(column, static_cast<float>(*number))
                                            : fill(column, *number);
    else
        fill_integer(column, std::get<Int128>(literal.value));
    return column;
}

ColumnPtr find_column(const Expression& reference, const Block& block) {
    ColumnPtr column = block.find(reference.name);
    if (column == nullptr)
        throw Error(ErrorCode::InvalidArgument, "the rows read have no column " + reference.name);
    if (column->rows != block.rows)
        throw Error(ErrorCode::Bug, "column " + reference.name + " has " +
                                        std::to_string(column->rows) + " rows in a block of " +
                                        std::to_string(block.rows));
    return column;
}

/// An expression is bound once for a table, but a part that an ALTER left behind may hold the
/// column in another type: kernels chosen by the bound type would misread its bytes. Nullability
/// may differ, since `nulls` is looked at for each block.
void check_type(const Expression& reference, const Type& found) {
    const Type& wanted = *reference.type;
    bool same = wanted.id == found.id && wanted.precision == found.precision &&
                wanted.scale == found.scale && wanted.fixed_bytes == found.fixed_bytes;
    if (!same)
        throw Error(ErrorCode::InvalidArgument, "column " + reference.name + " was bound as " +
                                                    wanted.name() + ", but its rows are " +
                                                    found.name());
}

/// Integers, dates and whole seconds that comparisons read unconverted.
/// A literal is moved into their units instead (literal_in_units), once a block and not once a row.
/// DateTime64 above 6 digits is not among them: Spark cannot hold its values, and only the
/// conversion notices.
bool is_compared_as_stored(const Type& type) {
    switch (type.id) {
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Date:
        case TypeId::DateTime:
            return true;
        case TypeId::DateTime64:
            return type.scale <= 6;
        default:
            return false;
    }
}

Column evaluate_plain(const Expression& call, const Evaluation& evaluation) {
    switch (call.function) {
        case Function::Equal:
        case Function::EqualNullSafe:
        case Function::NotEqual:
        case Function::Less:
        case Function::LessOrEqual:
        case Function::Greater:
        case Function::GreaterOrEqual:
            return evaluate_comparison(call, evaluation);
        case Function::In:
            return evaluate_in(call, evaluation);
        case Function::And:
        case Function::Or:
        case Function::Not:
            return evaluate_logic(call, evaluation);
        case Function::IsNull:
        case Function::IsNotNull:
            return evaluate_null_test(call, evaluation);
        case Function::StartsWith:
        case Function::EndsWith:
        case Function::Contains:
        case Function::Like:
            return evaluate_text_test(call, evaluation);
        case Function::Substring:
        case Function::Length:
        case Function::Trim:
        case Function::Concat:
            return evaluate_text(call, evaluation);
        case Function::Year:
        case Function::Quarter:
        case Function::Month:
        case Function::Week:
        case Function::Day:
        case Function::DayOfWeek:
        case Function::DayOfYear:
        case Function::YearOfWeek:
            return evaluate_date_part(call, evaluation);
        case Function::Cast:
            return evaluate_cast(call, evaluation);
        case Function::Coalesce:
        case Function::CaseWhen:
            return evaluate_choice(call, evaluation);
        case Function::Add:
        case Function::Subtract:
        case Function::Multiply:
            return evaluate_arithmetic(call, evaluation);
    }
    throw Error(ErrorCode::Bug, "no evaluation for " + call.text());
}

/// The dictionary of a column whose rows are more than its values, if the call reads only that
/// column: what it computes of a value once then holds for every row of it.
const Column* only_dictionary(const Expression& call, const Block& block) {
    // A value that no row has must raise no error.
    if (call.columns.size() != 1 || call.raises) return nullptr;
    ColumnPtr column = block.find(call.columns[0]);
    if (column == nullptr || column->type->id != TypeId::LowCardinality) return nullptr;
    // A part's dictionary has up to 8192 keys, however few rows a granule gives: with more keys
    // than rows the plain way is shorter.
    return column->children[0]->rows < block.rows ? column.get() : nullptr;
}

/// The dictionary's values, and one NULL behind them if rows are NULL.
ColumnPtr dictionary_values(const Column& column, const std::shared_ptr<BufferPool>& pool) {
    const ColumnPtr& dictionary = column.children[0];
    if (!column.has_nulls()) return dictionary;
    if (dictionary->rows == 0)
        return std::make_shared<const Column>(
            column::make_default_column(dictionary->type->with_nullable(true), 1, pool));
    // The dictionary itself says nothing of NULL (column.h), so functions that do not spread NULL
    // (IS NULL, <=>, COALESCE) need a row that does:
    //   row      0   1  ...  n-1   n
    //   value    d0  d1 ...  dn-1  any
    //   nulls    0   0  ...  0     1
    std::vector<uint32_t> rows(dictionary->rows + 1);
    std::iota(rows.begin(), rows.end(), 0);
    rows.back() = 0;
    Column values = gather(*dictionary, rows, pool);
    values.type = dictionary->type->with_nullable(true);
    values.nulls = pool->make(rows.size());
    std::memset(values.nulls.data(), 0, rows.size());
    values.nulls.data()[dictionary->rows] = 1;
    return std::make_shared<const Column>(std::move(values));
}

Column evaluate_dictionary(const Expression& call, const Column& column,
                           const Evaluation& evaluation) {
    ColumnPtr values = dictionary_values(column, evaluation.pool);
    Block block{values->rows, call.columns, {values}};
    Column results = evaluate_plain(call, {block, evaluation.pool});
    const auto* codes = column.data.as<uint32_t>();
    if (!column.has_nulls()) return gather(results, {codes, column.rows}, evaluation.pool);
    auto null_row = static_cast<uint32_t>(values->rows - 1);
    Buffer picked = evaluation.pool->make(column.rows * sizeof(uint32_t));
    // A NULL row's code means nothing (column.h).
    for (size_t i = 0; i < column.rows; ++i)
        picked.as<uint32_t>()[i] = column.nulls.data()[i] != 0 ? null_row : codes[i];
    return gather(results, {picked.as<uint32_t>(), column.rows}, evaluation.pool);
}

ColumnPtr evaluate_call(const Expression& call, const Evaluation& evaluation) {
    const Column* dictionary = only_dictionary(call, evaluation.block);
    return std::make_shared<const Column>(dictionary != nullptr
                                              ? evaluate_dictionary(call, *dictionary, evaluation)
                                              : evaluate_plain(call, evaluation));
}

}  // namespace

Physical physical_of(const Type& type) {
    switch (type.id) {
        case TypeId::Float32:
            return Physical::F32;
        case TypeId::Float64:
            return Physical::F64;
        case TypeId::Bool:
        case TypeId::UInt8:
            return Physical::U8;
        case TypeId::UInt16:
        case TypeId::Date:
            return Physical::U16;
        case TypeId::UInt32:
        case TypeId::DateTime:
            return Physical::U32;
        case TypeId::UInt64:
            return Physical::U64;
        default:
            break;
    }
    switch (type.width()) {
        case 1:
            return Physical::I8;
        case 2:
            return Physical::I16;
        case 4:
            return Physical::I32;
        case 8:
            return Physical::I64;
        default:
            CH_ASSERT(type.width() == 16);
            return Physical::I128;
    }
}

Column make_result(const Expression& call, const Evaluation& evaluation,
                   std::initializer_list<const Column*> inputs) {
    Column result = column::make_column(call.type, evaluation.block.rows, evaluation.pool);
    for (const Column* input : inputs) {
        if (!input->has_nulls()) continue;
        if (!result.has_nulls()) {
            // Columns are shared once built, so the first input's bytes are copied and not
            // borrowed.
            result.nulls = copy_of(input->nulls, evaluation.pool);
            continue;
        }
        for (size_t i = 0; i < result.rows; ++i) result.nulls.data()[i] |= input->nulls.data()[i];
    }
    return result;
}

Column make_nulls(const Expression& call, const Evaluation& evaluation) {
    return column::make_default_column(call.type->with_nullable(true), evaluation.block.rows,
                                       evaluation.pool);
}

ColumnPtr stored_values_of(const Expression& expression, const Evaluation& evaluation) {
    if (expression.kind == Expression::Kind::Column) {
        ColumnPtr column = find_column(expression, evaluation.block);
        if (is_compared_as_stored(*column->type)) {
            check_type(expression, *spark_type(*column->type));
            return column;
        }
    }
    return values_of(expression, evaluation);
}

ColumnPtr values_of(const Expression& expression, const Evaluation& evaluation) {
    if (expression.kind == Expression::Kind::Literal)
        return std::make_shared<const Column>(repeat_literal(expression, evaluation));
    if (expression.kind == Expression::Kind::Call) return evaluate_call(expression, evaluation);
    ColumnPtr column = find_column(expression, evaluation.block);
    ColumnPtr values = without_dictionary(to_spark(column, evaluation.pool), evaluation.pool);
    check_type(expression, *values->type);
    return values;
}

ColumnPtr evaluate(const Expression& expression, const Block& block,
                   const std::shared_ptr<BufferPool>& pool) {
    // Alone, a column keeps its dictionary: Spark's vectors read through one, the kernels do not.
    if (expression.kind == Expression::Kind::Column)
        return to_spark(find_column(expression, block), pool);
    return values_of(expression, {block, pool});
}

}  // namespace ch::exec
