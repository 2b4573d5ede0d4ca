#include "engine/table/partition_key.h"

#include <algorithm>

#include "base/error.h"
#include "engine/exec/gather.h"
#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"
#include "engine/format/write_value.h"

namespace ch::table {

using column::Block;
using column::Column;
using column::ColumnPtr;
using Tokens = std::span<const SqlToken>;

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::Unsupported,
                "PARTITION BY " + what +
                    " is not written; columns, toYYYYMM, toYYYYMMDD, toYear, toDate, x % n, "
                    "intDiv(x, n) and tuples of them are");
}

/// The expressions of `a`, `(a, b)` and `tuple(a, b)`. `storage` ends with End.
std::vector<Tokens> terms_of(Tokens storage) {
    Tokens tokens = storage.first(storage.size() - 1);
    size_t open = !tokens.empty() && tokens[0].is_word("TUPLE") ? 1 : 0;
    bool has_brackets = tokens.size() > open && tokens[open].is_symbol("(") &&
                        closing_bracket(storage, open) + 1 == tokens.size();
    if (has_brackets) return split_commas(tokens.subspan(open + 1, tokens.size() - open - 2));
    if (tokens.empty()) return {};
    return {tokens};
}

}  // namespace

void PartitionKey::add(PartitionTerm term) {
    types_.push_back(term.type());
    bool is_known = std::find(columns_.begin(), columns_.end(), term.column()) != columns_.end();
    if (!is_known && !term.column().empty()) columns_.push_back(term.column());
    terms_.push_back(std::move(term));
}

PartitionKey PartitionKey::parse(std::string_view sql, const TypeOf& type_of) {
    PartitionKey key;
    std::vector<SqlToken> storage = tokenize_sql(sql);
    for (Tokens tokens : terms_of(storage)) {
        std::optional<PartitionTerm> term = PartitionTerm::understand(tokens, type_of);
        if (!term || !term->is_computed()) fail(render_sql(tokens));
        key.add(std::move(*term));
    }
    return key;
}

std::optional<PartitionKey> PartitionKey::understand(std::string_view sql, const TypeOf& type_of) {
    PartitionKey key;
    std::vector<SqlToken> storage = tokenize_sql(sql);
    for (Tokens tokens : terms_of(storage)) {
        std::optional<PartitionTerm> term = PartitionTerm::understand(tokens, type_of);
        if (!term) return std::nullopt;
        key.add(std::move(*term));
    }
    return key;
}

std::vector<PartitionKey::Rows> PartitionKey::split(const Block& block,
                                                    const std::shared_ptr<BufferPool>& pool) const {
    if (block.rows == 0) return {};
    std::vector<ColumnPtr> keys;
    for (const PartitionTerm& term : terms_) {
        ColumnPtr column = block.find(term.column());
        if (column == nullptr)
            throw Error(ErrorCode::InvalidArgument,
                        "the rows have no column \"" + term.column() + "\" to partition by");
        keys.push_back(term.evaluate(column, pool));
    }
    auto values_at = [&](size_t row) {
        std::vector<column::Scalar> values;
        for (const ColumnPtr& key : keys) values.push_back(format::scalar_at(*key, row));
        return values;
    };
    std::vector<uint32_t> order = exec::sort_permutation(keys);
    bool is_one =
        keys.empty() || exec::compare_stored(keys, order.front(), keys, order.back()) == 0;
    if (is_one) return {{values_at(0), block}};
    std::vector<Rows> parts;
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin + 1;
        while (end < order.size() &&
               exec::compare_stored(keys, order[begin], keys, order[end]) == 0)
            ++end;
        std::span<const uint32_t> rows(order.data() + begin, end - begin);
        Rows part{values_at(order[begin]), {rows.size(), block.names, {}}};
        for (const ColumnPtr& column : block.columns)
            part.block.columns.push_back(
                std::make_shared<const Column>(exec::gather(*column, rows, pool)));
        parts.push_back(std::move(part));
        begin = end;
    }
    return parts;
}

}  // namespace ch::table
