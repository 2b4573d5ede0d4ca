#include "engine/table/sql_token.h"

#include <array>
#include <charconv>

#include "base/error.h"
#include "engine/format/escape.h"
#include "engine/table/limits.h"

namespace ch::table {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word_byte(char c) {
    return is_word_start(c) || is_digit(c);
}
bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

[[noreturn]] void fail(size_t offset, const std::string& what) {
    throw Error(ErrorCode::Corrupt, "table definition: " + what, {}, static_cast<int64_t>(offset));
}

class Tokenizer {
public:
    explicit Tokenizer(std::string_view sql) : sql_(sql) {}

    std::vector<SqlToken> run() {
        std::vector<SqlToken> tokens;
        for (;;) {
            bool space = skip_space();
            SqlToken token;
            token.space_before = space;
            token.offset = at_;
            if (at_ < sql_.size()) {
                token.kind = read_token();
                check_bracket(sql_[token.offset], token);
            }
            token.text = sql_.substr(token.offset, at_ - token.offset);
            tokens.push_back(token);
            if (token.kind == SqlToken::Kind::End) break;
        }
        if (!open_.empty())
            fail(sql_.size(), std::string("no bracket closes a '") + open_.back() + "'");
        return tokens;
    }

private:
    char peek(size_t ahead) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

    bool skip_space() {
        size_t from = at_;
        for (;;) {
            if (at_ < sql_.size() && is_space(sql_[at_])) {
                ++at_;
            } else if (peek(0) == '-' && peek(1) == '-') {
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            } else if (peek(0) == '/' && peek(1) == '*') {
                size_t end = sql_.find("*/", at_ + 2);
                if (end == std::string_view::npos) fail(at_, "a comment is not closed");
                at_ = end + 2;
            } else {
                return at_ != from;
            }
        }
    }

    SqlToken::Kind read_token() {
        char c = sql_[at_];
        if (is_word_start(c)) {
            while (at_ < sql_.size() && is_word_byte(sql_[at_])) ++at_;
            return SqlToken::Kind::Word;
        }
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
        if (c == '\'' || c == '"' || c == '`') return read_quoted(c);
        constexpr std::string_view kSymbols = "()[]{},.;:=<>!+-*/%?|@^&~$#";
        if (kSymbols.find(c) == std::string_view::npos) fail(at_, "unexpected byte");
        constexpr std::array<std::string_view, 8> kPairs = {
            "::", "->", "<=", ">=", "!=", "<>", "||", "=="};
        for (std::string_view pair : kPairs)
            if (sql_.substr(at_, 2) == pair) {
                at_ += 2;
                return SqlToken::Kind::Symbol;
            }
        ++at_;
        return SqlToken::Kind::Symbol;
    }

    SqlToken::Kind read_number() {
        bool hex = peek(0) == '0' && (peek(1) == 'x' || peek(1) == 'X');
        while (at_ < sql_.size()) {
            char c = sql_[at_];
            bool exponent_sign = !hex && (c == '+' || c == '-') && (upper(sql_[at_ - 1]) == 'E');
            if (!is_word_byte(c) && c != '.' && !exponent_sign) break;
            ++at_;
        }
        return SqlToken::Kind::Number;
    }

    SqlToken::Kind read_quoted(char quote) {
        size_t from = at_++;
        for (;;) {
            if (at_ >= sql_.size()) fail(from, "a quote is not closed");
            if (sql_[at_] == '\\') {
                at_ = std::min(at_ + 2, sql_.size());
            } else if (sql_[at_] != quote) {
                ++at_;
            } else if (peek(1) == quote) {
                at_ += 2;
            } else {
                ++at_;
                return quote == '\'' ? SqlToken::Kind::String : SqlToken::Kind::QuotedName;
            }
        }
    }

