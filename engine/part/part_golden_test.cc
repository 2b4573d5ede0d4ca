// Goal: what we read from parts that a real ClickHouse wrote is what that ClickHouse reads. Method:
// every part below tests/golden/parts (make_parts.py there) is read column by column, whole, in odd
// batches and from random granules, and compared with its .jsonl.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/io/posix_fs.h"
#include "engine/part/part_reader.h"
#include "engine/part/verify_part.h"

namespace ch::part {
namespace {

using column::Column;
using column::Int128;
using column::Type;
using column::TypeId;
using nlohmann::json;

std::vector<std::string> golden_parts() {
    std::vector<std::string> parts;
    for (const auto& version : std::filesystem::directory_iterator(CH_GOLDEN_PARTS))
        for (const auto& entry : std::filesystem::directory_iterator(version.path()))
            if (entry.is_directory()) parts.push_back(entry.path().string());
    std::sort(parts.begin(), parts.end());
    return parts;
}

std::string decimal_text(Int128 value, unsigned scale) {
    bool negative = value < 0;
    std::string digits;
    auto rest =
        negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
    while (rest != 0 || digits.size() <= scale) {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    }
    if (scale > 0) {
        digits.insert(digits.size() - scale, ".");
        while (digits.back() == '0') digits.pop_back();
        if (digits.back() == '.') digits.pop_back();
    }
    return (negative ? "-" : "") + digits;
}

std::string time_text(int64_t ticks, unsigned scale, const char* format) {
    int64_t unit = 1;
    for (unsigned i = 0; i < scale; ++i) unit *= 10;
    time_t seconds = ticks / unit;
    struct tm parts {};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::string result(text, strftime(text, sizeof(text), format, &parts));
    if (scale > 0) {
        std::string fraction = std::to_string(ticks % unit);
        result += "." + std::string(scale - fraction.size(), '0') + fraction;
    }
    return result;
}

Int128 integer(const Column& column, size_t row) {
    const uint8_t* at = column.data.data() + row * column.type->width();
    switch (column.type->id) {
        case TypeId::Int8:
        case TypeId::Enum8:
            return load<int8_t>(at);
        case TypeId::Bool:
        case TypeId::UInt8:
            return load<uint8_t>(at);
        case TypeId::Int16:
        case TypeId::Enum16:
            return load<int16_t>(at);
        case TypeId::UInt16:
        case TypeId::Date:
            return load<uint16_t>(at);
        case TypeId::Int32:
        case TypeId::Date32:
            return load<int32_t>(at);
        case TypeId::UInt32:
        case TypeId::DateTime:
            return load<uint32_t>(at);
        case TypeId::UInt64:
            return load<uint64_t>(at);
        case TypeId::Int64:
        case TypeId::DateTime64:
            return load<int64_t>(at);
        default:
            break;
    }
    size_t width = column.type->width();
    return width == 4 ? load<int32_t>(at) : width == 8 ? load<int64_t>(at) : load<Int128>(at);
}

json value_of(const Column& column, size_t row);

json elements_of(const Column& column, size_t row) {
    const int32_t* ends = column.offsets.as<int32_t>();
    json list = json::array();
    json object = json::object();
    for (auto i = static_cast<size_t>(ends[row]); i < static_cast<size_t>(ends[row + 1]); ++i) {
        if (column.type->id == TypeId::Map) {
            json key = value_of(*column.children[0], i);
            object[key.is_string() ? key.get<std::string>() : key.dump()] =
                value_of(*column.children[1], i);
        } else {
            list.push_back(value_of(*column.children[0], i));
        }
    }
    return column.type->id == TypeId::Map ? object : list;
}

json value_of(const Column& column, size_t row) {
    if (column.is_null(row)) return nullptr;
    const Type& type = *column.type;
    switch (type.id) {
        case TypeId::String:
        case TypeId::FixedString:
            return std::string(column.text(row));
        case TypeId::LowCardinality:
            return value_of(*column.children[0],
                            static_cast<size_t>(column.data.as<int32_t>()[row]));
        case TypeId::Array:
        case TypeId::Map:
            return elements_of(column, row);
        case TypeId::Tuple: {
            json list = json::array();
            for (const column::ColumnPtr& child : column.children)
                list.push_back(value_of(*child, row));
            return list;
        }
        case TypeId::Bool:
            return integer(column, row) != 0;
        case TypeId::Float32:
            return column.data.as<float>()[row];
        case TypeId::Float64:
            return column.data.as<double>()[row];
        case TypeId::Decimal:
            return decimal_text(integer(column, row), type.scale);
        case TypeId::Date:
        case TypeId::Date32:
            return time_text(static_cast<int64_t>(integer(column, row)) * 86400, 0, "%Y-%m-%d");
        case TypeId::DateTime:
            return time_text(static_cast<int64_t>(integer(column, row)), 0, "%Y-%m-%d %H:%M:%S");
        case TypeId::DateTime64:
            return time_text(static_cast<int64_t>(integer(column, row)), type.scale,
                             "%Y-%m-%d %H:%M:%S");
        case TypeId::Enum8:
        case TypeId::Enum16:
            for (const auto& [label, number] : type.enum_values)
                if (number == integer(column, row)) return label;
            return "?";
        case TypeId::Int64:
        case TypeId::UInt64:
        case TypeId::Int128:
        case TypeId::UInt256:
            return decimal_text(integer(column, row), 0);
        default:
            return static_cast<int64_t>(integer(column, row));
    }
}

class Golden : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        part_ = Part::open(files_, GetParam());
        std::ifstream lines(GetParam() + ".jsonl");
        for (std::string line; std::getline(lines, line);) rows_.push_back(json::parse(line));
        options_.pool = pool_;
        options_.metrics = &metrics_;
    }

