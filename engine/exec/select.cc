#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "engine/exec/evaluate.h"
#include "engine/exec/gather.h"
#include "engine/exec/number_kernels.h"

namespace ch::exec {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::TypeId;

using Pool = std::shared_ptr<BufferPool>;

namespace {

/// Below one row in this many, copying the rows left out of their columns costs less than computing
/// the others' too.
constexpr size_t kSparse = 8;

/// A value below a microsecond stops a query; one in a row that an earlier conjunct leaves out must
/// not.
bool can_raise(const Expression& conjunct, const Block& block) {
    return std::any_of(conjunct.columns.begin(), conjunct.columns.end(),
                       [&](const std::string& name) {
                           ColumnPtr column = block.find(name);
                           return column != nullptr && column->type->id == TypeId::DateTime64 &&
                                  column->type->scale > 6;
                       });
}

/// The columns that the conjunct reads, with the selected rows only.
Block taken(const Expression& conjunct, const Block& block, const Selection& selection,
            const Pool& pool) {
    Block some;
    some.rows = selection.rows.size();
    for (const std::string& name : conjunct.columns) {
        ColumnPtr column = block.find(name);
        if (column == nullptr) continue;
        some.names.push_back(name);
        some.columns.push_back(take(column, selection, pool));
    }
    return some;
}

void and_true(uint8_t* __restrict mask, const Column& verdict) {
    const uint8_t* value = verdict.data.data();
    const uint8_t* null = verdict.nulls.data();
    size_t rows = verdict.rows;
    if (null == nullptr) {
        for (size_t i = 0; i < rows; ++i) mask[i] &= value[i];
    } else {
        for (size_t i = 0; i < rows; ++i) mask[i] &= static_cast<uint8_t>(value[i] & (null[i] ^ 1));
    }
}

std::vector<uint32_t> rows_of(const uint8_t* mask, size_t rows, size_t count) {
    std::vector<uint32_t> numbers(count);
    nonzero_rows(mask, rows, numbers.data());
    return numbers;
}

/// Keeps the rows of `selection` for which the conjunct is true.
void narrow(const Expression& conjunct, const Block& block, Selection& selection,
            const Pool& pool) {
    ColumnPtr verdict = evaluate(conjunct, taken(conjunct, block, selection, pool), pool);
    size_t kept = 0;
    for (size_t i = 0; i < selection.rows.size(); ++i) {
        // Written always and kept by the count: no branch on a filter's unpredictable outcome. kept
        // is never above i, so nothing unread is overwritten.
        selection.rows[kept] = selection.rows[i];
        kept += verdict->data.data()[i] != 0 && !verdict->is_null(i) ? 1 : 0;
    }
    selection.rows.resize(kept);
}

}  // namespace

Selection select(const std::vector<ExpressionPtr>& predicate, const Block& block,
                 const Pool& pool) {
    Selection selection;
    selection.all = true;
    if (block.rows == 0) return selection;
    Buffer mask;
    size_t count = block.rows;
    size_t next = 0;
    // First on whole blocks with a byte a row, then, once few rows are left, on those rows alone.
    for (; next < predicate.size(); ++next) {
        const Expression& conjunct = *predicate[next];
        if (conjunct.type->id != TypeId::Bool)
            throw Error(ErrorCode::InvalidArgument, "a filter must be Bool: " + conjunct.text());
        bool few = count < block.rows / kSparse;
        if (count == 0 || few || (count < block.rows && can_raise(conjunct, block))) break;
        // Also rows that are out already are computed: a pass over all of them vectorises.
        ColumnPtr verdict = evaluate(conjunct, block, pool);
        if (mask.empty()) {
            mask = pool->make(block.rows);
            std::memset(mask.data(), 1, block.rows);
        }
        and_true(mask.data(), *verdict);
        count = count_nonzero(mask.data(), block.rows);
    }
    // Here either all conjuncts ran or count < block.rows, so no conjunct is skipped; and the mask
    // is not empty below, since only a conjunct that ran lowers the count.
    if (count == block.rows) return selection;
    selection.all = false;
    selection.rows = rows_of(mask.data(), block.rows, count);
    for (; next < predicate.size() && !selection.rows.empty(); ++next)
        narrow(*predicate[next], block, selection, pool);
    return selection;
}

}  // namespace ch::exec
