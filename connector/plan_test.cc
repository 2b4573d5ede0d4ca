// Plans as clients write them, and what is wrong with those that are refused: each refusal must
// name the node and the field.
#include "connector/plan.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace ch::connector {
namespace {

constexpr const char* kWholePlan =
    R"({"node":"limit","rows":7,"options":{"types":"spark","batch_rows":100},
  "input":{"node":"project","columns":[{"name":"x","expr":{"column":"a"}}],
  "input":{"node":"filter","predicate":{"call":"AND","args":[
      {"call":"=","args":[{"column":"a"},{"literal":"1","type":"Int64"}]},
      {"call":"IS_NULL","args":[{"literal":null,"type":"String"}]}]},
  "input":{"node":"scan","table":"/data/db/t","columns":["a","b"]}}}})";

Error refusal(const std::string& json) {
    try {
        parse_plan(json);
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "taken: " << json;
    return Error(ErrorCode::Bug, "");
}

TEST(Plan, HoldsItsNodesFromTheRootToTheScan) {
    Plan plan = parse_plan(kWholePlan);
    EXPECT_EQ(std::get<LimitNode>(plan.root.node).rows, 7u);
    const PlanNode& project = plan.root.inputs.at(0);
    EXPECT_EQ(std::get<ProjectNode>(project.node).columns.at(0).name, "x");
    const PlanNode& filter = project.inputs.at(0);
    const PlanExpression& predicate = std::get<FilterNode>(filter.node).predicate;
    EXPECT_EQ(predicate.name, "AND");
    ASSERT_EQ(predicate.arguments.size(), 2u);
    EXPECT_EQ(predicate.arguments[0].arguments[1].text, "1");
    EXPECT_FALSE(predicate.arguments[1].arguments[0].text.has_value());
    EXPECT_EQ(scan_of(plan).table, "/data/db/t");
    EXPECT_EQ(scan_of(plan).columns, (std::vector<std::string>{"a", "b"}));
}

TEST(Plan, TakesOptionsFromItsRootAndDefaultsForTheRest) {
    PlanOptions options = parse_plan(kWholePlan).options;
    EXPECT_EQ(options.types, ResultTypes::Spark);
    EXPECT_EQ(options.batch_rows, 100u);
    EXPECT_TRUE(options.dictionary);
    EXPECT_FALSE(options.decimal128);
    EXPECT_EQ(options.split_bytes, kSplitTargetBytesDefault);
}

struct Refused {
    const char* json;
    ErrorCode code;
    const char* said;
};

TEST(Plan, NamesWhatIsWrongInAPlanThatIsRefused) {
    const Refused cases[] = {
        {"", ErrorCode::InvalidArgument, "not JSON at byte"},
        {"{", ErrorCode::InvalidArgument, "not JSON at byte"},
        {"{\"node\":\"\xFF\"}", ErrorCode::InvalidArgument, "not JSON at byte"},
        {"[]", ErrorCode::InvalidArgument, "must be an object"},
        {"{}", ErrorCode::InvalidArgument, "\"node\" is missing"},
        {R"({"node":3})", ErrorCode::InvalidArgument, "\"node\" must be a string, found 3"},
        {R"({"node":"join"})", ErrorCode::Unsupported, "unknown node \"join\""},
        {R"({"node":"scan","columns":[]})", ErrorCode::InvalidArgument, "\"table\" is missing"},
        {R"({"node":"scan","table":"t","columns":[1]})", ErrorCode::InvalidArgument,
         "must hold strings, found 1"},
        {R"({"node":"scan","table":"t","columns":"a"})", ErrorCode::InvalidArgument,
         "\"columns\" must be an array"},
        {R"({"node":"scan","table":"t","columns":[],"colums":[]})", ErrorCode::InvalidArgument,
         "node \"scan\": unknown field \"colums\""},
        {R"({"node":"limit","rows":-1,"input":{}})", ErrorCode::InvalidArgument,
         "\"rows\" must be a whole number"},
        {R"({"node":"limit","rows":1.5,"input":{}})", ErrorCode::InvalidArgument,
         "\"rows\" must be a whole number"},
        {R"({"node":"limit","rows":1})", ErrorCode::InvalidArgument, "\"input\" is missing"},
        {R"({"node":"limit","rows":1,"input":{"node":"scan","table":"t","options":{}}})",
         ErrorCode::InvalidArgument, "only the root"},
        {R"({"node":"scan","table":"t","columns":[],"options":{"types":"sparc"}})",
         ErrorCode::InvalidArgument, "found \"sparc\""},
        {R"({"node":"scan","table":"t","columns":[],"options":{"batch_rows":0}})",
         ErrorCode::InvalidArgument, "\"batch_rows\" must be 1 to"},
        {R"({"node":"scan","table":"t","columns":[],"options":{"batch_rows":99999999999}})",
         ErrorCode::InvalidArgument, "\"batch_rows\" must be 1 to"},
        {R"({"node":"scan","table":"t","columns":[],"options":{"threads":2}})",
         ErrorCode::InvalidArgument, "unknown field \"threads\""},
        {R"({"node":"filter","predicate":{"column":"a","type":"Int8"},"input":{}})",
         ErrorCode::InvalidArgument, "column reference: unknown field \"type\""},
        {R"({"node":"filter","predicate":{"literal":1,"type":"Int8"},"input":{}})",
         ErrorCode::InvalidArgument, "\"literal\" must be a string, found 1"},
        {R"({"node":"filter","predicate":{"literal":null},"input":{}})", ErrorCode::InvalidArgument,
         "\"type\" is missing"},
        {R"({"node":"filter","predicate":{"call":"NOT"},"input":{}})", ErrorCode::InvalidArgument,
         "call NOT: field \"args\" is missing"},
        {R"({"node":"filter","predicate":null,"input":{}})", ErrorCode::InvalidArgument,
         "expression: expected an object, found null"},
    };
    for (const Refused& refused : cases) {
        Error error = refusal(refused.json);
        EXPECT_EQ(error.code(), refused.code) << refused.json;
        EXPECT_NE(error.message().find(refused.said), std::string::npos)
            << refused.json << "\n  said: " << error.message();
    }
}

TEST(Plan, RefusesDeeperNestingThanItsLimit) {
    std::string deep;
    for (int i = 0; i <= kJsonDepthMax; ++i) deep += R"({"node":"limit","rows":1,"input":)";
    EXPECT_NE(refusal(deep).message().find("nested deeper"), std::string::npos);
    std::string arrays(1'000'000, '[');
    EXPECT_NE(refusal(arrays).message().find("nested deeper"), std::string::npos);
}

TEST(Plan, RefusesMoreBytesThanItsLimit) {
    std::string large(kPlanBytesMax + 1, ' ');
    EXPECT_NE(refusal(large).message().find("at most"), std::string::npos);
}

}  // namespace
}  // namespace ch::connector
