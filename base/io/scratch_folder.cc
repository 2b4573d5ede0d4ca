#include "base/io/scratch_folder.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace ch::io {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
    // A process that was killed may have left a folder of this number behind: only a new one will
    // do.
    for (int number = 0; path_.empty(); ++number) {
        fs::path path = fs::temp_directory_path() / ("chspark_test_" + std::to_string(::getpid()) +
                                                     "_" + std::to_string(number));
        if (fs::create_directory(path)) path_ = path.string();
    }
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace ch::io
