#include "benchmarks/json_lines.h"

#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace ch::bench {

void serve_json_lines(const std::function<nlohmann::json(const nlohmann::json&)>& answer) {
    std::string line;
    while (std::getline(std::cin, line)) {
        nlohmann::json reply;
        try {
            reply = answer(nlohmann::json::parse(line));
        } catch (const std::exception& problem) {
            reply = {{"error", problem.what()}};
        }
        std::cout << reply.dump() << '\n' << std::flush;
    }
}

}  // namespace ch::bench
