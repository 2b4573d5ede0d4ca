// Any text as --where over columns of several types: an expression, or an Error that says what is
// wrong with it.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/io/mem_fs.h"
#include "engine/format/type_text.h"
#include "tools/ch/predicate_parser.h"

namespace {

const std::map<std::string, std::string, std::less<>> kColumns = {
    {"i", "Int32"},
    {"u", "UInt64"},
    {"f", "Nullable(Float64)"},
    {"d", "Decimal(18, 4)"},
    {"s", "String"},
    {"x", "FixedString(3)"},
    {"l", "LowCardinality(Nullable(String))"},
    {"e", "Enum8('a' = 1, 'b' = -2)"},
    {"b", "Bool"},
    {"day", "Date32"},
    {"t", "DateTime('UTC')"},
    {"t9", "DateTime64(9, 'UTC')"},
    {"id", "UUID"},
    {"ip", "IPv6"},
    {"a", "Array(Int8)"},
};

ch::column::TypePtr type_of(const std::string& name) {
    const auto found = kColumns.find(name);
    if (found == kColumns.end()) throw ch::Error(ch::ErrorCode::NotFound, "no column " + name);
    return ch::format::parse_type(found->second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const ch::io::MemFs files;
    try {
        (void)ch::tools::parse_predicate(text, type_of, files);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
