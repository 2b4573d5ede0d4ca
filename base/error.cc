#include "base/error.h"

#include <algorithm>
#include <utility>

namespace ch {

std::string_view error_code_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::Corrupt:
            return "Corrupt";
        case ErrorCode::Io:
            return "Io";
        case ErrorCode::NotFound:
            return "NotFound";
        case ErrorCode::InvalidArgument:
            return "InvalidArgument";
        case ErrorCode::Unsupported:
            return "Unsupported";
        case ErrorCode::MemoryLimit:
            return "MemoryLimit";
        case ErrorCode::Cancelled:
            return "Cancelled";
        case ErrorCode::Bug:
            return "Bug";
        case ErrorCode::SnapshotExpired:
            return "SnapshotExpired";
        case ErrorCode::Conflict:
            return "Conflict";
        case ErrorCode::Fenced:
            return "Fenced";
        case ErrorCode::Busy:
            return "Busy";
        case ErrorCode::Overflow:
            return "Overflow";
    }
    return "Unknown";
}

namespace {

// Bytes of a damaged file may be quoted in a message; a zero would end what() early.
std::string without_zeros(std::string text) {
    std::replace(text.begin(), text.end(), '\0', '?');
    return text;
}

}  // namespace

Error::Error(ErrorCode code, std::string message, std::string path, int64_t offset)
    : code_(code),
      message_(without_zeros(std::move(message))),
      path_(without_zeros(std::move(path))),
      offset_(offset) {
    what_ = std::string(error_code_name(code_)) + ": " + message_;
    if (!path_.empty()) what_ += " [file " + path_ + "]";
    if (offset_ >= 0) what_ += " [offset " + std::to_string(offset_) + "]";
}

Error Error::with_path(std::string_view path) const {
    // The layer nearest to the file knows it best; those above add a path only where there is none.
    if (!path_.empty()) return *this;
    return Error(code_, message_, std::string(path), offset_);
}

void assertion_failed(const char* condition, const char* file, int line) {
    throw Error(ErrorCode::Bug, std::string("assertion failed: ") + condition + " at " + file +
                                    ":" + std::to_string(line) + "; please report it");
}

}  // namespace ch
