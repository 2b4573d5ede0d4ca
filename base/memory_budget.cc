#include "base/memory_budget.h"

#include <string>

#include "base/error.h"

namespace ch {

void MemoryBudget::reserve(size_t bytes) {
    // Relaxed: the counter guards no other memory.
    size_t used = used_bytes_.load(std::memory_order_relaxed);
    do {
        // As a difference: used + bytes could wrap for a size read from damaged bytes.
        if (bytes > limit_bytes_ || used > limit_bytes_ - bytes)
            throw Error(ErrorCode::MemoryLimit,
                        "memory budget of " + std::to_string(limit_bytes_) + " bytes is used up: " +
                            std::to_string(used) + " in use, " + std::to_string(bytes) +
                            " more asked; raise the budget (Spark: spark.chspark.memory) or read "
                            "fewer rows a batch");
    } while (!used_bytes_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    size_t now = used + bytes;
    size_t peak = peak_bytes_.load(std::memory_order_relaxed);
    while (now > peak && !peak_bytes_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
}

}  // namespace ch
