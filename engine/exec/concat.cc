#include "engine/exec/concat.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "engine/exec/limits.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

using Pool = std::shared_ptr<BufferPool>;

namespace {

size_t rows_of(std::span<const ColumnPiece> pieces) {
    size_t rows = 0;
    for (const ColumnPiece& piece : pieces) rows += piece.rows;
    return rows;
}

void put(uint8_t*& to, const uint8_t* from, size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
    to += bytes;
}

void concat_nulls(std::span<const ColumnPiece> pieces, Column& to, const Pool& pool) {
    bool has_nulls = std::any_of(pieces.begin(), pieces.end(), [](const ColumnPiece& piece) {
        return piece.column->has_nulls();
    });
    if (!has_nulls) return;
    to.nulls = pool->make(to.rows);
    uint8_t* at = to.nulls.data();
    for (const ColumnPiece& piece : pieces) {
        if (piece.column->has_nulls()) {
            put(at, piece.column->nulls.data() + piece.from, piece.rows);
            continue;
        }
        if (piece.rows > 0) std::memset(at, 0, piece.rows);
        at += piece.rows;
    }
}

void concat_fixed(std::span<const ColumnPiece> pieces, size_t width, Column& to) {
    uint8_t* at = to.data.data();
    for (const ColumnPiece& piece : pieces)
        put(at, piece.column->data.data() + piece.from * width, piece.rows * width);
}

/// Sets the offsets; returns the pieces of what they count: bytes, or elements.
std::vector<ColumnPiece> concat_offsets(std::span<const ColumnPiece> pieces, Column& to) {
    std::vector<ColumnPiece> inner;
    int32_t* out = to.offsets.as<int32_t>() + 1;
    size_t total = 0;
    for (const ColumnPiece& piece : pieces) {
        const int32_t* ends = piece.column->offsets.as<int32_t>() + piece.from;
        auto begin = static_cast<size_t>(ends[0]);
        size_t count = static_cast<size_t>(ends[piece.rows]) - begin;
        if (total + count > kOffsetMax)
            throw Error(ErrorCode::Unsupported,
                        "more than " + std::to_string(kOffsetMax) +
                            " bytes or elements in one column of a batch: give smaller batches");
        // A piece may begin amid its column, so ends[0] need not be 0; the difference may be
        // negative.
        auto shift = static_cast<int32_t>(total) - ends[0];
        for (size_t row = 1; row <= piece.rows; ++row) *out++ = ends[row] + shift;
        inner.push_back({piece.column, begin, count});
        total += count;
    }
    return inner;
}

void concat_children(std::span<const ColumnPiece> pieces, Column& to, const Pool& pool) {
    for (size_t child = 0; child < to.type->children.size(); ++child) {
        std::vector<ColumnPiece> inner;
        for (const ColumnPiece& piece : pieces)
            inner.push_back({piece.column->children[child], piece.from, piece.rows});
        to.children.push_back(concat(inner, pool));
    }
}

std::string_view key_of(const Column& dictionary, size_t code) {
    if (dictionary.type->id == TypeId::String) return dictionary.text(code);
    size_t width = dictionary.type->width();
    return {reinterpret_cast<const char*>(dictionary.data.data()) + code * width, width};
}

/// Codes of the pieces among the distinct values of all their dictionaries.
void concat_dictionaries(std::span<const ColumnPiece> pieces, Column& to, const Pool& pool) {
    // Views into the dictionaries' bytes, which the pieces keep alive. A batch often has many
    // pieces of few dictionaries, so that each is looked through once:
    //   dictionary A: "" x y     -> 0 1 2      keys: "" x y z
    //   dictionary B: "" z x     -> 0 3 1
    std::unordered_map<std::string_view, int32_t> numbers;
    std::unordered_map<const Column*, std::vector<int32_t>> maps;
    std::vector<ColumnPiece> keys;
    int32_t* out = to.data.as<int32_t>();
    for (const ColumnPiece& piece : pieces) {
        const ColumnPtr& dictionary = piece.column->children[0];
        auto [map, is_new] = maps.try_emplace(dictionary.get());
        if (is_new) {
            map->second.resize(dictionary->rows);
            for (size_t code = 0; code < dictionary->rows; ++code) {
                auto number = static_cast<int32_t>(keys.size());
                auto [known, added] = numbers.try_emplace(key_of(*dictionary, code), number);
                if (added) keys.push_back({dictionary, code, 1});
                map->second[code] = known->second;
            }
        }
        const int32_t* codes = piece.column->data.as<int32_t>() + piece.from;
        // A NULL row's code means nothing (column.h), its dictionary may even be empty.
        for (size_t row = 0; row < piece.rows; ++row)
            *out++ = piece.column->is_null(piece.from + row)
                         ? 0
                         : map->second[static_cast<size_t>(codes[row])];
    }
    // No rows and no keys: an empty piece gives concat() the dictionary's type.
    if (keys.empty()) keys.push_back({pieces[0].column->children[0], 0, 0});
    to.children.push_back(concat(keys, pool));
}

bool share_dictionary(std::span<const ColumnPiece> pieces) {
    return std::all_of(pieces.begin(), pieces.end(), [&](const ColumnPiece& piece) {
        return piece.column->children[0] == pieces[0].column->children[0];
    });
}

}  // namespace

ColumnPtr concat(std::span<const ColumnPiece> pieces, const Pool& pool) {
    CH_ASSERT(!pieces.empty());
    const ColumnPiece& first = pieces[0];
    if (pieces.size() == 1 && first.from == 0 && first.rows == first.column->rows)
        return first.column;
    Column result = column::make_column(first.column->type, rows_of(pieces), pool);
    concat_nulls(pieces, result, pool);
    switch (result.type->id) {
        case TypeId::String: {
            std::vector<ColumnPiece> texts = concat_offsets(pieces, result);
            size_t bytes = 0;
            for (const ColumnPiece& piece : texts) bytes += piece.rows;
            result.data = pool->make(bytes);
            concat_fixed(texts, 1, result);
            break;
        }
        case TypeId::Array:
        case TypeId::Map:
            concat_children(concat_offsets(pieces, result), result, pool);
            break;
        case TypeId::Tuple:
            concat_children(pieces, result, pool);
            break;
        case TypeId::LowCardinality:
            if (share_dictionary(pieces)) {
                concat_fixed(pieces, sizeof(int32_t), result);
                result.children.push_back(first.column->children[0]);
            } else {
                concat_dictionaries(pieces, result, pool);
            }
            break;
        default:
            concat_fixed(pieces, result.type->width(), result);
    }
    return std::make_shared<const Column>(std::move(result));
}

}  // namespace ch::exec
