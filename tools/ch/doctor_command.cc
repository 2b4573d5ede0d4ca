#include <nlohmann/json.hpp>

#include "engine/store/examine.h"
#include "tools/ch/amount_text.h"
#include "tools/ch/json_output.h"
#include "tools/ch/store_commands.h"
#include "tools/ch/table_printer.h"

namespace ch::tools {

bool run_doctor(const CommandContext& context, const std::string& root) {
    const storage::Examination found = storage::examine_root(context.files, root);
    nlohmann::ordered_json findings = nlohmann::ordered_json::array();
    std::string text;
    uint64_t wrong = 0;
    for (const storage::Finding& finding : found.findings) {
        wrong += finding.is_wrong ? 1 : 0;
        findings.push_back({{"wrong", finding.is_wrong},
                            {"path", finding.path},
                            {"what", finding.what},
                            {"do", finding.advice}});
        text += std::string(finding.is_wrong ? "WRONG " : "note  ") + printable(finding.path) +
                "\n      " + printable(finding.what) + "\n      " + printable(finding.advice) +
                "\n";
    }
    if (found.version)
        text += "version " + std::to_string(*found.version) + ", " + count_text(found.tables) +
                " tables, " + count_text(found.parts) + " parts; ";
    text += wrong == 0
                ? "nothing is wrong (ch check reads a table's column files, too)\n"
                : count_text(wrong) + (wrong == 1 ? " thing is" : " things are") + " wrong\n";
    write_report(context,
                 {{"sound", wrong == 0},
                  {"version", found.version ? nlohmann::ordered_json(*found.version)
                                            : nlohmann::ordered_json()},
                  {"tables", found.tables},
                  {"parts", found.parts},
                  {"findings", findings}},
                 text);
    return wrong == 0;
}

}  // namespace ch::tools
