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
    check_fields(value, "split column",
                 {"name", "type", "default_kind", "default_expression", "stored"});
    table::TableColumn column;
    column.name = text_field(value, "split column", "name");
    column.type = format::parse_type(text_field(value, "split column", "type"));
    if (value.contains("default_kind"))
        column.default_kind = text_field(value, "split column", "default_kind");
    if (value.contains("default_expression"))
        column.default_expression = text_field(value, "split column", "default_expression");
    if (value.contains("stored")) column.stored_name = text_field(value, "split column", "stored");
    return column;
}

table::GranuleRange parse_range(const json& value) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_number_unsigned() ||
        !value[1].is_number_unsigned() || value[0].get<uint64_t>() > value[1].get<uint64_t>())
        throw Error(ErrorCode::InvalidArgument,
                    "split: a range must be [from, to], found " + dump_json(value));
    return {value[0].get<uint64_t>(), value[1].get<uint64_t>()};
}

json hiding_to_json(const table::RowHiding& hiding) {
    json parts = json::array();
    for (const table::HidingPart& part : hiding.parts)
        parts.push_back({{"part", part.path}, {"wins_ties", part.wins_ties}});
    return {{"key", hiding.key},
            {"version", hiding.columns.version},
            {"is_deleted", hiding.columns.is_deleted},
            {"bitmap", hiding.bitmap},
            {"bitmap_hash", hiding.bitmap_hash},
            {"has_deleted", hiding.has_deleted},
            {"parts", std::move(parts)}};
}

bool flag_field(const json& value, const char* name) {
    if (!value.contains(name) || !value[name].is_boolean())
        throw Error(ErrorCode::InvalidArgument,
                    std::string("split: \"") + name + "\" must be true or false");
    return value[name].get<bool>();
}

table::RowHiding parse_hiding(const json& value) {
    check_fields(value, "split hiding",
                 {"key", "version", "is_deleted", "bitmap", "bitmap_hash", "has_deleted", "parts"});
    table::RowHiding hiding;
    for (const json& name : array_field(value, "split hiding", "key")) {
        if (!name.is_string())
            throw Error(ErrorCode::InvalidArgument, "split: a key column must be a name");
        hiding.key.push_back(name.get<std::string>());
    }
    hiding.columns.version = text_field(value, "split hiding", "version");
    hiding.columns.is_deleted = text_field(value, "split hiding", "is_deleted");
    hiding.bitmap = text_field(value, "split hiding", "bitmap");
    hiding.bitmap_hash = text_field(value, "split hiding", "bitmap_hash");
    hiding.has_deleted = flag_field(value, "has_deleted");
    for (const json& part : array_field(value, "split hiding", "parts")) {
        check_fields(part, "split hiding part", {"part", "wins_ties"});
        hiding.parts.push_back(
            {text_field(part, "split hiding part", "part"), flag_field(part, "wins_ties")});
    }
    return hiding;
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
        if (column.stored_name) value["stored"] = *column.stored_name;
        columns.push_back(std::move(value));
    }
    json value = {{"part", split.part_path},
                  {"ranges", std::move(ranges)},
                  {"rows", split.rows},
                  {"bytes", split.bytes},
                  {"columns", std::move(columns)}};
    if (split.granule_rows != part::Part::kGranuleRowsDefault)
        value["granule_rows"] = split.granule_rows;
    if (split.hiding) value["hiding"] = hiding_to_json(*split.hiding);
    return value;
}

table::Split parse_split(std::string_view text) {
    json value = parse_json(text, "split", kSplitBytesMax);
    check_fields(value, "split",
                 {"part", "ranges", "rows", "bytes", "columns", "granule_rows", "hiding"});
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
    if (value.contains("granule_rows"))
        split.granule_rows = count_field(value, "split", "granule_rows");
    if (value.contains("hiding")) split.hiding = parse_hiding(value["hiding"]);
    return split;
}

}  // namespace ch::connector
