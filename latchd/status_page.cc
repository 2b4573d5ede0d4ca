#include "latchd/status_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ch::latchd {

namespace {

using nlohmann::ordered_json;

constexpr uint64_t kMsPerSecond = 1000;
/// Rows of a table on the page; /status has all.
constexpr size_t kRowsMax = 200;

const char* name_of(latch::LatchMode mode) {
    if (mode == latch::LatchMode::Writer) return "writer";
    return mode == latch::LatchMode::Schema ? "schema" : "shared";
}

std::string escaped(const std::string& text) {
    std::string safe;
    for (char c : text) {
        if (c == '<') {
            safe += "&lt;";
        } else if (c == '>') {
            safe += "&gt;";
        } else if (c == '&') {
            safe += "&amp;";
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string age_text(uint64_t ms) {
    const uint64_t seconds = ms / kMsPerSecond;
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600)
        return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
    return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string row(std::initializer_list<std::string> cells) {
    std::string text = "<tr>";
    for (const std::string& cell : cells) text += "<td>" + escaped(cell) + "</td>";
    return text + "</tr>\n";
}

std::string resources_text(const std::vector<latch::ResourceId>& resources) {
    std::string text;
    for (latch::ResourceId resource : resources) {
        if (!text.empty()) text += ", ";
        text += resource == 0 ? std::string("collection") : std::to_string(resource);
    }
    return text;
}

std::string holders_table(const Standing& standing) {
    std::string text =
        "<h2>Leases, and who waits</h2>\n<table><tr><th>mode<th>table<th>state<th>age<th>holder"
        "</tr>\n";
    size_t rows = 0;
    for (const Standing::Entry& entry : standing.holders) {
        if (rows++ == kRowsMax) break;
        text +=
            row({name_of(entry.holder.wish.mode), resources_text(entry.holder.wish.resources),
                 entry.holder.is_waiting ? "waits" : "holds", age_text(entry.age_ms), entry.note});
    }
    if (standing.holders.empty()) text += "<tr><td colspan=5 class=none>none</td></tr>\n";
    return text + "</table>\n";
}

std::string pins_table(std::vector<Arbiter::HeldPin> pins, uint64_t head) {
    std::sort(pins.begin(), pins.end(),
              [](const auto& a, const auto& b) { return a.pin.version < b.pin.version; });
    std::string text =
        "<h2>Pins</h2>\n<table><tr><th>version<th>behind the newest<th>age<th>holder</tr>\n";
    for (size_t i = 0; i < pins.size() && i < kRowsMax; ++i)
        text += row({std::to_string(pins[i].pin.version),
                     std::to_string(head - std::min(head, pins[i].pin.version)),
                     age_text(pins[i].age_ms), pins[i].pin.note});
    if (pins.empty()) text += "<tr><td colspan=4 class=none>none</td></tr>\n";
    return text + "</table>\n";
}

constexpr const char* kHead =
    "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5>"
    "<title>latchd</title><style>"
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;color:#222}"
    "h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:1.8rem 0 .4rem}"
    "p{margin:.2rem 0;color:#666}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}th{font-weight:600}"
    ".facts{display:flex;gap:2.5rem;flex-wrap:wrap;margin-top:1.2rem}.facts b{display:block;"
    "font-size:1.5rem;font-weight:600}.none{color:#999}.wait{color:#a40}</style>";

}  // namespace

std::string status_json(const Picture& picture) {
    const Standing& standing = picture.standing;
    ordered_json holders = ordered_json::array(), pins = ordered_json::array();
    for (const Standing::Entry& entry : standing.holders)
        holders.push_back({{"mode", name_of(entry.holder.wish.mode)},
                           {"resources", entry.holder.wish.resources},
                           {"waiting", entry.holder.is_waiting},
                           {"age_ms", entry.age_ms},
                           {"holder", entry.note}});
    for (const Arbiter::HeldPin& pin : picture.pins)
        pins.push_back({{"pin", pin.name},
                        {"version", pin.pin.version},
                        {"age_ms", pin.age_ms},
                        {"holder", pin.pin.note}});
    const ordered_json document = {{"root", picture.root},
                                   {"root_id", picture.root_id},
                                   {"address", picture.address},
                                   {"version", standing.head},
                                   {"floor", standing.floor},
                                   {"grace_ms", standing.grace_ms},
                                   {"up_ms", standing.up_ms},
                                   {"sessions", standing.sessions},
                                   {"watchers", standing.watchers},
                                   {"holders", holders},
                                   {"pins", pins}};
    // Notes are clients' bytes, and may be no UTF-8.
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string status_page(const Picture& picture) {
    const Standing& standing = picture.standing;
    std::string text = kHead;
    text += "<h1>" + escaped(picture.root) + "</h1>\n<p>served by latchd at " +
            escaped(picture.address) + ", up " + age_text(standing.up_ms) + "</p>\n";
    if (standing.grace_ms > 0)
        text += "<p class=wait>Restarted: nothing is granted or collected for another " +
                age_text(standing.grace_ms) + ", until holders have come forward.</p>\n";
    text += "<div class=facts>";
    for (const auto& [name, value] :
         {std::pair<const char*, uint64_t>{"newest version", standing.head},
          {"readable from", standing.floor},
          {"sessions", standing.sessions},
          {"pins", standing.pins},
          {"watchers", standing.watchers}})
        text += std::string("<div><b>") + std::to_string(value) + "</b>" + name + "</div>";
    text += "</div>\n";
    return text + holders_table(standing) + pins_table(picture.pins, standing.head) + "</html>\n";
}

}  // namespace ch::latchd
