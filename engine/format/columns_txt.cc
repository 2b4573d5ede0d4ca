#include "engine/format/columns_txt.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "engine/format/file_limits.h"
#include "engine/format/type_text.h"

// columns format version: 1\n
// <N> columns:\n
// `name` Type\n        N times

namespace ch::format {

namespace {

[[noreturn]] void fail(const std::string& what, size_t at) {
    throw Error(ErrorCode::Corrupt, what, {}, static_cast<int64_t>(at));
}

// What ClickHouse's back-quoted names escape; a backslash before any other character stands for
// that one.
char unescaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case 'r':
            return '\r';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case '0':
            return '\0';
        default:
            return c;
    }
}

void expect(std::string_view text, size_t& at, std::string_view wanted) {
    if (text.substr(at, wanted.size()) != wanted)
        fail("expected \"" + std::string(wanted) + "\"", at);
    at += wanted.size();
}

size_t parse_count(std::string_view text, size_t& at) {
    size_t count = 0;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error != std::errc()) fail("expected the number of columns", at);
    if (count > kColumnsMax)
        fail(std::to_string(count) + " columns; at most " + std::to_string(kColumnsMax) +
                 " are read",
             at);
    at = static_cast<size_t>(end - text.data());
    return count;
}

void check_names(const std::vector<column::NameAndType>& columns) {
    std::vector<std::string_view> names;
    for (const column::NameAndType& column : columns) names.push_back(column.name);
    std::sort(names.begin(), names.end());
    // Columns are found by name: a second one of the same would be data that nobody reads.
    auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail("column \"" + std::string(*twice) + "\" is listed twice", 0);
    if (!names.empty() && names.front().empty()) fail("a column has an empty name", 0);
}

}  // namespace

std::string parse_backquoted(std::string_view text, size_t& at) {
    expect(text, at, "`");
    std::string name;
    while (at < text.size() && text[at] != '`') {
        if (text[at] != '\\') {
            name += text[at++];
            continue;
        }
        if (at + 1 >= text.size()) break;
        name += unescaped(text[at + 1]);
        at += 2;
    }
    expect(text, at, "`");
    return name;
}

std::vector<column::NameAndType> parse_columns_txt(std::string_view text) {
    size_t at = 0;
    expect(text, at, "columns format version: 1\n");
    size_t count = parse_count(text, at);
    expect(text, at, " columns:\n");
    std::vector<column::NameAndType> columns;
    for (size_t i = 0; i < count; ++i) {
        std::string name = parse_backquoted(text, at);
        expect(text, at, " ");
        size_t end = text.find('\n', at);
        if (end == std::string_view::npos) fail("the last line is cut", at);
        try {
            columns.push_back({std::move(name), parse_type(text.substr(at, end - at))});
        } catch (const Error& error) {
            // The type's offset counts from its own beginning; a reader of the message wants the
            // file's.
            throw Error(error.code(), error.message(), {},
                        static_cast<int64_t>(at) + std::max<int64_t>(error.offset(), 0));
        }
        at = end + 1;
    }
    if (at != text.size()) fail("more text behind the last column", at);
    check_names(columns);
    return columns;
}

}  // namespace ch::format
