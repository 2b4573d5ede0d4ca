#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/gather.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

namespace {

constexpr uint16_t kNone = 0xffff;

/// Each row's value is that of the source with the row's number in `choices`; kNone, or a NULL
/// there, is NULL.
void choose_nulls(std::span<const uint16_t> choices, std::span<const ColumnPtr> sources,
                  Column& result, const std::shared_ptr<BufferPool>& pool) {
    result.nulls = pool->make(result.rows);
    bool any = false;
    for (size_t i = 0; i < result.rows; ++i) {
        bool null = choices[i] == kNone || sources[choices[i]]->is_null(i);
        result.nulls.data()[i] = null ? 1 : 0;
        any = any || null;
    }
    // No NULL row: no bytes of NULLs (column.h), so that whoever reads takes the short way.
    if (!any) result.nulls = Buffer();
}

void choose_text(std::span<const ColumnPtr> sources, std::span<const uint16_t> choices,
                 Column& result, const std::shared_ptr<BufferPool>& pool) {
    auto* offsets = result.offsets.as<int32_t>();
    // Lengths first and offsets from them, so that the text is allocated once and over 2 GiB of it
    // is refused before the copying.
    for (size_t i = 0; i < result.rows; ++i)
        offsets[i + 1] =
            result.is_null(i) ? 0 : static_cast<int32_t>(sources[choices[i]]->text(i).size());
    result.data = pool->make(lengths_to_offsets(offsets, result.rows));
    for (size_t i = 0; i < result.rows; ++i) {
        if (result.is_null(i)) continue;
        std::string_view text = sources[choices[i]]->text(i);
        put_text(result.data.data() + offsets[i], text);
    }
}

void choose_fixed(std::span<const ColumnPtr> sources, std::span<const uint16_t> choices,
                  Column& result) {
    size_t width = result.type->width();
    for (size_t i = 0; i < result.rows; ++i) {
        uint8_t* to = result.data.data() + i * width;
        if (choices[i] == kNone)
            std::memset(to, 0, width);
        else
            std::memcpy(to, sources[choices[i]]->data.data() + i * width, width);
    }
}

/// The first value that is not NULL.
void choose_coalesce(std::span<const ColumnPtr> sources, std::span<uint16_t> choices) {
    for (size_t source = 0; source < sources.size(); ++source)
        for (size_t i = 0; i < choices.size(); ++i)
            if (choices[i] == kNone && !sources[source]->is_null(i))
                choices[i] = static_cast<uint16_t>(source);
}

}  // namespace

Column evaluate_choice(const Expression& call, const Evaluation& evaluation) {
    // All branches are computed for all rows, whichever is taken: no function here can raise an
    // error on a row (expression.h), so only time is lost, and the loops stay free of branches.
    CH_ASSERT(call.arguments.size() < kNone);
    std::vector<ColumnPtr> sources;
    std::vector<uint16_t> choices(evaluation.block.rows, kNone);
    if (call.function == Function::Coalesce) {
        for (const ExpressionPtr& argument : call.arguments)
            sources.push_back(values_of(*argument, evaluation));
        choose_coalesce(sources, choices);
    } else {
        for (size_t argument = 0; argument < call.arguments.size(); argument += 2) {
            auto source = static_cast<uint16_t>(sources.size());
            bool is_else = argument + 1 == call.arguments.size();
            ColumnPtr condition =
                is_else ? nullptr : values_of(*call.arguments[argument], evaluation);
            sources.push_back(
                values_of(*call.arguments[is_else ? argument : argument + 1], evaluation));
            for (size_t i = 0; i < choices.size(); ++i) {
                // A condition that is NULL takes its branch no more than a false one (SQL's CASE).
                bool taken = is_else || (condition->data.data()[i] != 0 && !condition->is_null(i));
                if (choices[i] == kNone && taken) choices[i] = source;
            }
        }
    }
    Column result = make_result(call, evaluation, {});
    choose_nulls(choices, sources, result, evaluation.pool);
    if (result.type->id == TypeId::String)
        choose_text(sources, choices, result, evaluation.pool);
    else
        choose_fixed(sources, choices, result);
    return result;
}

}  // namespace ch::exec
