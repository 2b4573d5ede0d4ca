// Export to Arrow of columns made by hand: formats, buffers, and who owns what. Values of real
// tables are compared through pyarrow in tests/python/test_arrow_stream.py.
#include "connector/arrow_array.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/error.h"
#include "connector/arrow_schema.h"
#include "engine/format/type_text.h"

namespace ch::connector {
namespace {

using column::Block;
using column::Column;
using column::ColumnPtr;
using column::TypePtr;

class ArrowArrayTest : public testing::Test {
protected:
    template <typename T>
    Column fixed(const char* type, const std::vector<T>& values) {
        Column column = column::make_column(format::parse_type(type), values.size(), pool_);
        std::memcpy(column.data.data(), values.data(), values.size() * sizeof(T));
        return column;
    }
    Column text(const char* type, const std::vector<std::string>& values) {
        Column column = column::make_column(format::parse_type(type), values.size(), pool_);
        std::string all;
        for (size_t i = 0; i < values.size(); ++i) {
            all += values[i];
            column.offsets.as<int32_t>()[i + 1] = static_cast<int32_t>(all.size());
        }
        column.data = pool_->make(all.size());
        std::memcpy(column.data.data(), all.data(), all.size());
        return column;
    }
    void set_nulls(Column& column, const std::vector<uint8_t>& nulls) {
        column.nulls = pool_->make(nulls.size());
        std::memcpy(column.nulls.data(), nulls.data(), nulls.size());
    }
    static ColumnPtr share(Column column) {
        return std::make_shared<const Column>(std::move(column));
    }
    ArrowArray export_one(const ColumnPtr& column, const ExportOptions& options = {}) {
        Block block{column->rows, {"c"}, {column}};
        ArrowArray array;
        export_block(block, {arrow_type(column->type, options)}, options, pool_, &array);
        return array;
    }

