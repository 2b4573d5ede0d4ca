#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ch::table {

/// One token of ClickHouse's SQL. `text` is the token as it stands in the source, quotes included.
struct SqlToken {
    enum class Kind : uint8_t { Word, QuotedName, String, Number, Symbol, End };
    Kind kind = Kind::End;
    bool space_before = false;
    std::string_view text;
    size_t offset = 0;

    /// A bare word, compared without case. `word` is in upper case.
    [[nodiscard]] bool is_word(std::string_view word) const;
    [[nodiscard]] bool is_symbol(std::string_view symbol) const {
        return kind == Kind::Symbol && text == symbol;
    }
};

/// Cuts a text into tokens; the last is End. The tokens refer to `sql`. Comments count as space.
/// Throws Error{Corrupt} with the offset for a quote or comment that is not closed, brackets that
/// do not match or nest too deep, and bytes that start no token.
std::vector<SqlToken> tokenize_sql(std::string_view sql);

/// The name that a Word or QuotedName means, or the bytes that a String means (escapes resolved).
std::string unquote(const SqlToken& token);

/// The number that a token is, if it is one of digits alone.
std::optional<uint64_t> unsigned_number(const SqlToken& token);

/// Tokens as one line of SQL with ClickHouse's spacing: names quoted only where they must be.
std::string render_sql(std::span<const SqlToken> tokens);

/// The name as SQL: bare if it is a plain word, else in backquotes.
std::string quote_name(std::string_view name);

/// Index of the bracket that closes the one at `open`. Requires: tokens come from tokenize_sql and
/// `open` is `(`, `[` or `{`.
size_t closing_bracket(std::span<const SqlToken> tokens, size_t open);

/// The pieces of a list between commas that stand outside brackets; none for an empty list.
std::vector<std::span<const SqlToken>> split_commas(std::span<const SqlToken> tokens);

}  // namespace ch::table
