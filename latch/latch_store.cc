#include "latch/latch_store.h"

#include <unistd.h>

namespace ch::latch {

std::string process_note() {
    return "process " + std::to_string(::getpid());
}

}  // namespace ch::latch
