// Goal: what is written is read back as it was given, by our reader, in every form of part; and
// nothing that verify_part() looks at is wrong. Method: the columns of parts that a real ClickHouse
// wrote (tests/golden/parts) and made-up ones with many distinct and large values go through
// PartWriter into MemFs in blocks and granules of odd sizes. That a real ClickHouse agrees is shown
// by tests/compat/written.py.
#include "engine/part/part_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/io/mem_fs.h"
#include "base/io/posix_fs.h"
#include "engine/exec/evaluate.h"
#include "engine/part/part_reader.h"
#include "engine/part/verify_part.h"

namespace ch::part {
namespace {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::TypeId;

std::shared_ptr<BufferPool> test_pool() {
    static auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(1U << 30));
    return pool;
}

void append_text(std::string& to, const Column& column, size_t row) {
    if (column.is_null(row)) {
        to += "NULL,";
        return;
    }
    TypeId id = column.type->id;
    if (id == TypeId::Tuple) {
        for (const ColumnPtr& child : column.children) append_text(to, *child, row);
    } else if (id == TypeId::LowCardinality) {
        append_text(to, *column.children[0], static_cast<size_t>(column.data.as<int32_t>()[row]));
    } else if (id == TypeId::Array || id == TypeId::Map) {
        const int32_t* ends = column.offsets.as<int32_t>();
        to += '[';
        for (const ColumnPtr& child : column.children)
            for (int32_t i = ends[row]; i < ends[row + 1]; ++i)
                append_text(to, *child, static_cast<size_t>(i));
        to += ']';
    } else if (id == TypeId::String) {
        to += std::to_string(column.text(row).size()) + ":" + std::string(column.text(row));
    } else {
        size_t width = column.type->width();
        to += to_hex({column.data.data() + row * width, width}) + ",";
    }
}

std::vector<std::string> texts(const Column& column) {
    std::vector<std::string> rows(column.rows);
    for (size_t row = 0; row < column.rows; ++row) append_text(rows[row], column, row);
    return rows;
}

Block read_all(const std::shared_ptr<const Part>& part) {
    PartReader::Options options;
    options.pool = test_pool();
    PartReader reader(part, options);
    Block block;
    block.rows = part->rows();
    for (size_t i = 0; i < part->columns().size(); ++i) {
        reader.seek(i, 0);
        block.names.push_back(part->columns()[i].name);
        block.columns.push_back(std::make_shared<const Column>(reader.read(i, part->rows())));
    }
    return block;
}

PartSpec spec_of(const Block& block) {
    PartSpec spec;
    for (size_t i = 0; i < block.columns.size(); ++i)
        spec.columns.push_back({block.names[i], block.columns[i]->type, {}});
    return spec;
}

struct Form {
    std::optional<PartKind> kind;
    uint64_t granule_rows;
    size_t block_rows;
    const char* codec;
};
constexpr Form kForms[] = {{PartKind::Wide, 8192, 1U << 20, "LZ4"},
                           {PartKind::Wide, 7, 10, "ZSTD(3)"},
                           {PartKind::Compact, 8192, 1U << 20, "NONE"},
                           {PartKind::Compact, 11, 3, "Delta(8), ZSTD"},
                           {std::nullopt, 100, 1000, "LZ4HC(9)"}};

WrittenPart write(io::FileSystem& files, const Block& block, PartSpec spec, const Form& form) {
    spec.kind = form.kind;
    spec.granule_rows = form.granule_rows;
    spec.codec = format::FrameCodec::of_declaration(form.codec);
    PartWriter writer(files, "/all_1_1_0", std::move(spec), test_pool());
    for (size_t row = 0; row < block.rows; row += form.block_rows) {
        Block piece{std::min(form.block_rows, block.rows - row), block.names, {}};
        for (const ColumnPtr& column : block.columns)
            piece.columns.push_back(exec::slice(column, row, piece.rows, test_pool()));
        writer.append(piece);
    }
    return writer.finish();
}

void expect_round_trip(const Block& block, const PartSpec& spec, const std::string& what) {
    for (const Form& form : kForms) {
        SCOPED_TRACE(what + ", granules of " + std::to_string(form.granule_rows));
        auto files = std::make_shared<io::MemFs>();
        ASSERT_TRUE(files->make_folder("/all_1_1_0"));
        WrittenPart written = write(*files, block, spec, form);
        EXPECT_EQ(written.rows, block.rows);
        for (const Finding& finding : verify_part(files, "/all_1_1_0", test_pool()))
            ADD_FAILURE() << finding.file << ": " << finding.what;
        Block found = read_all(Part::open(files, "/all_1_1_0"));
        ASSERT_EQ(found.names, block.names);
        for (size_t i = 0; i < block.columns.size(); ++i) {
            EXPECT_EQ(found.columns[i]->type->name(), block.columns[i]->type->name());
            EXPECT_TRUE(texts(*found.columns[i]) == texts(*block.columns[i])) << block.names[i];
        }
    }
}

ColumnPtr make_texts(const std::vector<std::string>& values, TypeId id = TypeId::String) {
    Column column = column::make_column(column::make_type(id), values.size(), test_pool());
    std::string bytes;
    for (size_t i = 0; i < values.size(); ++i) {
        bytes += values[i];
        column.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(bytes.size());
    }
    column.data = test_pool()->make(bytes.size());
    if (!bytes.empty()) std::memcpy(column.data.data(), bytes.data(), bytes.size());
    return std::make_shared<const Column>(std::move(column));
}

ColumnPtr make_numbers(size_t rows, int64_t factor, int64_t modulus) {
    Column column = column::make_column(column::make_type(TypeId::Int64), rows, test_pool());
    for (size_t i = 0; i < rows; ++i)
        column.data.as<int64_t>()[i] = static_cast<int64_t>(i) * factor % modulus;
    return std::make_shared<const Column>(std::move(column));
}

TEST(PartWriter, PartsOfARealClickHouseAreWrittenAnewValueByValue) {
    auto disk = std::make_shared<io::PosixFs>();
    size_t parts = 0;
    for (const auto& version : std::filesystem::directory_iterator(CH_GOLDEN_PARTS))
        for (const auto& entry : std::filesystem::directory_iterator(version.path())) {
            if (!entry.is_directory()) continue;
            std::shared_ptr<const Part> part = Part::open(disk, entry.path().string());
            bool is_read = true;
            for (const column::NameAndType& column : part->columns())
                is_read &= column.type->id != TypeId::Unsupported;
            if (!is_read || part->rows() == 0) continue;
            Block block = read_all(part);
            expect_round_trip(block, spec_of(block), entry.path().string());
            ++parts;
        }
    EXPECT_GT(parts, 10U);
}

TEST(PartWriter, MoreKeysThanOneDictionaryHoldsAndTextsLargerThanAFrameComeBack) {
    constexpr size_t kRows = 30'000;
    std::vector<std::string> keys;
    for (size_t i = 0; i < 20'000; ++i) keys.push_back(std::to_string(i * i));
    Column codes;
    codes.type = [] {
        auto type = std::make_shared<column::Type>();
        type->id = TypeId::LowCardinality;
        type->children = {column::make_type(TypeId::String)};
        return type;
    }();
    codes.rows = kRows;
    codes.data = test_pool()->make(kRows * sizeof(int32_t));
    for (size_t i = 0; i < kRows; ++i)
        codes.data.as<int32_t>()[i] = static_cast<int32_t>(i * 7919 % keys.size());
    codes.children = {make_texts(keys)};
    std::vector<std::string> large(kRows);
    large[5] = std::string(3U << 20, 'x');
    large[6] = std::string((64U << 10) - 1, 'y');
    large[kRows - 1] = std::string(70'000, 'z');
    Block block{kRows,
                {"codes", "large", "a.b"},
                {std::make_shared<const Column>(std::move(codes)), make_texts(large),
                 make_numbers(kRows, 1, 1 << 30)}};
    expect_round_trip(block, spec_of(block), "made up");
}

TEST(PartWriter, TellsTheKeyRangeTheColumnRangesAndTheGranules) {
    Block block{1000, {"k", "v"}, {make_numbers(1000, 2, 1 << 30), make_numbers(1000, 337, 1000)}};
    PartSpec spec = spec_of(block);
    spec.sorting_key = spec.primary_key = {"k"};
    spec.partition_types = {column::make_type(TypeId::UInt32)};
    spec.partition_values = {column::Scalar(column::Int128{202401})};
    spec.min_max_columns = {"v"};
    spec.indices = {{"i", "minmax", {"v"}, {}, 3}, {"b", "bloom_filter(0.01)", {"v"}, {}, 2}};
    auto files = std::make_shared<io::MemFs>();
    ASSERT_TRUE(files->make_folder("/all_1_1_0"));
    WrittenPart written = write(*files, block, spec, {PartKind::Wide, 100, 70, "LZ4"});
    EXPECT_EQ(written.partition_id, "202401");
    EXPECT_EQ(written.granules, 10U);
    EXPECT_EQ(std::get<column::Int128>(written.first_key.at(0)), 0);
    EXPECT_EQ(std::get<column::Int128>(written.last_key.at(0)), 1998);
    EXPECT_EQ(std::get<column::Int128>(written.ranges.at(0).min), 0);
    EXPECT_EQ(std::get<column::Int128>(written.ranges.at(0).max), 999);
    EXPECT_FALSE(written.open_files.empty());
    std::shared_ptr<const Part> part = Part::open(files, "/all_1_1_0");
    EXPECT_EQ(part->primary_index({block.columns[0]->type}).at(0)->rows, 11U);
    auto index = part->skip_index("i", "minmax", {block.columns[1]->type}, 3);
    ASSERT_TRUE(index.has_value());
    EXPECT_EQ(index->count(), 4U);
    auto filter = part->skip_index("b", "bloom_filter(0.01)", {block.columns[1]->type}, 2);
    ASSERT_TRUE(filter.has_value());
    EXPECT_TRUE(filter->may_contain(0, 0, column::Scalar(column::Int128{337})));
}

TEST(PartWriter, APartWithoutRowsHasEmptyFiles) {
    Block block{0, {"k"}, {make_numbers(0, 1, 1)}};
    PartSpec spec = spec_of(block);
    spec.sorting_key = spec.primary_key = {"k"};
    auto files = std::make_shared<io::MemFs>();
    ASSERT_TRUE(files->make_folder("/all_1_1_0"));
    WrittenPart written = write(*files, block, spec, kForms[0]);
    EXPECT_EQ(written.rows, 0U);
    EXPECT_EQ(files->file_size("/all_1_1_0/k.bin"), 0U);
    EXPECT_EQ(files->file_size("/all_1_1_0/primary.idx"), 0U);
}

TEST(PartWriter, RowsOfAnotherTypeAreRefused) {
    Block block{1, {"k"}, {make_numbers(1, 1, 1)}};
    PartSpec spec;
    spec.columns = {{"k", column::make_type(TypeId::String), {}}};
    auto files = std::make_shared<io::MemFs>();
    ASSERT_TRUE(files->make_folder("/all_1_1_0"));
    try {
        write(*files, block, spec, kForms[0]);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
        EXPECT_NE(error.message().find("\"k\""), std::string::npos);
    }
}

}  // namespace
}  // namespace ch::part
