#pragma once

#include <string_view>

namespace ch::tools {

/// The reader at the other end of standard output has gone (`ch cat ... | head`).
/// Not a failure: main ends quietly.
struct OutputClosed {};

/// Writes all of `text` to standard output. Throws Error{Io}, or OutputClosed.
void write_output(std::string_view text);

}  // namespace ch::tools
