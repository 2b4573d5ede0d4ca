#include "engine/format/foreign_frame.h"

#include <lz4frame.h>
#include <zstd.h>

#include <memory>
#include <string>

#include "base/error.h"

namespace ch::format {

namespace {

[[noreturn]] void corrupt(const std::string& why) {
    throw Error(ErrorCode::Corrupt, "a compressed piece " + why);
}

}  // namespace

void unpack_zstd_frame(Bytes frame, Buffer& to) {
    const size_t found = ZSTD_decompress(to.data(), to.size(), frame.data(), frame.size());
    if (ZSTD_isError(found) != 0)
        corrupt(std::string("is no ZSTD frame: ") + ZSTD_getErrorName(found));
    if (found != to.size())
        corrupt("holds " + std::to_string(found) + " bytes, " + std::to_string(to.size()) +
                " were expected");
}

void unpack_lz4_frame(Bytes frame, Buffer& to) {
    struct Free {
        void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
    };
    LZ4F_dctx* made = nullptr;
    const size_t failure = LZ4F_createDecompressionContext(&made, LZ4F_VERSION);
    const std::unique_ptr<LZ4F_dctx, Free> context(made);
    if (LZ4F_isError(failure) != 0)
        throw Error(ErrorCode::MemoryLimit, std::string("LZ4: ") + LZ4F_getErrorName(failure));
    size_t produced = 0, consumed = 0, hint = 1;
    while (hint != 0) {
        size_t room = to.size() - produced, left = frame.size() - consumed;
        hint = LZ4F_decompress(context.get(), to.data() + produced, &room, frame.data() + consumed,
                               &left, nullptr);
        if (LZ4F_isError(hint) != 0)
            corrupt(std::string("is no LZ4 frame: ") + LZ4F_getErrorName(hint));
        produced += room;
        consumed += left;
        if (room == 0 && left == 0) break;
    }
    if (hint != 0 || produced != to.size())
        corrupt("holds " + std::to_string(produced) + " bytes or more, " +
                std::to_string(to.size()) + " were expected");
}

}  // namespace ch::format
