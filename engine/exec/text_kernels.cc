#include "engine/exec/text_kernels.h"

#include <cstring>

#include "base/error.h"

namespace ch::exec {

using column::Column;
using column::TypeId;

namespace {

/// A literal's first eight bytes, for one comparison of words; a column's padding lets any eight
/// bytes be loaded.
class Word {
public:
    explicit Word(std::string_view literal) : literal_(literal) {
        size_t size = literal.size() < 8 ? literal.size() : 8;
        if (size > 0) std::memcpy(&word_, literal.data(), size);
        // Little-endian: the first byte of the text is the lowest of the word, so the mask keeps
        // the low bytes. A shift by 64 would be undefined, hence the case of 8.
        mask_ = size == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * size)) - 1;
    }
    [[nodiscard]] bool begins(const char* at) const {
        uint64_t found;
        std::memcpy(&found, at, sizeof(found));
        if ((found & mask_) != word_) return false;
        return literal_.size() <= 8 ||
               std::memcmp(at + 8, literal_.data() + 8, literal_.size() - 8) == 0;
    }

private:
    std::string_view literal_;
    uint64_t word_ = 0;
    uint64_t mask_ = 0;
};

/// Calls test(bytes, size) for every row's text. Text, and the eight bytes behind each beginning,
/// may be loaded.
template <typename Test>
void for_texts(const Column& column, uint8_t* out, Test test) {
    const char* bytes = column.data.as<char>();
    size_t rows =
        column.rows;  // a store to `out` could change column.rows, for all the compiler knows
    // All texts are empty and there is no buffer: eight bytes that can be loaded all the same.
    if (rows > 0 && bytes == nullptr) bytes = "\0\0\0\0\0\0\0";
    if (column.type->id == TypeId::FixedString) {
        size_t width = column.type->fixed_bytes;
        for (size_t i = 0; i < rows; ++i) out[i] = test(bytes + i * width, width) ? 1 : 0;
        return;
    }
    CH_ASSERT(column.type->id == TypeId::String);
    const int32_t* ends = column.offsets.as<int32_t>();
    for (size_t i = 0; i < rows; ++i)
        out[i] = test(bytes + ends[i], static_cast<size_t>(ends[i + 1] - ends[i])) ? 1 : 0;
}

}  // namespace

void text_equals(const Column& column, std::string_view literal, uint8_t* out) {
    Word word(literal);
    for_texts(column, out, [&](const char* text, size_t size) {
        return size == literal.size() && word.begins(text);
    });
}

void text_starts_with(const Column& column, std::string_view literal, uint8_t* out) {
    Word word(literal);
    for_texts(column, out, [&](const char* text, size_t size) {
        return size >= literal.size() && word.begins(text);
    });
}

void text_ends_with(const Column& column, std::string_view literal, uint8_t* out) {
    Word word(literal);
    for_texts(column, out, [&](const char* text, size_t size) {
        return size >= literal.size() && word.begins(text + (size - literal.size()));
    });
}

void text_contains(const Column& column, std::string_view literal, uint8_t* out) {
    if (literal.empty()) {
        if (column.rows > 0) std::memset(out, 1, column.rows);
        return;
    }
    if (column.type->id != TypeId::String) {
        for_texts(column, out, [&](const char* text, size_t size) {
            return std::string_view(text, size).find(literal) != std::string_view::npos;
        });
        return;
    }
    // One search through all texts at once; a find that crosses a row's end is none.
    if (column.rows > 0) std::memset(out, 0, column.rows);
    const char* bytes = column.data.as<char>();
    const int32_t* ends = column.offsets.as<int32_t>();
    auto end = static_cast<size_t>(ends[column.rows]);
    size_t at = 0;
    size_t row = 0;
    while (at + literal.size() <= end) {
        const void* found = memmem(bytes + at, end - at, literal.data(), literal.size());
        if (found == nullptr) return;
        at = static_cast<size_t>(static_cast<const char*>(found) - bytes);
        // `at` only grows, so rows are walked once in all. Empty rows end where they begin and are
        // passed. Behind a find the row is done; behind one that crosses rows the search goes on
        // one byte later.
        while (static_cast<size_t>(ends[row + 1]) <= at) ++row;
        bool inside = at + literal.size() <= static_cast<size_t>(ends[row + 1]);
        if (inside) out[row] = 1;
        at = inside ? static_cast<size_t>(ends[row + 1]) : at + 1;
    }
}

void text_compare(const Column& column, Comparison comparison, std::string_view literal,
                  uint8_t* out) {
    switch (comparison) {
        case Comparison::Equal:
            return text_equals(column, literal, out);
        case Comparison::NotEqual:
            text_equals(column, literal, out);
            for (size_t i = 0; i < column.rows; ++i) out[i] ^= 1;
            return;
        case Comparison::Less:
            return for_texts(column, out, [&](const char* text, size_t size) {
                return std::string_view(text, size) < literal;
            });
        case Comparison::LessOrEqual:
            return for_texts(column, out, [&](const char* text, size_t size) {
                return std::string_view(text, size) <= literal;
            });
    }
}

}  // namespace ch::exec
