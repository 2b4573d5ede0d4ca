#include "engine/format/text_cursor.h"

#include <charconv>

#include "base/error.h"
#include "engine/format/escape.h"

namespace ch::format {

void TextCursor::fail(const std::string& what) const {
    std::string_view rest = text_.substr(offset_, 20);
    throw Error(ErrorCode::Corrupt,
                std::string("this is no text of ") + thing_ + ": " + what + ", found " +
                    (rest.empty() ? "the end" : "'" + std::string(rest) + "'"),
                {}, static_cast<int64_t>(offset_));
}

void TextCursor::skip_blanks() {
    while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == '\n' ||
                                      text_[offset_] == '\t' || text_[offset_] == '\r'))
        ++offset_;
}

char TextCursor::peek() {
    skip_blanks();
    return at_end() ? '\0' : text_[offset_];
}

bool TextCursor::try_take(char wanted) {
    // peek() gives 0 at the end, and the text may have a real zero byte.
    if (peek() != wanted || at_end()) return false;
    ++offset_;
    return true;
}

void TextCursor::expect(char wanted) {
    if (!try_take(wanted)) fail(std::string("'") + wanted + "' was expected");
}

std::string_view TextCursor::take_word() {
    skip_blanks();
    size_t begin = offset_;
    while (offset_ < text_.size() && is_word(text_[offset_])) ++offset_;
    return text_.substr(begin, offset_ - begin);
}

int64_t TextCursor::take_number(int64_t value_min, int64_t value_max) {
    skip_blanks();
    int64_t value = 0;
    const char* begin = text_.data() + offset_;
    auto [end, problem] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (problem != std::errc() || value < value_min || value > value_max)
        fail("a number from " + std::to_string(value_min) + " to " + std::to_string(value_max) +
             " was expected");
    offset_ += static_cast<size_t>(end - begin);
    return value;
}

void TextCursor::append_escaped(std::string& to) {
    if (at_end()) fail("an escaped character was expected");
    if (!append_escape(to, text_, offset_)) fail("two hex digits were expected");
}

std::string TextCursor::take_quoted(char quote) {
    expect(quote);
    std::string value;
    while (!at_end()) {
        char c = text_[offset_++];
        if (c == '\\') {
            append_escaped(value);
        } else if (c != quote) {
            value += c;
        } else if (offset_ < text_.size() && text_[offset_] == quote) {
            // A doubled quote is one of the text, as in SQL; ClickHouse takes both ways.
            value += quote;
            ++offset_;
        } else {
            return value;
        }
    }
    fail("a closing quote was expected");
}

}  // namespace ch::format
