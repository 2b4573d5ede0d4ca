#include "engine/format/serialization_json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/format/file_limits.h"

namespace ch::format {

namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::Corrupt, what);
}

// The parser recurses, so depth is bounded before it sees the text.
void check_depth(std::string_view text) {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (quoted) {
            // Brackets within strings nest nothing, and an escaped quote ends none.
            if (c == '\\') ++i;
            if (c == '"') quoted = false;
            continue;
        }
        if (c == '"') quoted = true;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && depth > 0) --depth;
        if (depth > kJsonDepthMax) fail("JSON is nested too deep");
    }
}

uint64_t number_or(const json& object, const char* key, uint64_t otherwise) {
    auto found = object.find(key);
    if (found == object.end()) return otherwise;
    if (!found->is_number_unsigned()) fail(std::string("\"") + key + "\" is no natural number");
    return found->get<uint64_t>();
}

ColumnForm parse_form(const json& object) {
    if (!object.is_object()) fail("a column's entry is no object");
    ColumnForm form;
    auto kind = object.find("kind");
    if (kind == object.end() || !kind->is_string()) fail("a column's entry has no \"kind\"");
    const auto& name = kind->get_ref<const std::string&>();
    // An unknown kind or version changes how bytes are laid out: it is refused, never read as
    // dense.
    if (name != "Default" && name != "Sparse")
        throw Error(ErrorCode::Unsupported, "serialization kind \"" + name + "\" is not read");
    form.sparse = name == "Sparse";
    form.rows_count = number_or(object, "num_rows", 0);
    form.defaults_count = number_or(object, "num_defaults", 0);
    auto elements = object.find("subcolumns");
    if (elements == object.end()) return form;
    if (!elements->is_array()) fail("\"subcolumns\" is no list");
    for (const json& element : *elements) form.elements.push_back(parse_form(element));
    return form;
}

void parse_versions(const json& root, Serialization& to) {
    auto versions = root.find("types_serialization_versions");
    if (versions == root.end()) return;
    if (!versions->is_object()) fail("\"types_serialization_versions\" is no object");
    uint64_t string_version = number_or(*versions, "string", 0);
    if (string_version > 1)
        throw Error(ErrorCode::Unsupported, "String serialization version " +
                                                std::to_string(string_version) + " is not read");
    to.string_sizes = string_version == 1;
    to.nullable_version = number_or(*versions, "nullable", 0);
    to.map_version = number_or(*versions, "map", 0);
    auto nested = root.find("propagate_types_serialization_versions_to_nested_types");
    if (nested == root.end()) return;
    if (!nested->is_boolean()) fail("\"propagate_types_...\" is neither true nor false");
    // Without the flag only Strings at the top, and in Tuples of them there, have a sizes stream.
    to.nested_string_sizes = to.string_sizes && nested->get<bool>();
}

}  // namespace

Serialization Serialization::parse(std::string_view text) {
    if (text.size() > kJsonBytesMax) fail("JSON of " + std::to_string(text.size()) + " bytes");
    check_depth(text);
    // Without exceptions: a file's damage is our own Error, with what was expected.
    json root = json::parse(text, nullptr, false);
    if (root.is_discarded() || !root.is_object()) fail("is no JSON object");
    uint64_t version = number_or(root, "version", 0);
    if (version > 1)
        throw Error(ErrorCode::Unsupported, "serialization version " + std::to_string(version) +
                                                " is not read, only 0 and 1");
    Serialization result;
    auto columns = root.find("columns");
    if (columns != root.end()) {
        if (!columns->is_array()) fail("\"columns\" is no list");
        for (const json& column : *columns) {
            ColumnForm form = parse_form(column);
            auto name = column.find("name");
            if (name == column.end() || !name->is_string())
                fail("a column's entry has no \"name\"");
            result.columns.insert_or_assign(name->get<std::string>(), std::move(form));
        }
    }
    parse_versions(root, result);
    return result;
}

const ColumnForm& Serialization::form(std::string_view column) const {
    // A column that is not listed is Default: types that cannot be sparse never are.
    static const ColumnForm kDense;
    auto found = columns.find(column);
    return found == columns.end() ? kDense : found->second;
}

}  // namespace ch::format