    std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(1 << 20);
    std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>(budget_);
};

std::string format_of(const char* type, const ExportOptions& options = {}) {
    return arrow_format(*arrow_type(format::parse_type(type), options), options);
}

TEST_F(ArrowArrayTest, FormatsAreTheNearestArrowTypes) {
    EXPECT_EQ(format_of("Bool"), "b");
    EXPECT_EQ(format_of("UInt64"), "L");
    EXPECT_EQ(format_of("Int128"), "w:16");
    EXPECT_EQ(format_of("Decimal(9, 2)"), "d:9,2,32");
    EXPECT_EQ(format_of("Decimal(15, 2)"), "d:15,2,64");
    EXPECT_EQ(format_of("Decimal(38, 10)"), "d:38,10");
    EXPECT_EQ(format_of("Decimal(76, 10)"), "d:76,10,256");
    EXPECT_EQ(format_of("Decimal(15, 2)", {.decimal128 = true}), "d:15,2");
    EXPECT_EQ(format_of("FixedString(5)"), "w:5");
    EXPECT_EQ(format_of("Date"), "tdD");
    EXPECT_EQ(format_of("DateTime"), "tss:UTC");
    EXPECT_EQ(format_of("DateTime('Asia/Tokyo')"), "tss:Asia/Tokyo");
    EXPECT_EQ(format_of("DateTime64(4)"), "tsu:UTC");
    EXPECT_EQ(format_of("Enum8('a' = 1)"), "i");
    EXPECT_EQ(format_of("LowCardinality(String)"), "i");
    EXPECT_EQ(format_of("LowCardinality(String)", {.dictionary = false}), "u");
    EXPECT_EQ(format_of("LowCardinality(UInt32)"), "I");
    EXPECT_EQ(format_of("Map(String, Array(UInt8))"), "+m");
}

TEST_F(ArrowArrayTest, SparkFormatsAreThoseOfSparksTypes) {
    ExportOptions spark{.types = ResultTypes::Spark};
    EXPECT_EQ(format_of("UInt8", spark), "s");
    EXPECT_EQ(format_of("UInt64", spark), "d:20,0");
    EXPECT_EQ(format_of("DateTime('Asia/Tokyo')", spark), "tsu:UTC");
    EXPECT_EQ(format_of("UUID", spark), "u");
    EXPECT_EQ(format_of("Array(Nullable(UInt16))", spark), "+l");
}

TEST_F(ArrowArrayTest, FixedValuesAreHandedOverWithoutACopy) {
    ColumnPtr column = share(fixed<int64_t>("Int64", {1, -2, 3}));
    const void* data = column->data.data();
    ArrowArray array = export_one(column);
    ASSERT_EQ(array.n_children, 1);
    EXPECT_EQ(array.children[0]->length, 3);
    EXPECT_EQ(array.children[0]->n_buffers, 2);
    EXPECT_EQ(array.children[0]->buffers[0], nullptr);
    EXPECT_EQ(array.children[0]->buffers[1], data);
    array.release(&array);
    EXPECT_EQ(array.release, nullptr);
}

TEST_F(ArrowArrayTest, NullBytesBecomeAValidityBitmap) {
    Column column = text("Nullable(String)", {"a", "", "ccc"});
    set_nulls(column, {0, 1, 0});
    ArrowArray array = export_one(share(std::move(column)));
    const ArrowArray& child = *array.children[0];
    EXPECT_EQ(child.null_count, 1);
    EXPECT_EQ(*static_cast<const uint8_t*>(child.buffers[0]), 0b101);
    EXPECT_EQ(std::string(static_cast<const char*>(child.buffers[2]), 4), "accc");
    array.release(&array);
}

TEST_F(ArrowArrayTest, AChildMovedOutOutlivesItsParentAndTheLastReleaseFreesAllMemory) {
    ArrowArray moved;
    {
        ArrowArray array = export_one(share(fixed<int64_t>("Int64", {5, 6})));
        moved = *array.children[0];
        array.children[0]->release = nullptr;
        array.release(&array);
    }
    EXPECT_EQ(static_cast<const int64_t*>(moved.buffers[1])[1], 6);
    moved.release(&moved);
    pool_->trim();
    EXPECT_EQ(budget_->used_bytes(), 0u);
}

TEST_F(ArrowArrayTest, LowCardinalityCrossesAsADictionaryOrAsItsValues) {
    auto make = [&] {
        Column codes = fixed<int32_t>("LowCardinality(Nullable(String))", {1, 0, 1});
        set_nulls(codes, {0, 1, 0});
        codes.children.push_back(share(text("String", {"", "xyz"})));
        return share(std::move(codes));
    };
    ArrowArray array = export_one(make());
    ASSERT_NE(array.children[0]->dictionary, nullptr);
    EXPECT_EQ(array.children[0]->dictionary->length, 2);
    EXPECT_EQ(static_cast<const int32_t*>(array.children[0]->buffers[1])[2], 1);
    array.release(&array);

    array = export_one(make(), {.dictionary = false});
    EXPECT_EQ(array.children[0]->dictionary, nullptr);
    EXPECT_EQ(array.children[0]->null_count, 1);
    EXPECT_EQ(std::string(static_cast<const char*>(array.children[0]->buffers[2]), 6), "xyzxyz");
    array.release(&array);
}

TEST_F(ArrowArrayTest, MapIsAListOfNonNullEntries) {
    Column map = column::make_column(format::parse_type("Map(String, Date)"), 2, pool_);
    map.offsets.as<int32_t>()[1] = 0;
    map.offsets.as<int32_t>()[2] = 2;
    map.children.push_back(share(text("String", {"a", "b"})));
    map.children.push_back(share(fixed<uint16_t>("Date", {1, 65535})));
    ArrowArray array = export_one(share(std::move(map)));
    const ArrowArray& entries = *array.children[0]->children[0];
    EXPECT_EQ(entries.length, 2);
    ASSERT_EQ(entries.n_children, 2);
    EXPECT_EQ(static_cast<const int32_t*>(entries.children[1]->buffers[1])[1], 65535);
    array.release(&array);
}

TEST_F(ArrowArrayTest, ATimeThatDoesNotFitTheFinerUnitIsRefused) {
    ColumnPtr column = share(fixed<int64_t>("DateTime64(7)", {INT64_MAX}));
    EXPECT_THROW(export_one(column), Error);
    pool_->trim();
    column = nullptr;
    pool_->trim();
    EXPECT_EQ(budget_->used_bytes(), 0u);
}

TEST_F(ArrowArrayTest, ABlockWithoutColumnsKeepsItsRows) {
    ArrowArray array;
    export_block(Block{42, {}, {}}, {}, {}, pool_, &array);
    EXPECT_EQ(array.length, 42);
    EXPECT_EQ(array.n_children, 0);
    array.release(&array);
}

TEST_F(ArrowArrayTest, SchemaNamesItsFieldsAndSaysWhichMayBeNull) {
    ArrowSchema schema;
    ExportOptions options;
    std::vector<column::NameAndType> fields;
    for (const auto& [name, type] : {std::pair{"a", "Nullable(Int64)"},
                                     {"t", "Tuple(x UInt8, y UUID)"},
                                     {"m", "Map(String, Int8)"}})
        fields.push_back({name, arrow_type(format::parse_type(type), options)});
    export_schema(fields, options, &schema);
    EXPECT_STREQ(schema.format, "+s");
    ASSERT_EQ(schema.n_children, 3);
    EXPECT_STREQ(schema.children[0]->name, "a");
    EXPECT_EQ(schema.children[0]->flags, ARROW_FLAG_NULLABLE);
    EXPECT_EQ(schema.children[1]->flags, 0);
    EXPECT_STREQ(schema.children[1]->children[1]->name, "y");
    EXPECT_NE(schema.children[1]->children[1]->metadata, nullptr);
    EXPECT_STREQ(schema.children[2]->children[0]->name, "entries");
    EXPECT_STREQ(schema.children[2]->children[0]->children[0]->name, "key");
    schema.release(&schema);
}

}  // namespace
}  // namespace ch::connector
