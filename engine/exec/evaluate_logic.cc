#include <cstring>

#include "engine/exec/evaluator.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;

namespace {

/// AND is OR with true and false changing places, so one loop does both: `decides` is the value
/// that settles it.
void combine(Column& result, const Column& other, uint8_t decides) {
    uint8_t* __restrict value = result.data.data();
    const uint8_t* right = other.data.data();
    const uint8_t* right_nulls = other.nulls.data();
    size_t rows = result.rows;
    if (!result.has_nulls() && !other.has_nulls()) {
        if (decides == 0)
            for (size_t i = 0; i < rows; ++i) value[i] &= right[i];
        else
            for (size_t i = 0; i < rows; ++i) value[i] |= right[i];
        return;
    }
    // Kleene's AND (decides = 0) and OR (decides = 1):
    //   one side has the deciding value      that value, never NULL
    //   else one side is NULL                NULL (the value byte is then of no matter)
    //   else                                 the other value
    // Without branches, since NULLs and truths of real columns are not predictable.
    uint8_t* __restrict null = result.nulls.data();
    for (size_t i = 0; i < rows; ++i) {
        uint8_t right_null = right_nulls != nullptr ? right_nulls[i] : 0;
        auto left_settles = static_cast<uint8_t>((value[i] == decides ? 1 : 0) & (null[i] ^ 1));
        auto right_settles = static_cast<uint8_t>((right[i] == decides ? 1 : 0) & (right_null ^ 1));
        auto settled = static_cast<uint8_t>(left_settles | right_settles);
        null[i] = static_cast<uint8_t>((null[i] | right_null) & (settled ^ 1));
        value[i] = settled != 0 ? decides : decides ^ 1;
    }
}

}  // namespace

Column evaluate_logic(const Expression& call, const Evaluation& evaluation) {
    ColumnPtr first = values_of(*call.arguments[0], evaluation);
    Column result = make_result(call, evaluation, {first.get()});
    size_t rows = result.rows;
    if (rows == 0) return result;
    if (call.function == Function::Not) {
        for (size_t i = 0; i < rows; ++i) result.data.data()[i] = first->data.data()[i] ^ 1;
        return result;
    }
    std::memcpy(result.data.data(), first->data.data(), rows);
    for (size_t argument = 1; argument < call.arguments.size(); ++argument) {
        ColumnPtr other = values_of(*call.arguments[argument], evaluation);
        if (other->has_nulls() && !result.has_nulls()) {
            result.nulls = evaluation.pool->make(rows);
            std::memset(result.nulls.data(), 0, rows);
        }
        // All operands are evaluated: the short cut on rows is select()'s, for conjuncts at the
        // top.
        combine(result, *other, call.function == Function::And ? 0 : 1);
    }
    return result;
}

Column evaluate_null_test(const Expression& call, const Evaluation& evaluation) {
    Column result = make_result(call, evaluation, {});
    const Expression& argument = *call.arguments[0];
    ColumnPtr column =
        argument.kind == Expression::Kind::Column ? evaluation.block.find(argument.name) : nullptr;
    // A column's NULLs are seen without converting its values.
    if (column == nullptr) column = values_of(argument, evaluation);
    if (result.rows == 0) return result;
    if (column->has_nulls())
        std::memcpy(result.data.data(), column->nulls.data(), result.rows);
    else
        std::memset(result.data.data(), 0, result.rows);
    if (call.function == Function::IsNotNull)
        for (size_t i = 0; i < result.rows; ++i) result.data.data()[i] ^= 1;
    return result;
}

}  // namespace ch::exec
