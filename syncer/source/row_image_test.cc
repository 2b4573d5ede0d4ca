// Goal: rows of TiDB's binlog are read value by value, and damage is an error.
// Method: values recorded from a real TiDB; every cut of a row; rows that break one rule.
#include "syncer/source/row_image.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "syncer/source/hex_test.h"
#include "syncer/source/packed_time.h"

namespace ch::syncer {
namespace {

using Kind = Datum::Kind;

struct Read {
    std::string bytes;
    Datum value;
};

Read datum_of(const std::string& hex) {
    Read read{bytes_of_hex(hex), {}};
    ByteReader reader(as_bytes(read.bytes));
    read.value = read_datum(reader);
    EXPECT_TRUE(reader.at_end());
    return read;
}

TEST(DatumTest, ReadsEachEncoding) {
    EXPECT_EQ(datum_of("00").value.kind, Kind::Null);
    EXPECT_EQ(as_text(datum_of("02066f6e65").value.bytes), "one");
    EXPECT_EQ(datum_of("0801").value.int_value, -1);
    EXPECT_EQ(datum_of("0802").value.int_value, 1);
    EXPECT_EQ(datum_of("09ffffffffffffffffff01").value.uint_value, UINT64_MAX);
    EXPECT_EQ(datum_of("05bff8000000000000").value.double_value, 1.5);
    EXPECT_EQ(datum_of("053ffdffffffffffff").value.double_value, -2.25);
    EXPECT_EQ(datum_of("060e047ef204c72dfb2d").value.kind, Kind::Decimal);
    EXPECT_EQ(datum_of("0a0401").value.kind, Kind::Json);
    EXPECT_EQ(datum_of("037fffffffffffffff").value.int_value, -1);
    EXPECT_EQ(datum_of("048000000000000000").value.uint_value, uint64_t{1} << 63);
}

TEST(DatumTest, RefusesDamage) {
    for (const char* hex :
         {"", "0b", "0201", "0207", "0208616263", "09ffffffffffffffffff02", "05ff", "0a"}) {
        const std::string bytes = bytes_of_hex(hex);
        ByteReader reader(as_bytes(bytes));
        EXPECT_THROW(static_cast<void>(read_datum(reader)), Error) << hex;
    }
}

TEST(RowImageTest, OfAnInsertHasItsHandleInFront) {
    const std::string bytes = bytes_of_hex("080e 0804 02066f6e65 0806 00");
    const InsertedRow row = decode_inserted_row(as_bytes(bytes), 1);
    ASSERT_EQ(row.handle.size(), 1u);
    EXPECT_EQ(row.handle[0].int_value, 7);
    ASSERT_EQ(row.row.cells.size(), 2u);
    EXPECT_EQ(as_text(row.row.find(2)->bytes), "one");
    EXPECT_EQ(row.row.find(3)->kind, Kind::Null);
    EXPECT_EQ(row.row.find(4), nullptr);
}

TEST(RowImageTest, OfAnInsertMayBeItsHandleAlone) {
    const std::string bytes = bytes_of_hex("0802 00");
    const InsertedRow row = decode_inserted_row(as_bytes(bytes), 1);
    EXPECT_EQ(row.handle[0].int_value, 1);
    EXPECT_TRUE(row.row.cells.empty());
}

TEST(RowImageTest, OfAnUpdateIsSplitIntoOldAndNew) {
    const std::string bytes = bytes_of_hex("0802 0802 0804 00 0802 0804 0804 02026f");
    const UpdatedRow row = decode_updated_row(as_bytes(bytes));
    EXPECT_EQ(row.before.find(1)->int_value, 1);
    EXPECT_EQ(row.after.find(1)->int_value, 2);
    EXPECT_EQ(row.before.find(2)->kind, Kind::Null);
    EXPECT_EQ(as_text(row.after.find(2)->bytes), "o");
}

TEST(RowImageTest, RefusesRowsThatBreakARule) {
    const auto refuses = [](const char* hex, auto decode) {
        const std::string bytes = bytes_of_hex(hex);
        EXPECT_THROW(static_cast<void>(decode(as_bytes(bytes))), Error) << hex;
    };
    refuses("0802 0802 0802 0804", decode_deleted_row);  // a column twice
    refuses("0902 0802", decode_deleted_row);            // an id that is unsigned
    refuses("0802", decode_deleted_row);                 // no value
    refuses("0802 0802 0804 0804", decode_updated_row);  // other columns
    refuses("0802 0802", decode_updated_row);            // no new values
}

TEST(RowImageTest, SurvivesEveryCut) {
    const std::string bytes =
        bytes_of_hex("080e 0804 02066f6e65 0806 060e047ef204c72dfb2d 0808 0a0401");
    for (size_t size = 0; size < bytes.size(); ++size) {
        try {
            static_cast<void>(decode_inserted_row(as_bytes(bytes).first(size), 1));
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::Bug) << size;
        }
    }
}

TEST(PackedTime, IsAMomentOfTheCalendar) {
    const auto pack = [](uint64_t year, uint64_t month, uint64_t day, uint64_t hour) {
        return (((year * 13 + month) << 5 | day) << 17 | hour << 12) << 24;
    };
    EXPECT_EQ(unpack_time(pack(1970, 1, 1, 0)).days(), 0);
    EXPECT_EQ(unpack_time(pack(1969, 12, 31, 0)).days(), -1);
    EXPECT_EQ(unpack_time(pack(2000, 3, 1, 0)).days(), 11017);
    EXPECT_EQ(unpack_time(pack(1, 1, 1, 0)).days(), -719162);
    EXPECT_EQ(unpack_time(pack(9999, 12, 31, 0)).days(), 2932896);
    EXPECT_EQ(unpack_time(pack(1970, 1, 2, 1)).microseconds(), 25ll * 3600 * 1'000'000);
    EXPECT_FALSE(unpack_time(0).has_day());
    EXPECT_FALSE(unpack_time(pack(2024, 0, 10, 0)).has_day());
    EXPECT_EQ(unpack_time(pack(2024, 2, 29, 5) | 1234).datetime_text(6),
              "2024-02-29 05:00:00.001234");
    EXPECT_THROW(unpack_time(pack(2024, 1, 1, 24)), Error);
    EXPECT_THROW(unpack_time(UINT64_MAX), Error);
    EXPECT_EQ(duration_text(-3'020'398'000'001'000, 6), "-838:59:58.000001");
}

}  // namespace
}  // namespace ch::syncer
