#include <nlohmann/json.hpp>

#include "engine/table/table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/part_check.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;

struct CheckedPart {
    std::string name;
    PartCheck check;
};

void write_document(const std::vector<CheckedPart>& parts, bool sound) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CheckedPart& part : parts)
        list.push_back({{"name", part.name},
                        {"sound", part.check.damages.empty()},
                        {"files", part.check.files},
                        {"bytes", part.check.bytes},
                        {"damages", part.check.damages}});
    write_json({{"sound", sound}, {"parts", list}});
}

std::string text_of(const std::vector<CheckedPart>& parts) {
    TablePrinter printer(
        {{"PART"}, {"FILES", Align::Right}, {"CHECKED", Align::Right}, {"RESULT"}});
    std::string damages;
    for (const CheckedPart& part : parts) {
        printer.add({part.name, count_text(part.check.files), bytes_text(part.check.bytes),
                     part.check.damages.empty() ? "ok" : "DAMAGED"});
        for (const std::string& damage : part.check.damages)
            damages += part.name + ": " + printable(damage) + '\n';
    }
    return printer.text() + (damages.empty() ? "" : '\n' + damages);
}

}  // namespace

bool run_check(const CommandContext& context, const std::string& path) {
    auto table = table::Table::open(context.files, path);
    uint64_t bytes = 0;
    for (const auto& part : table->parts()) bytes += part->bytes_on_disk();

    std::vector<CheckedPart> checked;
    bool sound = true;
    {
        Progress progress(context.show_progress, "checking", "bytes", bytes);
        for (const auto& part : table->parts())
            checked.push_back({part->name(), check_part(*part, progress)});
    }
    for (const table::BrokenPart& part : table->broken_parts())
        checked.push_back({part.name, {0, 0, {part.error}}});
    for (const CheckedPart& part : checked) sound = sound && part.check.damages.empty();
    if (context.as_json)
        write_document(checked, sound);
    else
        write_output(text_of(checked));
    return sound;
}

}  // namespace ch::tools
