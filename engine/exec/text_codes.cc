#include "engine/exec/text_codes.h"

#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/group_hash.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::TypeId;

namespace {

constexpr size_t kSlotsFirst = 64;

uint64_t hash_of(std::string_view text) {
    uint64_t hash = text.size();
    size_t at = 0;
    for (; at + 8 < text.size(); at += 8) hash = mix(hash ^ load<uint64_t>(text.data() + at));
    // The last 1 to 8 bytes; those behind the text are shifted out.
    size_t left = text.size() - at;
    if (left == 0) return mix(hash);
    uint64_t word = load<uint64_t>(text.data() + at) << (8 * (8 - left));
    return mix(hash ^ word);
}

}  // namespace

TextCodes::TextCodes(std::shared_ptr<BufferPool> pool)
    : bytes_(pool), ends_(pool), hashes_(pool), slots_(pool), dictionary_codes_(std::move(pool)) {
    clear();
}

void TextCodes::clear() {
    bytes_.clear();
    ends_.clear();
    ends_.push_back(0);
    hashes_.clear();
    slots_.clear();
    slots_.resize(kSlotsFirst, 0);
    dictionary_.reset();
    dictionary_codes_.clear();
}

uint32_t TextCodes::code_of(std::string_view text) {
    uint64_t hash = hash_of(text);
    size_t mask = slots_.size() - 1;
    size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t code = slots_[slot] - 1;
        if (hashes_[code] == hash && this->text(code) == text) return code;
    }
    auto code = static_cast<uint32_t>(count());
    bytes_.append(text.data(), text.size());
    ends_.push_back(bytes_.size());
    hashes_.push_back(hash);
    slots_[slot] = code + 1;
    if (2 * count() > slots_.size()) grow();
    return code;
}

void TextCodes::grow() {
    size_t size = 2 * slots_.size();
    slots_.resize(size, 0);
    slots_.fill(0);
    for (uint32_t code = 0; code < count(); ++code) {
        size_t slot = hashes_[code] & (size - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
        slots_[slot] = code + 1;
    }
}

void TextCodes::codes_of(const ColumnPtr& column, uint32_t* codes) {
    if (column->type->id == TypeId::LowCardinality) {
        if (dictionary_ != column->children[0]) {
            dictionary_ = column->children[0];
            dictionary_codes_.clear();
            dictionary_codes_.resize(dictionary_->rows, 0);
        }
        return codes_of_dictionary(*column, codes);
    }
    for (size_t i = 0; i < column->rows; ++i)
        codes[i] = column->is_null(i) ? 0 : code_of(column->text(i));
}

void TextCodes::codes_of_dictionary(const Column& column, uint32_t* codes) {
    const auto* stored = column.data.as<uint32_t>();
    for (size_t i = 0; i < column.rows; ++i) {
        if (column.is_null(i)) {
            codes[i] = 0;
            continue;
        }
        // Only values that a row has are looked up: a part's dictionary may be far larger than what
        // a filter leaves.
        uint32_t& known = dictionary_codes_[stored[i]];
        if (known == 0) known = code_of(dictionary_->text(stored[i])) + 1;
        codes[i] = known - 1;
    }
}

}  // namespace ch::exec
