#include "tools/ch/predicate_token.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "tools/ch/limits.h"

namespace ch::tools {

namespace {

using Kind = PredicateToken::Kind;

constexpr std::array<std::string_view, 11> kKeywords = {
    "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL", "TRUE", "FALSE", "DATE"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<uint8_t>(c) >= 0x80;
}
/// A dot belongs to a name: columns of Nested are n.a.
bool is_name_part(char c) {
    return is_name_start(c) || is_digit(c) || c == '.';
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    PredicateToken next() {
        while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
            ++at_;
        const size_t begin = at_;
        if (at_end()) return {Kind::End, "the end", begin};
        const char c = peek();
        if (c == '\'') return {Kind::Text, read_quoted(), begin};
        if (c == '`' || c == '"') return {Kind::Name, read_quoted(), begin};
        if (is_name_start(c)) return read_word();
        // There is no arithmetic, so a sign always belongs to a number.
        const bool signs_number = c == '-' || c == '+';
        const char after = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (is_digit(c) || ((signs_number || c == '.') && (is_digit(after) || after == '.')))
            return read_number();
        return read_symbol();
    }

private:
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

    PredicateToken read_word() {
        const size_t begin = at_;
        while (is_name_part(peek())) ++at_;
        std::string word(text_.substr(begin, at_ - begin));
        std::string keyword = upper(word);
        if (std::find(kKeywords.begin(), kKeywords.end(), keyword) != kKeywords.end())
            return {Kind::Keyword, keyword, begin};
        return {Kind::Name, word, begin};
    }

    PredicateToken read_number() {
        const size_t begin = at_;
        if (peek() == '-' || peek() == '+') ++at_;
        while (is_digit(peek())) ++at_;
        if (peek() == '.') ++at_;
        while (is_digit(peek())) ++at_;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '-' || peek() == '+') ++at_;
            if (!is_digit(peek())) fail_at(text_, at_, "expected the digits of an exponent");
            while (is_digit(peek())) ++at_;
        }
        if (is_name_start(peek())) fail_at(text_, at_, "a number ends in a letter");
        return {Kind::Number, std::string(text_.substr(begin, at_ - begin)), begin};
    }

    std::string read_quoted() {
        const size_t begin = at_;
        const char quote = text_[at_++];
        std::string result;
        while (!at_end()) {
            const char c = text_[at_++];
            if (c == quote) {
                if (peek() != quote) return result;
                ++at_;
            } else if (c == '\\' && !at_end()) {
                append_escape(result, text_[at_++]);
                continue;
            }
            result += c;
        }
        fail_at(text_, begin, std::string("this ") + quote + " is not closed");
    }

    static void append_escape(std::string& to, char escaped) {
        constexpr std::string_view kNames = "bfnrt0\\'\"`";
        constexpr std::string_view kMeanings("\b\f\n\r\t\0\\'\"`", kNames.size());
        const size_t at = kNames.find(escaped);
        // Others keep their backslash, as '\%' for LIKE.
        if (at == std::string_view::npos)
            (to += '\\') += escaped;
        else
            to += kMeanings[at];
    }

    PredicateToken read_symbol() {
        // Longer ones first: the first that fits is taken.
        constexpr std::array<std::string_view, 12> kSymbols = {"<=", ">=", "<>", "!=", "==", "=",
                                                               "<",  ">",  "(",  ")",  ",",  "."};
        for (std::string_view symbol : kSymbols) {
            if (!text_.substr(at_).starts_with(symbol)) continue;
            PredicateToken token{Kind::Symbol, std::string(symbol), at_};
            at_ += symbol.size();
            return token;
        }
        fail_at(text_, at_, std::string("'") + peek() + "' has no meaning here");
    }

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace

void fail_at(std::string_view predicate, size_t offset, const std::string& message) {
    std::string shown(predicate);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return static_cast<uint8_t>(c) < 0x20; }, ' ');
    // The caret counts characters, not bytes.
    const auto column = std::count_if(
        shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(std::min(offset, shown.size())),
        [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; });
    throw Error(ErrorCode::InvalidArgument,
                "--where: " + message + " at character " + std::to_string(column + 1) + "\n  " +
                    shown + "\n  " + std::string(static_cast<size_t>(column), ' ') + "^");
}

std::vector<PredicateToken> read_tokens(std::string_view predicate) {
    if (predicate.size() > kPredicateBytesMax)
        throw Error(ErrorCode::InvalidArgument,
                    "--where: longer than " + std::to_string(kPredicateBytesMax) + " bytes");
    Lexer lexer(predicate);
    std::vector<PredicateToken> tokens;
    do tokens.push_back(lexer.next());
    while (tokens.back().kind != Kind::End);
    return tokens;
}

}  // namespace ch::tools
