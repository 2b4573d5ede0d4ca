// Goal: what ch writes as Arrow it reads again, and any bytes are rows or an error with an offset.
// Method: a stream of a few columns, whole, cut at every byte, and with every byte changed.
#include "tools/ch/ipc_reader.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "engine/column/column.h"
#include "engine/format/type_text.h"
#include "tools/ch/row_source.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {
namespace {

class IpcReaderTest : public testing::Test {
protected:
    IpcReaderTest() {
        std::istringstream lines(R"({"n":1,"s":"a","k":"x","l":["p"],"m":{"a":1},"t":[1,"b"]})"
                                 "\n"
                                 R"({"n":null,"s":"bc","k":"y","l":[],"m":{},"t":[2,"c"]})"
                                 "\n");
        const auto source = make_jsonl_source(lines, options());
        const column::Block block = *source->next();
        std::vector<column::NameAndType> columns;
        for (const auto& column : options().columns) columns.push_back({column.name, column.type});
        const auto writer = make_arrow_writer(columns, pool_);
        writer->begin(stream_);
        writer->append_rows(stream_, block, 0, block.rows);
        writer->finish(stream_);
    }

    [[nodiscard]] RowSourceOptions options() const {
        RowSourceOptions made{{}, pool_, nullptr};
        for (const auto& [name, type] :
             {std::pair("n", "Nullable(Int32)"), std::pair("s", "String"),
              std::pair("k", "LowCardinality(String)"), std::pair("l", "Array(String)"),
              std::pair("m", "Map(String, UInt8)"), std::pair("t", "Tuple(Int32, String)")}) {
            table::TableColumn column;
            column.name = name;
            column.type = format::parse_type(type);
            made.columns.push_back(column);
        }
        return made;
    }
    /// The rows, or the error.
    [[nodiscard]] std::string read(const std::string& bytes) const {
        std::istringstream from(bytes);
        try {
            const auto source = make_arrow_source(from, options());
            uint64_t rows = 0;
            while (const std::optional<column::Block> block = source->next()) rows += block->rows;
            return std::to_string(rows) + " rows";
        } catch (const Error& error) {
            EXPECT_NE(error.code(), ErrorCode::Bug) << error.what();
            EXPECT_GE(error.offset(), 0) << error.what();
            return error.what();
        }
    }

    std::shared_ptr<BufferPool> pool_ =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(size_t{64} << 20));
    std::string stream_;
};

TEST_F(IpcReaderTest, ReadsWhatIsWritten) {
    EXPECT_EQ(read(stream_), "2 rows");
}

TEST_F(IpcReaderTest, ACutStreamIsAnErrorWhereverItEnds) {
    for (size_t bytes = 0; bytes < stream_.size(); ++bytes)
        EXPECT_NE(read(stream_.substr(0, bytes)), "2 rows") << bytes;
}

TEST_F(IpcReaderTest, AChangedByteGivesRowsOrAnErrorWithItsPlace) {
    uint64_t errors = 0;
    for (size_t at = 0; at < stream_.size(); ++at)
        for (const char change : {'\x01', '\x80', '\xFF'}) {
            std::string changed = stream_;
            changed[at] = static_cast<char>(changed[at] ^ change);
            errors += read(changed) == "2 rows" ? 0 : 1;
        }
    EXPECT_GT(errors, stream_.size() / 4);
}

}  // namespace
}  // namespace ch::tools
