#include "engine/store/create_text.h"

namespace ch::storage {

namespace {

std::string quoted(std::string_view text, char quote) {
    std::string result(1, quote);
    for (char c : text) {
        if (c == quote || c == '\\') result += '\\';
        result += c;
    }
    return result + quote;
}

void append_tuple(std::string& to, const char* clause,
                  const std::vector<std::string>& expressions) {
    to += std::string("\n") + clause + " ";
    if (expressions.size() == 1) {
        to += expressions.front();
        return;
    }
    if (expressions.empty()) to += "tuple";
    to += "(";
    for (size_t i = 0; i < expressions.size(); ++i) to += (i > 0 ? ", " : "") + expressions[i];
    to += ")";
}

/// The table's codec is said with each column: as a setting only the newest ClickHouses know it.
std::string codec_of(const ColumnDefinition& column, const SchemaVersion& schema) {
    const bool is_stored = column.default_kind != "ALIAS" && column.default_kind != "EPHEMERAL";
    if (!column.codec.empty() || !is_stored) return column.codec;
    for (const auto& [name, value] : schema.properties)
        if (name == kDefaultCodec) return value;
    return {};
}

std::string column_text(const ColumnDefinition& column, const SchemaVersion& schema) {
    std::string text = "    " + quoted(column.name, '`') + " " + column.type;
    if (!column.default_kind.empty())
        text += " " + column.default_kind +
                (column.default_expression.empty() ? "" : " " + column.default_expression);
    if (!column.comment.empty()) text += " COMMENT " + quoted(column.comment, '\'');
    const std::string codec = codec_of(column, schema);
    if (!codec.empty()) text += " CODEC(" + codec + ")";
    return text;
}

std::string settings_text(const SchemaVersion& schema) {
    std::string text;
    for (const auto& [name, value] : schema.properties)
        if (name != kDefaultCodec)
            text += (text.empty() ? "\nSETTINGS " : ", ") + name + " = " + value;
    return text;
}

}  // namespace

std::string create_text(const TableState& table) {
    const SchemaVersion& schema = table.schema();
    std::string text = "ATTACH TABLE " + quoted(table.name, '`') + "\n(\n";
    for (const ColumnDefinition& column : schema.columns)
        text += (&column == &schema.columns.front() ? "" : ",\n") + column_text(column, schema);
    for (const IndexDefinition& index : schema.indices)
        text += ",\n    INDEX " + quoted(index.name, '`') + " " + index.expression + " TYPE " +
                index.type + " GRANULARITY " + std::to_string(index.granularity);
    text += "\n)\nENGINE = " + schema.engine;
    if (!schema.partition_key.empty()) text += "\nPARTITION BY " + schema.partition_key;
    if (!schema.primary_key.empty() && schema.primary_key != schema.sorting_key)
        append_tuple(text, "PRIMARY KEY", schema.primary_key);
    append_tuple(text, "ORDER BY", schema.sorting_key);
    text += settings_text(schema);
    if (!schema.comment.empty()) text += "\nCOMMENT " + quoted(schema.comment, '\'');
    return text + "\n";
}

void begin_table_folder(io::FileSystem& files, const std::string& folder, TableId table) {
    std::unique_ptr<io::WritableFile> owner = files.create(folder + "/table_id");
    owner->append(as_bytes(std::to_string(table)));
    owner->close();
    io::write_small_file(files, folder + "/format_version.txt", as_bytes("1"));
    files.make_folder(folder + "/detached");
}

bool is_table_folder(const io::FileSystem& files, const std::string& folder) {
    return folder.compare(folder.rfind('/') + 1, kUnnamedTable.size(), kUnnamedTable) == 0 ||
           files.kind(folder + "/table_id").has_value();
}

void repair_create_text(io::FileSystem& files, const std::string& folder, const TableState& table,
                        uint64_t random) {
    const std::string path = folder + "/table.sql";
    const std::string text = create_text(table);
    if (files.file_size(path) == text.size() &&
        io::read_small_file(files, path, text.size()) == text)
        return;
    const std::string fresh = folder + "/tmp_sql_" + std::to_string(random);
    std::unique_ptr<io::WritableFile> file = files.create(fresh);
    file->append(as_bytes(text));
    file->close();
    files.rename_over(fresh, path);
}

}  // namespace ch::storage
