#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ch/ch.h"
#include "tools/ch/ipc_stream.h"

namespace ch::tools {

/// A field of a schema message, as the C data interface has it. Stays where it is: `schema` points
/// into it.
struct IpcField {
    IpcField() = default;
    IpcField(const IpcField&) = delete;
    IpcField& operator=(const IpcField&) = delete;

    ArrowSchema schema{};
    std::string name;
    std::string format;
    std::string metadata;
    std::vector<std::unique_ptr<IpcField>> children;
    std::vector<ArrowSchema*> child_pointers;
    std::unique_ptr<IpcField> values;  ///< of a dictionary: what its codes stand for
    int64_t dictionary_id = 0;
};

/// A schema message as a struct of its columns. Throws Error{Corrupt | Unsupported} with the
/// message's offset; types that no column takes are refused by their field's name.
std::unique_ptr<IpcField> read_ipc_schema(const IpcMessage& message);

}  // namespace ch::tools
