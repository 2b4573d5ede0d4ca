#include "tools/ch/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace ch::tools {

void write_output(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<size_t>(written));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EPIPE) throw OutputClosed{};
        throw Error(ErrorCode::Io,
                    std::string("writing to standard output: ") + std::strerror(errno));
    }
}

}  // namespace ch::tools
