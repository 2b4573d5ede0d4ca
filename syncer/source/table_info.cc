#include "syncer/source/table_info.h"

#include <algorithm>

#include "base/error.h"
#include "nlohmann/json.hpp"

namespace ch::syncer {

using nlohmann::json;

namespace {

constexpr uint64_t kNotNull = 1, kPrimaryKey = 2, kUnsigned = 32;
constexpr int kPublic = 5;

std::string name_of(const json& object) {
    return object.at("O").get<std::string>();
}

bool is_known(int64_t type) {
    return (type >= 1 && type <= 16 && type != 6) || (type >= 0xf5 && type <= 0xfe);
}

// A number, a text, or bytes in a text of their own.
std::optional<std::string> default_text(const json& column, const char* name) {
    const auto found = column.find(name);
    if (found == column.end() || found->is_null()) return std::nullopt;
    return found->is_string() ? found->get<std::string>() : found->dump();
}

TidbColumn parse_column(const json& from) {
    TidbColumn column;
    column.id = from.at("id").get<int64_t>();
    column.name = name_of(from.at("name"));
    const json& type = from.at("type");
    const auto number = type.at("Tp").get<int64_t>();
    if (!is_known(number))
        throw Error(ErrorCode::Unsupported, "column " + column.name + " is of MySQL's type " +
                                                std::to_string(number) + ", which is not known");
    column.type = static_cast<MysqlType>(number);
    const auto flags = type.at("Flag").get<uint64_t>();
    column.is_unsigned = (flags & kUnsigned) != 0;
    column.is_not_null = (flags & (kNotNull | kPrimaryKey)) != 0;
    column.is_binary = type.at("Charset").get<std::string>() == "binary";
    column.length = type.at("Flen").get<int64_t>();
    column.decimals = std::max<int64_t>(0, type.at("Decimal").get<int64_t>());
    if (const json& elements = type.at("Elems"); elements.is_array())
        column.elements = elements.get<std::vector<std::string>>();
    column.is_virtual =
        !from.value("generated_expr_string", "").empty() && !from.value("generated_stored", false);
    column.origin_default = default_text(from, "origin_default");
    return column;
}

// Of an integer primary key that is the handle there is no index.
void find_primary_key(TidbTable& table, const json& from) {
    if (table.pk_is_handle) {
        for (const json& column : from.at("cols"))
            if ((column.at("type").at("Flag").get<uint64_t>() & kPrimaryKey) != 0)
                table.primary_key.push_back(name_of(column.at("name")));
        return;
    }
    const auto indices = from.find("index_info");
    if (indices == from.end() || !indices->is_array()) return;
    for (const json& index : *indices)
        if (index.value("is_primary", false) && index.value("state", 0) == kPublic)
            for (const json& column : index.at("idx_cols"))
                table.primary_key.push_back(name_of(column.at("name")));
}

bool is_set(const json& from, const char* name) {
    const auto found = from.find(name);
    return found != from.end() && !found->is_null();
}

}  // namespace

const TidbColumn* TidbTable::find(std::string_view column) const {
    auto found = std::find_if(columns.begin(), columns.end(), [&](const TidbColumn& candidate) {
        return candidate.name == column;
    });
    return found == columns.end() ? nullptr : &*found;
}

TidbTable parse_table_info(const json& from) {
    try {
        TidbTable table;
        table.id = from.at("id").get<int64_t>();
        table.name = name_of(from.at("name"));
        table.pk_is_handle = from.at("pk_is_handle").get<bool>();
        table.is_common_handle = from.at("is_common_handle").get<bool>();
        table.is_table = !is_set(from, "view") && !is_set(from, "sequence");
        if (!table.is_table || !from.at("cols").is_array()) return table;
        for (const json& column : from.at("cols"))
            if (column.at("state").get<int>() == kPublic)
                table.columns.push_back(parse_column(column));
        find_primary_key(table, from);
        for (const std::string& name : table.primary_key)
            if (table.find(name) == nullptr)
                throw Error(ErrorCode::Corrupt, "table " + table.name + " has no column " + name +
                                                    " of its primary key");
        return table;
    } catch (const json::exception& error) {
        throw Error(ErrorCode::Corrupt,
                    std::string("TiDB's description of a table: ") + error.what());
    }
}

TidbTable parse_table_info(std::string_view text) {
    const json parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded())
        throw Error(ErrorCode::Corrupt, "TiDB's description of a table is no JSON");
    return parse_table_info(parsed);
}

}  // namespace ch::syncer
