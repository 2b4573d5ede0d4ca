// Pieces with dictionaries of their own: values stay what they were, whatever stands in entry 0.
#include "engine/exec/concat.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/exec/gather.h"
#include "engine/exec/test_columns.h"

namespace ch::exec {
namespace {

using column::ColumnPtr;
using column::Int128;
using column::Scalar;
using column::TypeId;

std::vector<Scalar> random_words(std::mt19937& random, size_t rows) {
    std::vector<Scalar> values;
    for (size_t i = 0; i < rows; ++i)
        values.push_back(
            random() % 4 == 0
                ? Scalar()
                : Scalar(std::string(random() % 3, static_cast<char>('a' + random() % 3))));
    return values;
}

TEST(Concat, DictionariesOfPiecesAreJoinedByValue) {
    std::mt19937 random(20261123);
    for (int round = 0; round < 200; ++round) {
        std::vector<ColumnPiece> pieces;
        std::vector<Scalar> expected;
        column::TypePtr nullable;
        for (size_t piece = 0; piece < 1 + random() % 4; ++piece) {
            std::vector<Scalar> values = random_words(random, 1 + random() % 6);
            // All pieces have one type: each ends with a NULL that some leave out.
            values.emplace_back();
            size_t from = random() % values.size();
            size_t rows = random() % (values.size() - from + 1);
            ColumnPtr column = make_dictionary(column::make_type(TypeId::String), values);
            pieces.push_back({column, from, rows});
            for (size_t row = from; row < from + rows; ++row) expected.push_back(values[row]);
        }
        ColumnPtr joined = without_dictionary(concat(pieces, test_pool()), test_pool());
        ASSERT_EQ(joined->rows, expected.size());
        for (size_t row = 0; row < expected.size(); ++row)
            ASSERT_EQ(value_at(*joined, row), expected[row]) << "round " << round << " row " << row;
    }
}

}  // namespace
}  // namespace ch::exec