    void check_bracket(char c, const SqlToken& token) {
        if (token.kind != SqlToken::Kind::Symbol) return;
        if (c == '(' || c == '[' || c == '{') {
            if (open_.size() >= kNestingMax) fail(token.offset, "brackets nest too deep");
            open_.push_back(c);
        } else if (c == ')' || c == ']' || c == '}') {
            char opening = c == ')' ? '(' : c == ']' ? '[' : '{';
            if (open_.empty() || open_.back() != opening)
                fail(token.offset, std::string("a '") + c + "' closes no bracket");
            open_.pop_back();
        }
    }

    std::string_view sql_;
    size_t at_ = 0;
    std::string open_;
};

bool space_between(const SqlToken& left, const SqlToken& right) {
    if (right.is_symbol(",") || right.is_symbol(")") || right.is_symbol("]")) return false;
    if (left.is_symbol("(") || left.is_symbol("[")) return false;
    if (left.is_symbol(",") || left.is_symbol("=") || right.is_symbol("=")) return true;
    return right.space_before;
}

}  // namespace

bool SqlToken::is_word(std::string_view word) const {
    if (kind != Kind::Word || text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (upper(text[i]) != word[i]) return false;
    return true;
}

std::vector<SqlToken> tokenize_sql(std::string_view sql) {
    if (sql.size() > kCreateTextBytesMax) fail(0, "the text is too long");
    return Tokenizer(sql).run();
}

std::string unquote(const SqlToken& token) {
    if (token.kind != SqlToken::Kind::QuotedName && token.kind != SqlToken::Kind::String)
        return std::string(token.text);
    std::string_view inner = token.text.substr(1, token.text.size() - 2);
    std::string out;
    for (size_t at = 0; at < inner.size();) {
        if (inner[at] == '\\' && at + 1 < inner.size()) {
            if (!format::append_escape(out, inner, ++at)) out += "\\x";
            continue;
        }
        if (inner[at] == token.text[0]) ++at;  // a doubled quote stands for one
        out += inner[at++];
    }
    return out;
}

std::string quote_name(std::string_view name) {
    bool plain = !name.empty() && is_word_start(name[0]) && name != "NULL" && name != "null";
    for (char c : name) plain = plain && is_word_byte(c);
    if (plain) return std::string(name);
    std::string out = "`";
    for (char c : name) {
        if (c == '`' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out + "`";
}

std::optional<uint64_t> unsigned_number(const SqlToken& token) {
    const char* end = token.text.data() + token.text.size();
    uint64_t number = 0;
    auto [rest, failure] = std::from_chars(token.text.data(), end, number);
    return failure == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::string render_sql(std::span<const SqlToken> tokens) {
    std::string out;
    for (size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && space_between(tokens[i - 1], tokens[i])) out += ' ';
        if (tokens[i].kind == SqlToken::Kind::QuotedName)
            out += quote_name(unquote(tokens[i]));
        else
            out += tokens[i].text;
    }
    return out;
}

size_t closing_bracket(std::span<const SqlToken> tokens, size_t open) {
    size_t depth = 0;
    for (size_t i = open; i < tokens.size(); ++i) {
        if (tokens[i].kind != SqlToken::Kind::Symbol) continue;
        char c = tokens[i].text[0];
        if (c == '(' || c == '[' || c == '{') ++depth;
        if ((c == ')' || c == ']' || c == '}') && --depth == 0) return i;
    }
    assertion_failed("brackets match", __FILE__, __LINE__);
}

std::vector<std::span<const SqlToken>> split_commas(std::span<const SqlToken> tokens) {
    std::vector<std::span<const SqlToken>> pieces;
    size_t from = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
        const SqlToken& token = tokens[i];
        if (token.is_symbol("(") || token.is_symbol("[") || token.is_symbol("{")) {
            i = closing_bracket(tokens, i);
        } else if (token.is_symbol(",")) {
            pieces.push_back(tokens.subspan(from, i - from));
            from = i + 1;
        }
    }
    if (!tokens.empty()) pieces.push_back(tokens.subspan(from));
    return pieces;
}

}  // namespace ch::table
