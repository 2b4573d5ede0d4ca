// What of a plan the scan does by itself, which columns it reads for that, and which names are
// refused.
#include "connector/bind.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include "base/error.h"
#include "connector/split_text.h"
#include "engine/format/type_text.h"
#include "engine/table/column_source.h"

namespace ch::connector {
namespace {

column::TypePtr test_type(std::string_view name) {
    if (name == "a" || name == "b") return format::parse_type("Int64");
    if (name == "s") return format::parse_type("LowCardinality(String)");
    return table::virtual_column_type(name);
}

BoundPlan bound_of(const std::string& json) {
    return bind_plan(parse_plan(json), test_type);
}

ErrorCode refusal(const std::string& json) {
    try {
        bound_of(json);
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "taken: " << json;
    return ErrorCode::Bug;
}

std::string scan(const std::string& columns) {
    return R"({"node":"scan","table":"t","columns":[)" + columns + "]}";
}
std::string filter(const std::string& predicate, const std::string& input) {
    return R"({"node":"filter","predicate":)" + predicate + R"(,"input":)" + input + "}";
}
std::string limit(const std::string& rows, const std::string& input) {
    return R"({"node":"limit","rows":)" + rows + R"(,"input":)" + input + "}";
}
std::string project(const std::string& name, const std::string& expression,
                    const std::string& input) {
    return R"({"node":"project","columns":[{"name":")" + name + R"(","expr":)" + expression +
           R"(}],"input":)" + input + "}";
}

constexpr const char* kIsFive =
    R"({"call":"=","args":[{"column":"a"},{"literal":"5","type":"Int64"}]})";
constexpr const char* kBothSmall =
    R"({"call":"AND","args":[{"call":"<","args":[{"column":"a"},{"literal":"5","type":"Int64"}]},
                             {"call":"<","args":[{"column":"b"},{"literal":"5","type":"Int64"}]},
                             {"call":"IS_NOT_NULL","args":[{"column":"s"}]}]})";

TEST(Bind, FiltersAndLimitsOverAScanBecomePartOfItsRequest) {
    BoundPlan bound = bound_of(limit("9", filter(kIsFive, filter(kBothSmall, scan(R"("a","s")")))));
    EXPECT_EQ(bound.request.columns, (std::vector<std::string>{"a", "s"}));
    EXPECT_EQ(bound.request.predicate.size(), 4u);
    EXPECT_EQ(bound.request.rows_max, 9u);
    EXPECT_TRUE(bound.steps.empty());
    ASSERT_EQ(bound.output.size(), 2u);
    EXPECT_EQ(bound.output[1].type->name(), "LowCardinality(String)");
}

TEST(Bind, AFilterOverALimitStaysAStep) {
    BoundPlan bound = bound_of(filter(kIsFive, limit("9", scan(R"("a")"))));
    EXPECT_EQ(bound.request.rows_max, 9u);
    EXPECT_TRUE(bound.request.predicate.empty());
    ASSERT_EQ(bound.steps.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<FilterStep>(bound.steps[0]));
}

TEST(Bind, ColumnsThatAProjectDropsAreNotWanted) {
    BoundPlan bound =
        bound_of(project("x", R"({"column":"b"})", filter(kIsFive, scan(R"("a","b","s")"))));
    EXPECT_EQ(bound.request.columns, std::vector<std::string>{"b"});
    ASSERT_EQ(bound.steps.size(), 1u);
    EXPECT_EQ(std::get<ProjectStep>(bound.steps[0]).columns.at(0).passed, "b");
    ASSERT_EQ(bound.output.size(), 1u);
    EXPECT_EQ(bound.output[0].name, "x");
}

TEST(Bind, StepsAboveAProjectSeeItsNames) {
    std::string renamed = project("x", R"({"column":"a"})", scan(R"("a")"));
    EXPECT_EQ(refusal(filter(kIsFive, renamed)), ErrorCode::NotFound);
    std::string on_x = R"({"call":"IS_NULL","args":[{"column":"x"}]})";
    EXPECT_EQ(bound_of(filter(on_x, renamed)).steps.size(), 2u);
}

TEST(Bind, ComputedColumnsHaveTheirExpressionsType) {
    BoundPlan bound = bound_of(project("x", kIsFive, scan(R"("a")")));
    EXPECT_EQ(bound.output.at(0).type->id, column::TypeId::Bool);
}

TEST(Bind, RefusesNamesAndFunctionsThatAreNotThere) {
    EXPECT_EQ(refusal(scan(R"("z")")), ErrorCode::NotFound);
    EXPECT_EQ(refusal(scan(R"("a","a")")), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal(project("x", R"({"column":"b"})", scan(R"("a")"))), ErrorCode::NotFound);
    EXPECT_EQ(refusal(filter(R"({"call":"SQRT","args":[{"column":"a"}]})", scan(R"("a")"))),
              ErrorCode::Unsupported);
    EXPECT_EQ(
        refusal(filter(R"({"call":"=","args":[{"column":"q"},{"literal":"5","type":"Int64"}]})",
                       scan(R"("a")"))),
        ErrorCode::NotFound);
    EXPECT_EQ(refusal(project("x", R"({"call":"CAST","args":[{"column":"a"}]})", scan(R"("a")"))),
              ErrorCode::InvalidArgument);
}

