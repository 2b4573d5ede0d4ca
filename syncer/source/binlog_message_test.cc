// Goal: a message of TiDB's pump client is read as it was meant, and damage is an error.
// Method: messages recorded from a real TiDB where they fit a line, others by protobuf's rules.
#include "syncer/source/binlog_message.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "syncer/source/hex_test.h"

namespace ch::syncer {
namespace {

RowChanges changes_of(const std::string& bytes) {
    return decode_row_changes(as_bytes(bytes));
}

TEST(BinlogMessage, IsReadField) {
    const std::string bytes = bytes_of_hex("0801 1001 1803 2201 6b 3200 3800 4000");
    const BinlogMessage message = decode_binlog_message(as_bytes(bytes));
    EXPECT_EQ(message.type, BinlogType::Commit);
    EXPECT_EQ(message.start_ts, 1u);
    EXPECT_EQ(message.commit_ts, 3u);
    EXPECT_EQ(as_text(message.key), "k");
    EXPECT_FALSE(message.is_ddl());
}

TEST(BinlogMessage, OfADdlHasItsJob) {
    const std::string bytes = bytes_of_hex("0800 1009 1800 3203 646466 3805 4001");
    const BinlogMessage message = decode_binlog_message(as_bytes(bytes));
    EXPECT_EQ(message.type, BinlogType::Prewrite);
    EXPECT_EQ(message.ddl_query, "ddf");
    EXPECT_EQ(message.ddl_job_id, 5);
    EXPECT_EQ(message.ddl_state, 1);
}

TEST(BinlogMessage, IsRefusedWhereItMakesNoSense) {
    EXPECT_THROW(decode_binlog_message({}), Error);
    for (const char* hex : {"0803 1001",          // a type that no TiDB sends any more
                            "0801 1005 1805",     // committed when it began
                            "0801 1005 1804",     // and before that
                            "0801 1005 2205 6b",  // cut
                            "0b 1001",            // a group
                            "00 1001",            // field 0
                            "0a00 1001"}) {       // a type that is bytes
        const std::string bytes = bytes_of_hex(hex);
        EXPECT_THROW(decode_binlog_message(as_bytes(bytes)), Error) << hex;
    }
}

TEST(RowChanges, ComeInTheirSequence) {
    // Table 7: insert "a", delete "b", update "c", insert "d".
    const std::string bytes =
        bytes_of_hex("0802 1216 0807 1201 61 1201 64 1a01 63 3201 62 3800 3804 3801 3800");
    const RowChanges changes = changes_of(bytes);
    EXPECT_EQ(changes.schema_version, 2);
    ASSERT_EQ(changes.tables.size(), 1u);
    EXPECT_EQ(changes.tables[0].table_id, 7);
    std::string seen;
    for (const TableChanges::Change& change : changes.tables[0].changes)
        (seen += "IUD"[static_cast<int>(change.kind)]) += as_text(change.row);
    EXPECT_EQ(seen, "IaDbUcId");
}

TEST(RowChanges, AreRefusedWhereSequenceAndRowsDiffer) {
    EXPECT_THROW(changes_of(bytes_of_hex("1204 0807 3800")), Error);          // no such row
    EXPECT_THROW(changes_of(bytes_of_hex("1205 0807 1201 61")), Error);       // not named
    EXPECT_THROW(changes_of(bytes_of_hex("1207 0807 1201 61 3802")), Error);  // an old kind
}

}  // namespace
}  // namespace ch::syncer
