// Any bytes as a checkpoint's state: taken, or refused with an Error that names the file. The hash
// at the end is put right, so that what lies behind it is reached. The records of its tables are
// those of edits, which manifest_fuzz has.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/content_hash.h"
#include "base/error.h"
#include "base/io/mem_fs.h"
#include "engine/store/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    const ch::ContentHash hash = ch::content_hash(ch::as_bytes(bytes));
    bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    ch::io::MemFs files;
    const std::string folder = "/r/.ch/checkpoint";
    for (const char* path : {"/r", "/r/.ch", "/r/.ch/checkpoint"}) files.make_folder(path);
    (void)files.put_file(folder + "/00000000000000000001", ch::as_bytes(bytes));
    try {
        (void)ch::storage::read_checkpoint(files, "/r", 1);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
        CH_ASSERT(!error.path().empty());
    }
    return 0;
}
