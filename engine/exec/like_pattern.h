#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ch::exec {

/// A LIKE pattern, made ready. `%` matches any run of characters, `_` one character, the escape
/// character makes the next
/// `%`, `_` or itself a plain character. As in Spark, text that is not UTF-8 is matched as Java
/// decodes it. Immutable.
class LikePattern {
public:
    /// Throws Error{InvalidArgument} if an escape stands before another character or at the end, or
    /// if `escape` is not one character.
    LikePattern(std::string_view pattern, std::string_view escape);

    [[nodiscard]] bool matches(std::string_view text) const;

    /// What every text that matches begins with.
    [[nodiscard]] const std::string& prefix() const { return prefix_; }
    /// True if it matches exactly what begins with prefix() (`abc%`), or exactly prefix() (`abc`).
    [[nodiscard]] bool is_prefix() const { return is_prefix_; }
    [[nodiscard]] bool is_exact() const { return is_exact_; }

private:
    // A pattern is pieces between percent signs; within one, `any` tells the places of `_`.
    struct Piece {
        std::string text;
        std::vector<size_t> any;  // where in `text` a byte stands for `_`, rising
    };
    [[nodiscard]] bool is_simple() const;
    static bool piece_at(const Piece& piece, std::string_view text, size_t at, size_t& end);
    [[nodiscard]] bool matches_plain(std::string_view text) const;
    [[nodiscard]] bool matches_pieces(std::string_view text) const;

    std::vector<Piece> pieces_;  // at least one; between each two stands a percent sign
    std::string prefix_;
    bool is_prefix_ = false;
    bool is_exact_ = false;
    bool needs_decoding_ = false;  // has `_`, or a U+FFFD that other bytes decode to
    bool has_any_ = false;
};

}  // namespace ch::exec
