#include <nlohmann/json.hpp>

#include "engine/part/verify_part.h"
#include "engine/table/table.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/commands.h"
#include "tools/ch/json_output.h"
#include "tools/ch/output.h"
#include "tools/ch/progress.h"
#include "tools/ch/read_table.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

namespace {

using Align = TablePrinter::Align;

struct CheckedPart {
    std::string name;
    uint64_t bytes = 0;
    std::vector<part::Finding> findings;
};

void write_document(const std::vector<CheckedPart>& parts, bool sound) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CheckedPart& part : parts) {
        nlohmann::ordered_json findings = nlohmann::ordered_json::array();
        for (const part::Finding& finding : part.findings)
            findings.push_back({{"file", finding.file}, {"what", finding.what}});
        list.push_back({{"name", part.name},
                        {"sound", part.findings.empty()},
                        {"bytes", part.bytes},
                        {"findings", findings}});
    }
    write_json({{"sound", sound}, {"parts", list}});
}

std::string text_of(const std::vector<CheckedPart>& parts) {
    TablePrinter printer({{"PART"}, {"ON DISK", Align::Right}, {"RESULT"}});
    std::string findings;
    for (const CheckedPart& part : parts) {
        printer.add({part.name, bytes_text(part.bytes), part.findings.empty() ? "ok" : "DAMAGED"});
        for (const part::Finding& finding : part.findings)
            findings += printable(part.name + "/" + finding.file + ": " + finding.what) + '\n';
    }
    return printer.text() + (findings.empty() ? "" : '\n' + findings);
}

}  // namespace

bool run_check(const CommandContext& context, const std::string& path) {
    auto table = open_table(context, path);
    uint64_t bytes = 0;
    for (const auto& part : table->parts()) bytes += part->bytes_on_disk();

    std::vector<CheckedPart> checked;
    bool sound = table->broken_parts().empty();
    {
        Progress progress(context.show_progress, "checking", "bytes", bytes);
        for (const auto& part : table->parts()) {
            checked.push_back({part->name(), part->bytes_on_disk(),
                               part::verify_part(context.files, part->path(), context.pool,
                                                 part->default_granule_rows())});
            sound = sound && checked.back().findings.empty();
            progress.advance(part->bytes_on_disk());
        }
    }
    for (const table::BrokenPart& part : table->broken_parts())
        checked.push_back({part.name, 0, {{"", part.error}}});
    if (context.as_json)
        write_document(checked, sound);
    else
        write_output(text_of(checked));
    return sound;
}

}  // namespace ch::tools
