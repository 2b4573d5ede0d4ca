// Goal: no bytes make a parser of a part's small files do anything but return or throw Error. The
// first byte picks the parser.
#include "base/buffer.h"
#include "engine/format/checksums_txt.h"
#include "engine/format/columns_substreams.h"
#include "engine/format/columns_txt.h"
#include "engine/format/marks.h"
#include "engine/format/part_name.h"
#include "engine/format/serialization_json.h"
#include "engine/format/single_value.h"
#include "engine/format/skip_index.h"
#include "engine/format/type_text.h"

namespace ch::format {
namespace {

const char* const kTypes[] = {
    "UInt64",
    "String",
    "Nullable(Int32)",
    "LowCardinality(Nullable(String))",
    "Tuple(UInt8, Array(String))",
    "FixedString(3)",
    "Decimal(76, 2)",
    "Nullable(Float32)",
};
const char* const kIndices[] = {"minmax", "set(10)", "bloom_filter(0.01)", "bloom_filter"};

void parse_indexed(uint8_t choice, Bytes bytes) {
    std::vector<column::TypePtr> types = {parse_type(kTypes[choice % std::size(kTypes)]),
                                          parse_type(kTypes[choice / 16 % std::size(kTypes)])};
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
    if (choice % 2 == 0) {
        (void)read_value_rows(bytes, types, pool);
        return;
    }
    std::optional<SkipIndex> index =
        SkipIndex::parse(bytes, kIndices[choice / 2 % std::size(kIndices)], types, choice / 8);
    if (!index) return;
    for (size_t entry = 0; entry < index->count(); ++entry) {
        (void)index->range(entry, 1);
        (void)index->may_contain(entry, 0, std::string("x"));
        (void)index->may_contain(entry, 1, column::Int128{7});
    }
}

void parse(uint8_t choice, uint8_t detail, Bytes bytes) {
    switch (choice % 8) {
        case 0:
            (void)parse_columns_txt(as_text(bytes));
            break;
        case 1:
            (void)Checksums::parse(bytes);
            break;
        case 2: {
            MarksKind kind{static_cast<uint8_t>(detail % 4 + 1), (detail & 4) != 0};
            MarksFile file = parse_marks(bytes, kind, detail / 8U + 1U);
            uint64_t rows = 0;
            for (uint64_t count : file.rows) rows += count;
            (void)granules_of_rows(file.rows, rows);
            break;
        }
        case 3:
            (void)Serialization::parse(as_text(bytes));
            break;
        case 4:
            (void)parse_columns_substreams(as_text(bytes));
            break;
        case 5:
            parse_indexed(detail, bytes);
            break;
        case 6:
            (void)parse_packed_directory(bytes);
            break;
        default:
            (void)PartName::parse(as_text(bytes));
            break;
    }
}

}  // namespace
}  // namespace ch::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    try {
        ch::format::parse(data[0], data[1], {data + 2, size - 2});
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) __builtin_trap();
    }
    return 0;
}
