#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"

namespace ch::connector {

/// A failure on its way out of the library.
struct Failure {
    ErrorCode code;
    std::string message;
};

/// The wall that no exception passes: runs `body` and gives its failure as a value. Where even the
/// message finds no memory it is empty.
template <typename Body>
[[nodiscard]] std::optional<Failure> run_behind_wall(Body&& body) noexcept {
    try {
        try {
            std::forward<Body>(body)();
            return std::nullopt;
        } catch (const Error& error) {
            return Failure{error.code(), error.what()};
        } catch (const std::bad_alloc&) {
            return Failure{ErrorCode::MemoryLimit, "MemoryLimit: the process has no memory left"};
        } catch (const std::exception& error) {
            return Failure{ErrorCode::Bug, std::string("Bug: ") + error.what()};
        } catch (...) {
            return Failure{ErrorCode::Bug, "Bug: an exception of unknown type"};
        }
    } catch (...) {
        return Failure{ErrorCode::MemoryLimit, {}};
    }
}

}  // namespace ch::connector
