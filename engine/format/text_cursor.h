#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ch::format {

/// A place in a text that is read word by word, with ClickHouse's way of quoting. Every take_ skips
/// blanks before it. Does not own the text. Failures throw Error{Corrupt} with the offset and what
/// is there.
class TextCursor {
public:
    /// `thing` names in errors what the text is: "a type".
    TextCursor(std::string_view text, const char* thing) : text_(text), thing_(thing) {}

    [[nodiscard]] size_t offset() const { return offset_; }
    [[nodiscard]] bool at_end() const { return offset_ == text_.size(); }
    /// The text from an earlier offset up to here.
    [[nodiscard]] std::string_view text_since(size_t begin) const {
        return text_.substr(begin, offset_ - begin);
    }
    /// Goes back to an earlier offset.
    void rewind(size_t offset) { offset_ = offset; }

    void skip_blanks();
    /// The next character that is no blank, 0 at the end. Only blanks are taken.
    char peek();
    void expect(char wanted);
    bool try_take(char wanted);
    /// Letters, digits and underscores; may be empty.
    std::string_view take_word();
    int64_t take_number(int64_t value_min, int64_t value_max);
    /// A string between two `quote`s, its escapes undone.
    std::string take_quoted(char quote);

    [[noreturn]] void fail(const std::string& what) const;

    static bool is_word(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_';
    }

private:
    void append_escaped(std::string& to);

    std::string_view text_;
    const char* thing_;
    size_t offset_ = 0;
};

}  // namespace ch::format
