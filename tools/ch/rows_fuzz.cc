// Any text as rows of ch import. The first byte says which way: CSV or JSONEachRow. Blocks of the
// table's types, or an Error that names the line.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/io/mem_fs.h"
#include "engine/format/type_text.h"
#include "tools/ch/row_source.h"

namespace {

constexpr std::array<std::pair<const char*, const char*>, 14> kColumns = {{
    {"i", "Int32"},
    {"u", "UInt64"},
    {"f", "Nullable(Float64)"},
    {"d", "Decimal(18, 4)"},
    {"s", "LowCardinality(Nullable(String))"},
    {"x", "FixedString(3)"},
    {"e", "Enum8('a' = 1, 'b' = -2)"},
    {"b", "Bool"},
    {"day", "Date32"},
    {"t", "DateTime64(9, 'UTC')"},
    {"id", "UUID"},
    {"ip", "IPv6"},
    {"a", "Array(Nullable(Int8))"},
    {"m", "Map(String, Array(UInt16))"},
}};

ch::tools::RowSourceOptions options() {
    constexpr size_t kMemoryBytes = size_t{64} << 20;
    ch::tools::RowSourceOptions options;
    for (const auto& [name, type] : kColumns) {
        ch::table::TableColumn& column = options.columns.emplace_back();
        column.name = name;
        column.type = ch::format::parse_type(type);
    }
    options.pool =
        std::make_shared<ch::BufferPool>(std::make_shared<ch::MemoryBudget>(kMemoryBytes));
    options.files = std::make_shared<ch::io::MemFs>();
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    std::istringstream from(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
    try {
        const auto source = data[0] % 2 == 0 ? ch::tools::make_csv_source(from, options())
                                             : ch::tools::make_jsonl_source(from, options());
        while (source->next().has_value()) {
        }
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
