#pragma once

#include <string>
#include <vector>

#include "latchd/arbiter.h"

namespace ch::latchd {

/// What stands in /status and on the page for people.
struct Picture {
    std::string root;
    std::string root_id;
    std::string address;
    Standing standing;
    std::vector<Arbiter::HeldPin> pins;
};

std::string status_json(const Picture& picture);
std::string status_page(const Picture& picture);

}  // namespace ch::latchd
