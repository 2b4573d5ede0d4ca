#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ch::latchd {

/// One event a line, to standard error: time=... level=... event=... and fields as key="value".
void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, std::string>> fields);

}  // namespace ch::latchd