    void expect_rows(const Column& column, const std::string& name, size_t first) {
        for (size_t i = 0; i < column.rows; ++i) {
            json found = value_of(column, i);
            const json& wanted = rows_[first + i][name];
            // Floats are compared as numbers, all else as it is printed.
            bool same = wanted.is_number() && found.is_number()
                            ? wanted.get<double>() == found.get<double>()
                            : wanted == found;
            ASSERT_TRUE(same) << name << " row " << first + i << ": " << found << ", expected "
                              << wanted;
        }
    }

    std::shared_ptr<io::PosixFs> files_ = std::make_shared<io::PosixFs>();
    std::shared_ptr<BufferPool> pool_ =
        std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(256U << 20));
    ReadMetrics metrics_;
    PartReader::Options options_;
    std::shared_ptr<const Part> part_;
    std::vector<json> rows_;
};

TEST_P(Golden, every_column_reads_as_ClickHouse_reads_it) {
    ASSERT_EQ(part_->rows(), rows_.size());
    PartReader reader(part_, options_);
    for (size_t c = 0; c < part_->columns().size(); ++c)
        expect_rows(reader.read(c, rows_.size()), part_->columns()[c].name, 0);
    EXPECT_GT(metrics_.bytes_read.load(), 0U);
}

TEST_P(Golden, batches_may_begin_and_end_anywhere) {
    PartReader reader(part_, options_);
    for (size_t c = 0; c < part_->columns().size(); ++c)
        for (size_t row = 0, batch = 1; row < rows_.size(); row += batch, batch = batch % 37 + 5) {
            batch = std::min(batch, rows_.size() - row);
            expect_rows(reader.read(c, batch), part_->columns()[c].name, row);
        }
}

TEST_P(Golden, reading_from_any_granule_with_skips_gives_the_same_rows) {
    std::mt19937 random(20260101);
    const format::Granules& granules = part_->granules();
    PartReader reader(part_, options_);
    for (size_t c = 0; c < part_->columns().size(); ++c) {
        for (int round = 0; round < 12; ++round) {
            size_t granule = random() % granules.count();
            if (round % 2 == 0)
                reader.seek(c, granule);
            else
                reader.seek(c, granule, granule + 1);
            size_t row = granules.first_row[granule];
            while (row < rows_.size() && random() % 5 != 0) {
                size_t count = random() % std::min<size_t>(rows_.size() - row, 150) + 1;
                if (random() % 3 == 0)
                    reader.skip(c, count);
                else
                    expect_rows(reader.read(c, count), part_->columns()[c].name, row);
                row += count;
            }
        }
    }
}

TEST_P(Golden, verification_finds_nothing_wrong) {
    std::vector<Finding> findings = verify_part(files_, GetParam(), pool_);
    for (const Finding& finding : findings) ADD_FAILURE() << finding.file << ": " << finding.what;
    for (size_t c = 0; c < part_->columns().size(); ++c) EXPECT_GT(part_->column_bytes(c), 0U);
}

TEST_P(Golden, primary_index_holds_the_first_key_of_each_granule) {
    const format::Granules& granules = part_->granules();
    const auto& index = part_->primary_index({column::make_type(TypeId::UInt64)});
    ASSERT_EQ(index.size(), 1U);
    ASSERT_EQ(index[0]->rows, granules.count() + (granules.has_final_mark ? 1 : 0));
    for (size_t g = 0; g < index[0]->rows; ++g) {
        size_t row = g < granules.count() ? granules.first_row[g] : rows_.size() - 1;
        EXPECT_EQ(value_of(*index[0], g), rows_[row]["id"]);
    }
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
    std::filesystem::path path = info.param;
    std::string name = path.parent_path().filename().string() + "_" + path.filename().string();
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Parts, Golden, ::testing::ValuesIn(golden_parts()), test_name);

}  // namespace
}  // namespace ch::part
