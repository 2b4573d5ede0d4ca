#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace ch {

/// What kind of failure an Error reports. The numbers cross the C ABI: never change one.
enum class ErrorCode : int32_t {
    Corrupt = 1,          ///< bytes read are not what they must be
    Io = 2,               ///< the operating system refused a file operation
    NotFound = 3,         ///< a table, part, column or file that was named does not exist
    InvalidArgument = 4,  ///< the caller's request makes no sense (plan, setting, predicate)
    Unsupported = 5,      ///< a valid thing that this engine does not do
    MemoryLimit = 6,      ///< the memory budget does not allow it
    Cancelled = 7,        ///< the query was cancelled
    Bug = 8,              ///< a broken invariant of our own
    SnapshotExpired = 9,  ///< garbage collection has passed the version that was asked for
    Conflict = 10,        ///< a commit whose tables were changed by another one
    Fenced = 11,          ///< a commit by a writer whose latch was taken over
    Busy = 12,            ///< a latch that another holder keeps
    Overflow = 13,        ///< a value that a row comes to does not fit its type
};

/// The name of a code as users see it, e.g. "Corrupt".
std::string_view error_code_name(ErrorCode code);

/// The one exception type of the project. `message` says the thing, the expected, the found and
/// what to do; `path` and `offset` (-1 = none) say where. what() is all of it in one line.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string message, std::string path = {}, int64_t offset = -1);

    [[nodiscard]] ErrorCode code() const { return code_; }
    [[nodiscard]] const std::string& message() const { return message_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int64_t offset() const { return offset_; }
    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

    /// The same error, with the place filled in where it had none. For callers that know the file.
    [[nodiscard]] Error with_path(std::string_view path) const;

private:
    ErrorCode code_;
    std::string message_;
    std::string path_;
    int64_t offset_;
    std::string what_;
};

/// Throws Error{Bug}: an assertion for programmer errors, on in all builds. Never for bytes from
/// outside.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace ch

#define CH_ASSERT(condition)                                                      \
    do {                                                                          \
        if (!(condition)) ::ch::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)
