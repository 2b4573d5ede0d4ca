// Any bytes as an Arrow IPC stream or file: columns, or an Error that says what is wrong with them.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "base/error.h"
#include "connector/arrow_import.h"
#include "tools/ch/ipc_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr size_t kMemoryBytes = size_t{64} << 20;
    const auto pool =
        std::make_shared<ch::BufferPool>(std::make_shared<ch::MemoryBudget>(kMemoryBytes));
    std::istringstream from(std::string(reinterpret_cast<const char*>(data), size));
    try {
        ch::tools::IpcReader reader(from, pool);
        const ArrowSchema& schema = reader.schema();
        while (const ArrowArray* batch = reader.next())
            for (int64_t i = 0; i < schema.n_children; ++i)
                static_cast<void>(
                    ch::connector::import_array(*schema.children[i], *batch->children[i], pool));
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
