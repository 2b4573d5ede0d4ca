#include "engine/exec/like_pattern.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "engine/exec/utf8.h"

namespace ch::exec {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

[[noreturn]] void refuse(std::string_view pattern, const std::string& why) {
    throw Error(ErrorCode::InvalidArgument,
                "the LIKE pattern '" + std::string(pattern) + "' is invalid: " + why);
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, std::string_view escape) {
    if (escape.empty() || character_bytes(escape[0]) != escape.size())
        refuse(pattern, "the escape must be one character, found '" + std::string(escape) + "'");
    pieces_.emplace_back();
    bool percent = false;
    for (size_t at = 0; at < pattern.size();) {
        std::string_view character = pattern.substr(at, character_bytes(pattern[at]));
        at += character.size();
        if (character == escape) {
            if (at >= pattern.size()) refuse(pattern, "it ends with the escape character");
            character = pattern.substr(at, character_bytes(pattern[at]));
            at += character.size();
            if (character != "_" && character != "%" && character != escape)
                refuse(pattern, "the escape character stands before '" + std::string(character) +
                                    "'; only _, % and itself can be escaped");
            pieces_.back().text += character;
        } else if (character == "%") {
            percent = true;
            pieces_.emplace_back();
        } else if (character == "_") {
            pieces_.back().any.push_back(pieces_.back().text.size());
            pieces_.back().text += '_';
            has_any_ = true;
        } else {
            pieces_.back().text += character;
        }
    }
    // Spark matches Java strings by a regular expression, where bytes that are no UTF-8 have become
    // U+FFFD; but its optimiser turns `abc`, `abc%`, `%abc`, `%abc%` and `abc%xyz` without any
    // escape character into comparisons of bytes. So U+FFFD in a pattern matches wrong bytes only
    // outside of those forms, and `_` needs Java's characters always.
    bool replacement = pattern.find(kReplacement) != std::string_view::npos;
    bool bytewise = pattern.find(escape) == std::string_view::npos && is_simple();
    needs_decoding_ = has_any_ || (replacement && !bytewise);
    const Piece& front = pieces_.front();
    prefix_ = front.any.empty() ? front.text : front.text.substr(0, front.any.front());
    // Pruning compares the prefix with stored bytes, which are not decoded: where any wrong bytes
    // could stand for U+FFFD the prefix ends.
    if (needs_decoding_) prefix_ = prefix_.substr(0, prefix_.find(kReplacement));
    bool whole = prefix_.size() == front.text.size();
    is_exact_ = whole && !percent;
    is_prefix_ = whole && percent &&
                 std::all_of(pieces_.begin() + 1, pieces_.end(),
                             [](const Piece& piece) { return piece.text.empty(); });
}

bool LikePattern::is_simple() const {
    if (has_any_) return false;
    if (pieces_.size() == 3) return pieces_[0].text.empty() && pieces_[2].text.empty();
    return pieces_.size() <= 2;
}

bool LikePattern::matches(std::string_view text) const {
    if (!needs_decoding_) return matches_plain(text);
    std::string scratch;
    std::string_view decoded = java_text(text, scratch);
    return has_any_ ? matches_pieces(decoded) : matches_plain(decoded);
}

bool LikePattern::matches_plain(std::string_view text) const {
    const std::string& front = pieces_.front().text;
    if (pieces_.size() == 1) return text == front;
    const std::string& back = pieces_.back().text;
    // The sizes first: front and back may not share bytes (`ab%ba` does not match `aba`).
    if (text.size() < front.size() + back.size() || !text.starts_with(front) ||
        !text.ends_with(back))
        return false;
    text = text.substr(front.size(), text.size() - front.size() - back.size());
    for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
        const std::string& piece = pieces_[i].text;
        // Byte search is right in UTF-8: a whole character never begins inside another one.
        const void* found = memmem(text.data(), text.size(), piece.data(), piece.size());
        if (found == nullptr) return false;
        auto at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
        text.remove_prefix(at + piece.size());
    }
    return true;
}

bool LikePattern::piece_at(const Piece& piece, std::string_view text, size_t at, size_t& end) {
    size_t from = 0;
    for (size_t any : piece.any) {
        if (text.substr(at, any - from) != std::string_view(piece.text).substr(from, any - from))
            return false;
        at += any - from;
        if (at >= text.size()) return false;
        at += character_bytes(text[at]);
        from = any + 1;
    }
    std::string_view rest = std::string_view(piece.text).substr(from);
    if (at > text.size() || text.substr(at, rest.size()) != rest) return false;
    end = at + rest.size();
    return true;
}

bool LikePattern::matches_pieces(std::string_view text) const {
    size_t at = 0;
    if (!piece_at(pieces_.front(), text, 0, at)) return false;
    if (pieces_.size() == 1) return at == text.size();
    // The leftmost place for each piece leaves the most room for those behind it; the last must end
    // the text.
    for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
        size_t end = 0;
        while (at <= text.size() && !piece_at(pieces_[i], text, at, end))
            at += at < text.size() ? character_bytes(text[at]) : 1;
        if (at > text.size()) return false;
        at = end;
    }
    for (size_t end = 0; at <= text.size(); at += at < text.size() ? character_bytes(text[at]) : 1)
        if (piece_at(pieces_.back(), text, at, end) && end == text.size()) return true;
    return false;
}

}  // namespace ch::exec
