#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ch::tools {

/// A table of text for people: a head line, columns as wide as they need, numbers to the right.
class TablePrinter {
public:
    enum class Align : uint8_t { Left, Right };
    struct Head {
        std::string text;
        Align align = Align::Left;
    };

    explicit TablePrinter(std::vector<Head> head) : head_(std::move(head)) {}
    /// Requires: as many cells as the head has.
    void add(std::vector<std::string> cells);
    [[nodiscard]] std::string text() const;

private:
    std::vector<Head> head_;
    std::vector<std::vector<std::string>> rows_;
};

/// Text from a file as one line that a terminal can show: control characters become \xNN.
std::string printable(std::string_view text);

}  // namespace ch::tools
