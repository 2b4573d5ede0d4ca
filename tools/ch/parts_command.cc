#include <nlohmann/json.hpp>

#include "engine/format/part_name.h"
#include "engine/table/table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/read_table.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;

const char* kind_text(part::PartKind kind) {
    return kind == part::PartKind::Wide ? "Wide" : "Compact";
}

nlohmann::ordered_json document_of(const table::Table& table) {
    nlohmann::ordered_json parts = nlohmann::ordered_json::array();
    for (const auto& part : table.parts()) {
        nlohmann::ordered_json entry = {{"name", part->name()},
                                        {"path", part->path()},
                                        {"kind", kind_text(part->kind())},
                                        {"rows", part->rows()},
                                        {"granules", part->granules().count()},
                                        {"columns", part->columns().size()},
                                        {"bytes_on_disk", part->bytes_on_disk()}};
        if (auto name = format::PartName::parse(part->name())) {
            entry["partition_id"] = name->partition_id;
            entry["level"] = name->level;
        }
        entry["has_deleted_rows"] = part->find_column("_row_exists").has_value();
        parts.push_back(std::move(entry));
    }
    nlohmann::ordered_json broken = nlohmann::ordered_json::array();
    for (const table::BrokenPart& part : table.broken_parts())
        broken.push_back({{"name", part.name}, {"error", part.error}});
    return {{"parts", parts}, {"broken_parts", broken}};
}

std::string text_of(const table::Table& table) {
    TablePrinter printer({{"PART"},
                          {"KIND"},
                          {"ROWS", Align::Right},
                          {"GRANULES", Align::Right},
                          {"COLUMNS", Align::Right},
                          {"ON DISK", Align::Right},
                          {"NOTE"}});
    for (const auto& part : table.parts())
        printer.add({part->name(), kind_text(part->kind()), count_text(part->rows()),
                     count_text(part->granules().count()), count_text(part->columns().size()),
                     bytes_text(part->bytes_on_disk()),
                     part->find_column("_row_exists") ? "has deleted rows" : ""});
    for (const table::BrokenPart& part : table.broken_parts())
        printer.add({part.name, "", "", "", "", "", "broken: " + printable(part.error)});
    return printer.text();
}

}  // namespace

bool run_parts(const CommandContext& context, const std::string& path) {
    auto table = open_table(context, path);
    write_report(context, document_of(*table), text_of(*table));
    return true;
}

}  // namespace ch::tools
