#include "tools/ch/table_printer.h"

#include <algorithm>

#include "base/error.h"

namespace ch::tools {

namespace {

constexpr size_t kGap = 2;

/// Code points, as a terminal would show them (wide characters apart).
size_t width_of(std::string_view text) {
    return static_cast<size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace

void TablePrinter::add(std::vector<std::string> cells) {
    CH_ASSERT(cells.size() == head_.size());
    rows_.push_back(std::move(cells));
}

std::string TablePrinter::text() const {
    std::vector<size_t> widths;
    for (const Head& head : head_) widths.push_back(width_of(head.text));
    for (const auto& row : rows_)
        for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));

    std::string text;
    auto append_line = [&](auto cell_at) {
        size_t blanks = 0;  // owed before the next cell, so that no line ends with them
        for (size_t i = 0; i < head_.size(); ++i) {
            const std::string& cell = cell_at(i);
            const size_t fill = widths[i] - width_of(cell);
            const bool right = head_[i].align == Align::Right;
            if (right) blanks += fill;
            if (!cell.empty()) {
                text.append(blanks, ' ').append(cell);
                blanks = 0;
            } else {
                blanks += widths[i] - fill;
            }
            if (!right) blanks += fill;
            blanks += kGap;
        }
        text += '\n';
    };
    append_line([&](size_t i) -> const std::string& { return head_[i].text; });
    for (const auto& row : rows_)
        append_line([&](size_t i) -> const std::string& { return row[i]; });
    return text;
}

/// Names and comments come from files: an escape sequence in one must not reach the terminal.
std::string printable(std::string_view text) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string result;
    for (char c : text) {
        const auto byte = static_cast<uint8_t>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            result += c;
            continue;
        }
        ((result += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
    }
    return result;
}

}  // namespace ch::tools
