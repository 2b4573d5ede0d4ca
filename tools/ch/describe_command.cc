#include <nlohmann/json.hpp>

#include "engine/table/table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/read_table.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using table::Table;

struct Totals {
    uint64_t rows = 0;
    uint64_t bytes = 0;
    uint64_t granules = 0;
};

Totals totals_of(const Table& table) {
    Totals totals;
    for (const auto& part : table.parts()) {
        totals.rows += part->rows();
        totals.bytes += part->bytes_on_disk();
        totals.granules += part->granules().count();
    }
    return totals;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string result;
    for (const std::string& text : texts) (result += result.empty() ? "" : ", ") += text;
    return result;
}

std::string default_of(const table::TableColumn& column) {
    return column.default_expression.empty()
               ? column.default_kind
               : column.default_kind + " " + column.default_expression;
}

nlohmann::ordered_json document_of(const Table& table) {
    const table::TableSchema& schema = table.schema();
    const Totals totals = totals_of(table);
    nlohmann::ordered_json columns = nlohmann::ordered_json::array();
    for (const table::TableColumn& column : schema.columns)
        columns.push_back({{"name", column.name},
                           {"type", column.type->name()},
                           {"supported", column.type->id != column::TypeId::Unsupported},
                           {"default_kind", column.default_kind},
                           {"default_expression", column.default_expression},
                           {"comment", column.comment}});
    nlohmann::ordered_json indices = nlohmann::ordered_json::array();
    for (const auto& index : schema.skip_indices)
        indices.push_back({{"name", index.name},
                           {"expression", index.expression},
                           {"type", index.type},
                           {"granularity", index.granularity}});
    return {{"database", schema.database},
            {"table", schema.name},
            {"path", table.path()},
            {"engine", schema.engine},
            {"order_by", schema.sorting_key},
            {"primary_key", schema.primary_key},
            {"partition_by", schema.partition_key},
            {"parts", table.parts().size()},
            {"broken_parts", table.broken_parts().size()},
            {"rows", totals.rows},
            {"granules", totals.granules},
            {"bytes_on_disk", totals.bytes},
            {"columns", columns},
            {"skip_indices", indices}};
}

std::string text_of(const Table& table) {
    const table::TableSchema& schema = table.schema();
    const Totals totals = totals_of(table);
    TablePrinter facts(
        {{"Table"},
         {printable(schema.database.empty() ? schema.name : schema.database + "." + schema.name)}});
    auto add = [&](const char* what, const std::string& value) {
        if (!value.empty()) facts.add({what, printable(value)});
    };
    add("Path", table.path());
    add("Engine", schema.engine);
    add("Partition by", schema.partition_key);
    add("Order by", joined(schema.sorting_key));
    if (schema.primary_key != schema.sorting_key) add("Primary key", joined(schema.primary_key));
    add("Parts", count_text(table.parts().size()));
    if (!table.broken_parts().empty())
        add("Broken parts", count_text(table.broken_parts().size()) + ", see ch parts");
    add("Rows", count_text(totals.rows) + " in " + count_text(totals.granules) + " granules");
    add("On disk", bytes_text(totals.bytes));

    TablePrinter columns({{"COLUMN"}, {"TYPE"}, {"DEFAULT"}, {"COMMENT"}});
    for (const table::TableColumn& column : schema.columns)
        columns.add({printable(column.name), printable(column.type->name()),
                     printable(default_of(column)), printable(column.comment)});
    std::string text = facts.text() + '\n' + columns.text();
    if (schema.skip_indices.empty()) return text;

    TablePrinter indices(
        {{"SKIP INDEX"}, {"EXPRESSION"}, {"TYPE"}, {"GRANULARITY", TablePrinter::Align::Right}});
    for (const auto& index : schema.skip_indices)
        indices.add({printable(index.name), printable(index.expression), printable(index.type),
                     count_text(index.granularity)});
    return text + '\n' + indices.text();
}

}  // namespace

bool run_describe(const CommandContext& context, const std::string& path) {
    auto table = open_table(context, path);
    write_report(context, document_of(*table), text_of(*table));
    return true;
}

}  // namespace ch::tools
