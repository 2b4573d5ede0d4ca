// Goal: damage is reported with the file's name, never read as rows. Method: golden parts are
// copied into memory; each file in turn is removed, cut, lengthened, has bytes flipped or another
// file's content, and the whole part is read: an Error, or exactly the rows of before.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "base/io/mem_fs.h"
#include "base/io/posix_fs.h"
#include "engine/part/part_reader.h"
#include "engine/part/verify_part.h"

namespace ch::part {
namespace {

using Folder = std::map<std::string, std::string>;

Folder load_folder(const std::string& name) {
    io::PosixFs files;
    std::string path = std::string(CH_GOLDEN_PARTS) + "/" + name;
    Folder folder;
    for (const io::DirectoryEntry& entry : files.list(path))
        folder[entry.name] = io::read_small_file(files, path + "/" + entry.name, 1U << 30);
    return folder;
}

std::shared_ptr<const io::FileSystem> file_system_of(const Folder& folder) {
    auto files = std::make_shared<io::MemFs>();
    files->make_folder("/p");
    for (const auto& [name, content] : folder)
        io::write_small_file(*files, "/p/" + name, as_bytes(content));
    return files;
}

void append(std::string& to, const column::Column& column) {
    to += std::to_string(column.rows) + ":";
    to.append(as_text({column.data.data(), column.data.size()}));
    to.append(as_text({column.offsets.data(), column.offsets.size()}));
    to.append(as_text({column.nulls.data(), column.nulls.size()}));
    for (const column::ColumnPtr& child : column.children) append(to, *child);
}

// All that a part holds, as one text; or the error, which must name a path of the part.
std::optional<std::string> content_of(const std::shared_ptr<const io::FileSystem>& files) {
    try {
        std::shared_ptr<const Part> part = Part::open(files, "/p");
        PartReader::Options options;
        options.pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
        PartReader reader(part, options);
        std::string content;
        for (size_t c = 0; c < part->columns().size(); ++c) {
            content += part->columns()[c].name;
            append(content, reader.read(c, part->rows()));
        }
        return content;
    } catch (const Error& error) {
        EXPECT_TRUE(error.path().starts_with("/p")) << error.what();
        EXPECT_NE(error.code(), ErrorCode::Bug) << error.what();
        return std::nullopt;
    }
}

class Damage : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        folder_ = load_folder(GetParam());
        whole_ = content_of(file_system_of(folder_));
        ASSERT_TRUE(whole_.has_value());
    }
    // `file` is left out of the comparison of rows where it is what gives the rows their meaning
    // and no checksum covers it.
    void expect_no_wrong_row(const Folder& damaged, const std::string& file,
                             const std::string& how) {
        std::optional<std::string> found = content_of(file_system_of(damaged));
        if (file == "columns.txt" || file == "columns_substreams.txt") return;
        EXPECT_TRUE(!found || *found == *whole_) << file << " " << how << " gave other rows";
    }

    Folder folder_;
    std::optional<std::string> whole_;
};

TEST_P(Damage, a_missing_file_never_gives_other_rows) {
    for (const auto& [name, content] : folder_) {
        if (name == "serialization.json" || name == "columns_substreams.txt") continue;
        Folder damaged = folder_;
        damaged.erase(name);
        expect_no_wrong_row(damaged, name, "missing");
    }
}

TEST_P(Damage, a_cut_or_lengthened_file_never_gives_other_rows) {
    for (const auto& [name, content] : folder_) {
        for (size_t left : {size_t{0}, content.size() / 2, content.size() - 1}) {
            if (content.empty()) continue;
            Folder damaged = folder_;
            damaged[name].resize(left);
            expect_no_wrong_row(damaged, name, "cut");
        }
        Folder damaged = folder_;
        damaged[name] += std::string(100, 'x');
        expect_no_wrong_row(damaged, name, "lengthened");
    }
}

TEST_P(Damage, flipped_bits_never_give_other_rows) {
    std::mt19937 random(7);
    for (const auto& [name, content] : folder_) {
        for (int round = 0; round < 6 && !content.empty(); ++round) {
            Folder damaged = folder_;
            size_t at = random() % content.size();
            damaged[name][at] = static_cast<char>(content[at] ^ (1 << random() % 8));
            expect_no_wrong_row(damaged, name, "flipped at " + std::to_string(at));
        }
    }
}

TEST_P(Damage, swapped_files_never_give_other_rows) {
    std::vector<std::string> names;
    for (const auto& [name, content] : folder_) names.push_back(name);
    for (size_t i = 1; i < names.size(); ++i) {
        Folder damaged = folder_;
        std::swap(damaged[names[i - 1]], damaged[names[i]]);
        if (names[i].starts_with("columns") || names[i - 1].starts_with("columns")) continue;
        expect_no_wrong_row(damaged, names[i], "swapped with " + names[i - 1]);
    }
}

TEST_P(Damage, verification_finds_a_flipped_bit_in_every_listed_file) {
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
    EXPECT_TRUE(verify_part(file_system_of(folder_), "/p", pool).empty());
    for (const auto& [name, content] : folder_) {
        if (content.empty() || name == "default_compression_codec.txt" ||
            name == "metadata_version.txt" || name.starts_with("columns"))
            continue;
        Folder damaged = folder_;
        damaged[name][content.size() / 2] ^= 1;
        EXPECT_FALSE(verify_part(file_system_of(damaged), "/p", pool).empty()) << name;
    }
}

TEST(Verification, names_missing_and_unlisted_files) {
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
    Folder folder = load_folder("4.4.0/names");
    folder["stray.bin"] = "x";
    std::vector<Finding> findings = verify_part(file_system_of(folder), "/p", pool);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].file, "stray.bin");
    folder.erase("id.bin");
    findings = verify_part(file_system_of(folder), "/p", pool);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].file, "id.bin");
}

INSTANTIATE_TEST_SUITE_P(Parts, Damage,
                         ::testing::Values("4.4.0/deletes", "4.4.0/sparse_compact",
                                           "4.4.0/dictionary_compact", "4.4.0/dictionary_wide",
                                           "1.4.1/nests", "1.4.1/no_granule_rows"));

}  // namespace
}  // namespace ch::part
