#pragma once

#include <memory>

#include "tools/ch/ipc_array.h"

namespace ch::tools {

/// The record batches of an Arrow IPC stream or file, as the C data interface has them; types that
/// no column takes are refused at once. Used by one thread.
class IpcReader {
public:
    /// Reads the schema. Errors, here and below: Error{Corrupt | Unsupported | MemoryLimit} with
    /// the offset of the message.
    IpcReader(std::istream& from, std::shared_ptr<BufferPool> pool);

    /// A struct of the columns.
    [[nodiscard]] const ArrowSchema& schema() const { return schema_->schema; }
    /// The next batch as a struct array, which lives until the next call; null behind the last one.
    [[nodiscard]] const ArrowArray* next();
    /// Where the message begins of what next() gave.
    [[nodiscard]] uint64_t offset() const { return offset_; }

private:
    const std::shared_ptr<BufferPool> pool_;
    IpcStream stream_;
    uint64_t offset_ = 0;
    std::unique_ptr<IpcField> schema_;
    IpcDictionaries dictionaries_;
    std::unique_ptr<IpcArray> batch_;
};

}  // namespace ch::tools
