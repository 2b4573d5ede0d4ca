#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/expression_check.h"
#include "engine/exec/gather.h"
#include "engine/exec/like_pattern.h"
#include "engine/exec/text_kernels.h"
#include "engine/exec/utf8.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;

namespace {

bool text_test(Function function, std::string_view text, std::string_view part) {
    switch (function) {
        case Function::StartsWith:
            return text.starts_with(part);
        case Function::EndsWith:
            return text.ends_with(part);
        default:
            return text.find(part) != std::string_view::npos;
    }
}

int32_t int32_literal(const Expression& call, size_t index) {
    return static_cast<int32_t>(std::get<Int128>(call.arguments[index]->value));
}

/// The result's texts are pieces of the input's: piece(text) of each row.
template <typename Piece>
Column cut(const Expression& call, const Column& input, const Evaluation& evaluation, Piece piece) {
    Column result = make_result(call, evaluation, {&input});
    // Pieces are never longer than their texts, so the input's size is room enough and no offset
    // can pass 32 bits.
    result.data = evaluation.pool->make(input.data.size());
    auto* offsets = result.offsets.as<int32_t>();
    int32_t at = 0;
    for (size_t i = 0; i < input.rows; ++i) {
        std::string_view text = piece(input.text(i));
        put_text(result.data.data() + at, text);
        at += static_cast<int32_t>(text.size());
        offsets[i + 1] = at;
    }
    result.data.resize(static_cast<size_t>(at));
    return result;
}

/// Spark's TRIM without characters takes the space alone, no tabs and no other white space.
std::string_view trimmed(std::string_view text) {
    size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return text.substr(0, 0);
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Column substring(const Expression& call, const Column& input, const Evaluation& evaluation) {
    int32_t position = int32_literal(call, 1);
    int32_t length =
        call.arguments.size() > 2 ? int32_literal(call, 2) : std::numeric_limits<int32_t>::max();
    if (is_binary(*call.arguments[0]))
        return cut(call, input, evaluation,
                   [=](std::string_view text) { return substring_bytes(text, position, length); });
    return cut(call, input, evaluation,
               [=](std::string_view text) { return substring_characters(text, position, length); });
}

Column lengths(const Expression& call, const Column& input, const Evaluation& evaluation) {
    Column result = make_result(call, evaluation, {&input});
    bool binary = is_binary(*call.arguments[0]);
    for (size_t i = 0; i < input.rows; ++i) {
        std::string_view text = input.text(i);
        result.data.as<int32_t>()[i] =
            static_cast<int32_t>(binary ? text.size() : characters_count(text));
    }
    return result;
}

Column concat(const Expression& call, const Evaluation& evaluation) {
    Column result = make_result(call, evaluation, {});
    std::vector<ColumnPtr> parts;
    for (const ExpressionPtr& argument : call.arguments) {
        parts.push_back(values_of(*argument, evaluation));
        if (!parts.back()->has_nulls()) continue;
        if (!result.has_nulls()) result.nulls = copy_of(parts.back()->nulls, evaluation.pool);
        for (size_t i = 0; i < result.rows; ++i)
            result.nulls.data()[i] |= parts.back()->nulls.data()[i];
    }
    auto* offsets = result.offsets.as<int32_t>();
    size_t total = 0;
    for (size_t i = 0; i < result.rows; ++i)
        for (const ColumnPtr& part : parts) total += result.is_null(i) ? 0 : part->text(i).size();
    // Each input fits 32-bit offsets, their sum need not; counted in 64 bits before anything is
    // copied.
    if (total > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
        throw Error(
            ErrorCode::Unsupported,
            call.text() + " gives over 2 GiB of text in a batch; ask for fewer rows a batch");
    result.data = evaluation.pool->make(total);
    int32_t at = 0;
    for (size_t i = 0; i < result.rows; ++i) {
        for (const ColumnPtr& part : parts) {
            // The bytes of a NULL are not read, neither here nor in the sum above: both must agree
            // on every row.
            if (result.is_null(i)) break;
            std::string_view text = part->text(i);
            put_text(result.data.data() + at, text);
            at += static_cast<int32_t>(text.size());
        }
        offsets[i + 1] = at;
    }
    return result;
}

Column like(const Expression& call, const Column& input, const Evaluation& evaluation) {
    Column result = make_result(call, evaluation, {&input});
    const LikePattern& pattern = *call.like;
    uint8_t* out = result.data.data();
    // Spark's optimiser makes `abc`, `abc%` and their like byte comparisons too
    // (LikeSimplification).
    if (pattern.is_exact())
        text_equals(input, pattern.prefix(), out);
    else if (pattern.is_prefix())
        text_starts_with(input, pattern.prefix(), out);
    else
        for (size_t i = 0; i < input.rows; ++i) out[i] = pattern.matches(input.text(i)) ? 1 : 0;
    return result;
}

}  // namespace

Column evaluate_text_test(const Expression& call, const Evaluation& evaluation) {
    ColumnPtr input = values_of(*call.arguments[0], evaluation);
    if (call.function == Function::Like) return like(call, *input, evaluation);
    const Expression& part = *call.arguments[1];
    // A NULL literal has no text to make a kernel of; the answer is NULL for every row.
    if (part.kind == Expression::Kind::Literal && column::is_null(part.value))
        return make_nulls(call, evaluation);
    if (part.kind == Expression::Kind::Literal) {
        Column result = make_result(call, evaluation, {input.get()});
        const auto& text = std::get<std::string>(part.value);
        uint8_t* out = result.data.data();
        switch (call.function) {
            case Function::StartsWith:
                text_starts_with(*input, text, out);
                break;
            case Function::EndsWith:
                text_ends_with(*input, text, out);
                break;
            default:
                text_contains(*input, text, out);
        }
        return result;
    }
    ColumnPtr parts = values_of(part, evaluation);
    Column result = make_result(call, evaluation, {input.get(), parts.get()});
    for (size_t i = 0; i < result.rows; ++i)
        result.data.data()[i] = text_test(call.function, input->text(i), parts->text(i)) ? 1 : 0;
    return result;
}

Column evaluate_text(const Expression& call, const Evaluation& evaluation) {
    if (call.function == Function::Concat) return concat(call, evaluation);
    ColumnPtr input = values_of(*call.arguments[0], evaluation);
    if (call.function == Function::Substring) return substring(call, *input, evaluation);
    if (call.function == Function::Length) return lengths(call, *input, evaluation);
    return cut(call, *input, evaluation, trimmed);
}

}  // namespace ch::exec
