#include "engine/format/columns_substreams.h"

#include <charconv>

#include "base/error.h"
#include "engine/format/columns_txt.h"
#include "engine/format/file_limits.h"

// columns substreams version: 1\n
// <N> columns:\n
// <k> substreams for column `name`:\n        N times, each with
// \t<stream>\n                               k times

namespace ch::format {

namespace {

[[noreturn]] void fail(const std::string& what, size_t at) {
    throw Error(ErrorCode::Corrupt, what, {}, static_cast<int64_t>(at));
}

void expect(std::string_view text, size_t& at, std::string_view wanted) {
    if (text.substr(at, wanted.size()) != wanted)
        fail("expected \"" + std::string(wanted) + "\"", at);
    at += wanted.size();
}

size_t read_count(std::string_view text, size_t& at) {
    size_t count = 0;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error != std::errc()) fail("expected a number", at);
    if (count > kColumnsMax) fail("the number " + std::to_string(count) + " is too large", at);
    at = static_cast<size_t>(end - text.data());
    return count;
}

}  // namespace

std::vector<ColumnSubstreams> parse_columns_substreams(std::string_view text) {
    size_t at = 0;
    expect(text, at, "columns substreams version: 1\n");
    size_t count = read_count(text, at);
    expect(text, at, " columns:\n");
    std::vector<ColumnSubstreams> columns;
    for (size_t i = 0; i < count; ++i) {
        ColumnSubstreams column;
        size_t streams = read_count(text, at);
        expect(text, at, " substreams for column ");
        column.column = parse_backquoted(text, at);
        expect(text, at, ":\n");
        for (size_t s = 0; s < streams; ++s) {
            expect(text, at, "\t");
            size_t end = text.find('\n', at);
            if (end == std::string_view::npos) fail("the last line is cut", at);
            column.streams.emplace_back(text.substr(at, end - at));
            at = end + 1;
        }
        columns.push_back(std::move(column));
    }
    if (at != text.size()) fail("more text behind the last column", at);
    return columns;
}

}  // namespace ch::format
