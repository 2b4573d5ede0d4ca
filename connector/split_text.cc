#include "connector/split_text.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "engine/format/type_text.h"

namespace ch::connector {

using nlohmann::json;

namespace {

table::TableColumn parse_column(const json& value) {
    check_fields(value, "split column", {"name", "type", "default_kind", "default_expression"});
    table::TableColumn column;
    column.name = text_field(value, "split column", "name");
    column.type = format::parse_type(text_field(value, "split column", "type"));
    if (value.contains("default_kind"))
        column.default_kind = text_field(value, "split column", "default_kind");
    if (value.contains("default_expression"))
        column.default_expression = text_field(value, "split column", "default_expression");
    return column;
}

table::GranuleRange parse_range(const json& value) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_number_unsigned() ||
        !value[1].is_number_unsigned() || value[0].get<uint64_t>() > value[1].get<uint64_t>())
        throw Error(ErrorCode::InvalidArgument,
                    "split: a range must be [from, to], found " + dump_json(value));
    return {value[0].get<uint64_t>(), value[1].get<uint64_t>()};
}

}  // namespace

json split_to_json(const table::Split& split) {
    json ranges = json::array();
    for (const table::GranuleRange& range : split.ranges)
        ranges.push_back(json::array({range.from, range.to}));
    json columns = json::array();
    for (const table::TableColumn& column : split.columns) {
        json value = {{"name", column.name}, {"type", column.type->name()}};
        // Parts that lack a column are filled by its default on the executor, which does not see
        // the table's definition.
        if (!column.default_kind.empty()) value["default_kind"] = column.default_kind;
        if (!column.default_expression.empty())
            value["default_expression"] = column.default_expression;
        columns.push_back(std::move(value));
    }
    return {{"part", split.part_path},
            {"ranges", std::move(ranges)},
            {"rows", split.rows},
            {"bytes", split.bytes},
            {"columns", std::move(columns)}};
}

table::Split parse_split(std::string_view text) {
    json value = parse_json(text, "split", kSplitBytesMax);
    check_fields(value, "split", {"part", "ranges", "rows", "bytes", "columns"});
    table::Split split;
    split.part_path = text_field(value, "split", "part");
    split.rows = count_field(value, "split", "rows");
    split.bytes = count_field(value, "split", "bytes");
    const json& ranges = array_field(value, "split", "ranges");
    const json& columns = array_field(value, "split", "columns");
    if (ranges.size() > kSplitRangesMax || columns.size() > kColumnsMax)
        throw Error(ErrorCode::InvalidArgument, "split: too many ranges or columns");
    for (const json& range : ranges) {
        split.ranges.push_back(parse_range(range));
        size_t count = split.ranges.size();
        // Overlapping ranges would give rows twice. That they end within the part is checked where
        // it is open.
        if (count > 1 && split.ranges[count - 1].from < split.ranges[count - 2].to)
            throw Error(ErrorCode::InvalidArgument, "split: ranges must rise");
    }
    for (const json& column : columns) split.columns.push_back(parse_column(column));
    return split;
}

}  // namespace ch::connector
