// Goal: whatever is wrong with a root is said, with its path and what to do, and nothing is said of
// a sound one, nor changed. Method: one fault at a time is planted into a root with real parts.
#include "engine/store/examine.h"

#include <gtest/gtest.h>

#include "base/io/mem_fs.h"
#include "engine/store/test_rows.h"

namespace ch::storage {
namespace {

class ExamineTest : public testing::Test {
protected:
    ExamineTest() {
        table_ = rows_.create("t", true, "");
        for (int32_t i = 0; i < 12; ++i) rows_.insert(table_, {{1, i}, {uint64_t(i) + 2, i}});
        first_part_ = state()->parts.front()->record.name;
    }
    Database& database() { return *rows_.database(); }
    std::shared_ptr<const TableState> state() { return database().newest()->find(table_); }
    void overwrite(const std::string& path, const std::string& content) {
        ASSERT_TRUE(files_->remove_file(path)) << path;
        io::write_small_file(*files_, path, as_bytes(content));
    }
    /// "path: what" of all that is wrong.
    std::string wrongs() {
        std::string text;
        for (const Finding& finding : examine_root(files_, "/r").findings) {
            EXPECT_FALSE(finding.advice.empty());
            if (finding.is_wrong) text += finding.path + ": " + finding.what + "\n";
        }
        return text;
    }
    void expect_wrong(const std::string& path, const std::string& what) {
        const std::string text = wrongs();
        EXPECT_NE(text.find(path), std::string::npos) << text;
        EXPECT_NE(text.find(what), std::string::npos) << text;
    }

    std::shared_ptr<io::MemFs> files_ = std::make_shared<io::MemFs>();
    TestRows rows_{files_, "/r", 1};
    TableId table_ = 0;
    std::string first_part_;
};

TEST_F(ExamineTest, ASoundRootIsSoundAndStaysAsItIs) {
    rows_.merge(table_, {.is_final = true});
    rows_.now_ms += 1'000'000'000;
    database().collect({0, 0});
    rows_.insert(table_, {{1, 7}});
    uint64_t changes = 0;
    files_->observe([&](const std::string&, const std::string&) { ++changes; });
    const Examination found = examine_root(files_, "/r");
    EXPECT_EQ(changes, 0u);
    EXPECT_TRUE(found.findings.empty()) << found.findings[0].path << found.findings[0].what;
    EXPECT_EQ(found.version, database().newest()->version);
    EXPECT_EQ(found.tables, 1u);
    EXPECT_EQ(found.parts, state()->parts.size());
}

TEST_F(ExamineTest, WhatIsNoRootIsSaid) {
    files_->make_folder("/plain");
    EXPECT_NE(examine_root(files_, "/plain").findings.at(0).what.find("no store"),
              std::string::npos);
    EXPECT_EQ(examine_root(files_, "/nowhere").findings.at(0).what, "there is no such folder");
    files_->remove_file("/r/.ch/latch/store");
    expect_wrong("/r/.ch/latch/store", "is missing");
}

TEST_F(ExamineTest, AManifestOrCheckpointThatIsDamagedOrMissingIsNamed) {
    const std::string folder = "/r/.ch/manifest/";
    const std::string third = folder + "00000000000000000003";
    overwrite(folder + "00000000000000000002", "CHMANIFS, cut");
    expect_wrong(folder + "00000000000000000002", "");
    files_->remove_file(third);
    expect_wrong(third, "is missing, though later ones are there");
    const auto checkpoints = files_->list("/r/.ch/checkpoint");
    ASSERT_FALSE(checkpoints.empty());
    const std::string checkpoint = "/r/.ch/checkpoint/" + checkpoints[0].name;
    overwrite(checkpoint, "CHCHECKP");
    expect_wrong(checkpoint, "");
}

TEST_F(ExamineTest, APartThatIsMissingOrNotWhatTheManifestSaysIsNamed) {
    const std::string part = "/r/db/t/" + first_part_;
    EXPECT_EQ(wrongs(), "");
    overwrite(part + "/columns.txt", "columns format version: 1\n0 columns:\n");
    expect_wrong(part + "/columns.txt", "the manifest expects");
    overwrite(part + "/data.bin", "short");
    overwrite(part + "/checksums.txt", "damaged");
    expect_wrong(part, "");
    for (const io::DirectoryEntry& entry : files_->list(part))
        files_->remove_file(part + "/" + entry.name);
    files_->remove_folder(part);
    expect_wrong(part, "");
}

TEST_F(ExamineTest, APartThatOnlyAKeptPinNeedsCountsToo) {
    ASSERT_FALSE(database().latch().keep(database().newest()->version, "mine", "test"));
    rows_.merge(table_, {.is_final = true});
    EXPECT_EQ(wrongs(), "");
    files_->remove_file("/r/db/t/" + first_part_ + "/columns.txt");
    expect_wrong("/r/db/t/" + first_part_, "");
}

TEST_F(ExamineTest, WhatNobodyNamesIsLeftOverUnlessItsWriterLives) {
    files_->make_folder("/r/db/t/tmp_3_77");
    files_->make_folder("/r/db/t/all_900_900_0");
    files_->make_folder("/r/db/lost");
    io::write_small_file(*files_, "/r/db/lost/table_id", as_bytes("77"));
    {
        const auto held = database().lock({table_}, latch::LatchMode::Writer, 0);
        EXPECT_EQ(wrongs(), "/r/db/lost: a table's folder that no version ever named\n");
        const Finding note = examine_root(files_, "/r").findings.back();
        EXPECT_FALSE(note.is_wrong);
        EXPECT_NE(note.what.find("db.t"), std::string::npos);
    }
    expect_wrong("/r/db/t/tmp_3_77", "left unfinished");
    expect_wrong("/r/db/t/all_900_900_0", "no version names");
    const auto creation = database().pin_creation();
    EXPECT_EQ(wrongs().find("/r/db/lost"), std::string::npos);
    database().collect({});
    EXPECT_EQ(wrongs().find("tmp_3_77"), std::string::npos);
}

TEST_F(ExamineTest, ALatchWhoseHolderIsGoneIsStale) {
    // Notes of test roots are "process <seed>"; no machine has so many.
    TestRows gone(files_, "/r", 2'000'000'000, false);
    const auto held = gone.database()->lock({table_}, latch::LatchMode::Writer, 0);
    ASSERT_TRUE(held);
    expect_wrong(".writer", "though that process is gone");
    database().break_latch(table_);
    EXPECT_EQ(wrongs(), "");
}

}  // namespace
}  // namespace ch::storage
