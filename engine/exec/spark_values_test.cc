// Goal: every function gives what a real Spark gives. Method: tests/data/spark_expressions.tsv
// holds Spark's answers; lines with the same function, types and literals become the rows of one
// block. Each is evaluated over plain columns, over dictionaries, and with a column's value written
// as a literal.

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/exec/evaluate.h"
#include "engine/exec/expression.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::Block;
using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;
using column::TypePtr;

struct Line {
    Scalar result;
    std::vector<Scalar> values;
    size_t number = 0;
};

struct Group {
    Function function = Function::Equal;
    TypePtr result;
    std::vector<TypePtr> columns;
    std::vector<ExpressionPtr> literals;
    std::vector<Line> lines;
};

TypePtr parse_type(const std::string& name) {
    static const std::map<std::string, TypeId> kNames = {
        {"Bool", TypeId::Bool},       {"Int8", TypeId::Int8},     {"Int16", TypeId::Int16},
        {"Int32", TypeId::Int32},     {"Int64", TypeId::Int64},   {"Float32", TypeId::Float32},
        {"Float64", TypeId::Float64}, {"String", TypeId::String}, {"Date32", TypeId::Date32},
    };
    if (name == "DateTime64(6)") return column::make_datetime64(6);
    if (name == "FixedString") {
        auto type = std::make_shared<column::Type>();
        type->id = TypeId::FixedString;
        type->fixed_bytes = 1;
        return type;
    }
    if (name.starts_with("Decimal(")) {
        int precision = std::stoi(name.substr(8));
        int scale = std::stoi(name.substr(name.find(',') + 1));
        return column::make_decimal(static_cast<uint8_t>(precision), static_cast<uint8_t>(scale));
    }
    return column::make_type(kNames.at(name));
}

Int128 parse_integer(std::string_view text) {
    bool negative = text.starts_with('-');
    Int128 value = 0;
    for (char digit : text.substr(negative ? 1 : 0)) value = value * 10 + (digit - '0');
    return negative ? -value : value;
}

Scalar parse_value(const std::string& text, const column::Type& type) {
    if (text == "\\N") return {};
    switch (type.id) {
        case TypeId::Float32:
            return double{
                std::bit_cast<float>(static_cast<uint32_t>(std::stoul(text, nullptr, 16)))};
        case TypeId::Float64:
            return std::bit_cast<double>(std::stoull(text, nullptr, 16));
        case TypeId::String:
        case TypeId::FixedString: {
            std::string bytes;
            for (size_t at = 0; at < text.size(); at += 2)
                bytes += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
            return bytes;
        }
        default:
            return parse_integer(text);
    }
}

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    std::stringstream stream(text);
    for (std::string part; std::getline(stream, part, by);) parts.push_back(part);
    if (text.ends_with(by)) parts.emplace_back();
    return parts;
}

std::map<std::string, Group> load_groups() {
    std::ifstream file(CH_SPARK_VALUES);
    EXPECT_TRUE(file.is_open()) << CH_SPARK_VALUES;
    std::map<std::string, Group> groups;
    size_t number = 0;
    for (std::string text; std::getline(file, text);) {
        ++number;
        if (text.starts_with('#')) continue;
        std::vector<std::string> fields = split(text, '\t');
        std::string key = fields[0] + " " + fields[1];
        for (size_t i = 3; i < fields.size(); ++i)
            key += " " +
                   (fields[i][0] == 'l' ? fields[i] : fields[i].substr(0, fields[i].find(':', 2)));
        Group& group = groups[key];
        bool fresh = group.lines.empty();
        group.function = find_function(fields[0]).value();
        group.result = parse_type(fields[1]);
        Line line;
        line.number = number;
        line.result = parse_value(fields[2], *group.result);
        for (size_t i = 3; i < fields.size(); ++i) {
            size_t colon = fields[i].find(':', 2);
            TypePtr type = parse_type(fields[i].substr(2, colon - 2));
            Scalar value = parse_value(fields[i].substr(colon + 1), *type);
            if (fields[i][0] == 'c') {
                if (fresh) group.columns.push_back(type);
                line.values.push_back(value);
            } else if (fresh) {
                group.literals.push_back(make_literal(type, value));
            }
        }
        group.lines.push_back(line);
    }
    return groups;
}