std::string aggregate(const std::string& keys, const std::string& calls, const std::string& input) {
    return R"({"node":"aggregate","keys":[)" + keys + R"(],"aggregates":[)" + calls +
           R"(],"input":)" + input + "}";
}
constexpr const char* kByText = R"({"name":"g","expr":{"column":"s"}})";
constexpr const char* kCount = R"({"name":"n","function":"COUNT"})";
constexpr const char* kSum = R"({"name":"t","function":"SUM","expr":{"column":"a"}})";

TEST(Bind, AnAggregateReadsWhatItsKeysAndArgumentsName) {
    BoundPlan bound = bound_of(aggregate(kByText, std::string(kCount) + "," + kSum,
                                         filter(kIsFive, scan(R"("a","b","s")"))));
    EXPECT_EQ(bound.request.columns, (std::vector<std::string>{"a", "s"}));
    ASSERT_EQ(bound.output.size(), 3u);
    EXPECT_EQ(bound.output[0].type->name(), "String");
    EXPECT_EQ(bound.output[1].type->name(), "Int64");
    EXPECT_EQ(bound.output[2].type->name(), "Nullable(Int64)");
    EXPECT_FALSE(bound.is_never_empty());
    EXPECT_TRUE(bound_of(aggregate("", kCount, scan(R"("a")"))).is_never_empty());
    EXPECT_TRUE(bound_of(aggregate("", kCount, scan(R"("a")"))).request.columns.empty());
}

TEST(Bind, RefusesAggregatesThatItCannotCompute) {
    std::string all = scan(R"("a","s")");
    EXPECT_EQ(refusal(limit("1", aggregate("", kCount, all))), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal(aggregate("", "", all)), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal(aggregate("", R"({"name":"x","function":"MEDIAN"})", all)),
              ErrorCode::Unsupported);
    EXPECT_EQ(refusal(aggregate("", R"({"name":"x","function":"SUM"})", all)),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal(aggregate("", R"({"name":"x","function":"SUM","expr":{"column":"s"}})", all)),
              ErrorCode::Unsupported);
}

TEST(Bind, RefusesPredicatesThatMayRaiseAnError) {
    std::string wide = R"x({"literal":"9","type":"Decimal(38, 0)"})x";
    std::string product =
        R"x({"call":"*","type":"Decimal(38, 0)","args":[)x" + wide + "," + wide + "]}";
    std::string greater = R"({"call":">","args":[)" + product + "," + wide + "]}";
    EXPECT_EQ(refusal(filter(greater, scan(R"("a")"))), ErrorCode::InvalidArgument);
    BoundPlan bound = bound_of(
        aggregate("", R"({"name":"x","function":"MAX","expr":)" + product + "}", scan(R"("a")")));
    EXPECT_TRUE(bound.aggregate->calls.at(0).argument->raises);
}

TEST(Bind, VirtualColumnsHaveTypes) {
    BoundPlan bound = bound_of(scan(R"("_part","_part_offset")"));
    EXPECT_EQ(bound.output.at(1).type->id, column::TypeId::UInt64);
}

TEST(SplitText, GivesBackTheSplitThatWasWritten) {
    table::Split split;
    split.part_path = "/data/ü \"x\"/all_1_1_0";
    split.ranges = {{0, 3}, {5, 6}};
    split.rows = 12;
    split.bytes = 34;
    split.columns.push_back(
        {"c", format::parse_type("Nullable(Decimal(15, 2))"), "DEFAULT", "1 + 1", ""});
    table::Split read = parse_split(split_to_json(split).dump());
    EXPECT_EQ(read.part_path, split.part_path);
    ASSERT_EQ(read.ranges.size(), 2u);
    EXPECT_EQ(read.ranges[1].to, 6u);
    EXPECT_EQ(read.rows, 12u);
    EXPECT_EQ(read.bytes, 34u);
    ASSERT_EQ(read.columns.size(), 1u);
    EXPECT_EQ(*read.columns[0].type, *split.columns[0].type);
    EXPECT_EQ(read.columns[0].default_expression, "1 + 1");
}

TEST(SplitText, RefusesRangesThatDoNotRise) {
    const char* text = R"({"part":"p","ranges":[[4,5],[0,1]],"rows":1,"bytes":1,"columns":[]})";
    EXPECT_THROW(parse_split(text), Error);
    EXPECT_THROW(parse_split(R"({"part":"p","ranges":[[5,4]],"rows":1,"bytes":1,"columns":[]})"),
                 Error);
    EXPECT_THROW(parse_split(R"({"part":"p"})"), Error);
}

}  // namespace
}  // namespace ch::connector
