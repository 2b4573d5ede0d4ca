#include "syncer/event_log.h"

#include <unistd.h>

#include <ctime>

#include "nlohmann/json.hpp"

namespace ch::syncer {

void write_event(const std::string& event,
                 const std::vector<std::pair<std::string, std::string>>& fields) {
    char time[32];
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    std::strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    nlohmann::ordered_json line{{"time", time}, {"event", event}};
    for (const auto& [name, value] : fields) line[name] = value;
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    // One write a line, so that lines of several threads do not mix; there is nowhere to say that
    // standard error cannot be written.
    static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

}  // namespace ch::syncer