std::string show(const Scalar& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        std::stringstream bits;
        bits << std::hex << std::bit_cast<uint64_t>(*number);
        return bits.str();
    }
    if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
    if (const auto* integer = std::get_if<Int128>(&value))
        return std::to_string(static_cast<long double>(*integer));
    return "NULL";
}

ExpressionPtr expression_of(const Group& group, const std::vector<ExpressionPtr>& columns) {
    std::vector<ExpressionPtr> arguments = columns;
    arguments.insert(arguments.end(), group.literals.begin(), group.literals.end());
    return make_call(group.function, arguments, group.result);
}

size_t check(const Group& group, const ExpressionPtr& expression, const Block& block, size_t first,
             const char* how) {
    ColumnPtr found = evaluate(*expression, block, test_pool());
    EXPECT_EQ(found->rows, block.rows);
    size_t wrong = 0;
    for (size_t row = 0; row < found->rows; ++row) {
        const Line& line = group.lines[first + row];
        Scalar value = value_at(*found, row);
        if (show(value) == show(line.result)) continue;
        ADD_FAILURE() << "line " << line.number << " (" << how << "): " << expression->text()
                      << " is " << show(value) << ", in Spark " << show(line.result);
        if (++wrong > 3) break;
    }
    return wrong;
}

enum class Shape { Plain, Dictionary };

Block block_of(const Group& group, Shape shape, size_t first, size_t count) {
    Block block;
    block.rows = count;
    for (size_t i = 0; i < group.columns.size(); ++i) {
        std::vector<Scalar> values;
        for (size_t row = first; row < first + count; ++row)
            values.push_back(group.lines[row].values[i]);
        block.names.push_back("c" + std::to_string(i));
        block.columns.push_back(shape == Shape::Plain ? make_values(group.columns[i], values)
                                                      : make_dictionary(group.columns[i], values));
    }
    return block;
}

std::vector<ExpressionPtr> references(const Group& group, const Block& block) {
    std::vector<ExpressionPtr> columns;
    for (size_t i = 0; i < group.columns.size(); ++i)
        columns.push_back(make_column_reference(block.names[i], *block.columns[i]->type));
    return columns;
}

TEST(SparkValues, EveryFunctionGivesSparksAnswerOverColumns) {
    size_t wrong = 0;
    size_t lines = 0;
    for (const auto& [key, group] : load_groups()) {
        Block block = block_of(group, Shape::Plain, 0, group.lines.size());
        wrong += check(group, expression_of(group, references(group, block)), block, 0, "columns");
        lines += group.lines.size();
        if (wrong > 60) break;
    }
    EXPECT_GT(lines, 19000u);
}

TEST(SparkValues, EveryFunctionGivesSparksAnswerOverDictionaries) {
    size_t wrong = 0;
    for (const auto& [key, group] : load_groups()) {
        if (group.columns[0]->id == TypeId::Bool || group.columns[0]->id == TypeId::Decimal)
            continue;
        // Every row twice, so that the dictionary is smaller than the rows.
        Group twice = group;
        twice.lines.insert(twice.lines.end(), group.lines.begin(), group.lines.end());
        Block block = block_of(twice, Shape::Dictionary, 0, twice.lines.size());
        wrong +=
            check(twice, expression_of(twice, references(twice, block)), block, 0, "dictionary");
        if (wrong > 60) break;
    }
}

TEST(SparkValues, ALiteralInAColumnsPlaceChangesNothing) {
    size_t wrong = 0;
    for (const auto& [key, group] : load_groups()) {
        if (group.columns.size() != 2 || wrong > 60) continue;
        for (size_t row = 0; row < group.lines.size(); ++row) {
            Block block = block_of(group, Shape::Plain, row, 1);
            for (size_t place = 0; place < 2; ++place) {
                std::vector<ExpressionPtr> arguments = references(group, block);
                arguments[place] =
                    make_literal(group.columns[place], group.lines[row].values[place]);
                wrong += check(group, expression_of(group, arguments), block, row, "literal");
            }
        }
    }
}

}  // namespace
}  // namespace ch::exec
