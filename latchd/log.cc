#include "latchd/log.h"

#include <time.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace ch::latchd {

void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, std::string>> fields) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    char time[32];
    std::strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &parts);
    std::string line = "time=" + std::string(time) + " level=" + std::string(level) +
                       " event=" + std::string(event);
    for (const auto& [key, value] : fields)
        // JSON's quoting: a value cannot begin another line or field.
        line +=
            " " + std::string(key) + "=" +
            nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    line += "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace ch::latchd
