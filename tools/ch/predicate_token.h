#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ch::tools {

/// A word of a --where text.
struct PredicateToken {
    enum class Kind : uint8_t { Name, Keyword, Number, Text, Symbol, End };
    Kind kind = Kind::End;
    std::string text;   ///< Keyword: upper case; Name and Text: without quotes and escapes
    size_t offset = 0;  ///< of its first byte
};

/// Throws Error{InvalidArgument} that shows the text with a caret at `offset`.
[[noreturn]] void fail_at(std::string_view predicate, size_t offset, const std::string& message);

/// Cuts a predicate into tokens, the last one End. Names may stand in `` or "", text in '' with ''
/// or backslash escapes as in ClickHouse. Throws as fail_at.
std::vector<PredicateToken> read_tokens(std::string_view predicate);

}  // namespace ch::tools
