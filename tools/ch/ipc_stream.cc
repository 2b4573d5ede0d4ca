#include "tools/ch/ipc_stream.h"

#include <Message_generated.h>

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "tools/ch/limits.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;

// file = "ARROW1" 0 0 | stream | footer | i32 bytes of the footer | "ARROW1"
// The footer tells where the messages are; whoever reads all of them from the front needs none.

namespace {

constexpr int32_t kContinuation = -1;
constexpr std::string_view kFileMagic = "ARROW1";
constexpr size_t kFileHeadBytes = 8;  // the magic, padded

[[noreturn]] void corrupt(const std::string& message, uint64_t offset) {
    throw Error(ErrorCode::Corrupt, message, {}, static_cast<int64_t>(offset));
}

}  // namespace

void IpcStream::read(void* to, size_t count, const char* what) {
    from_.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
    const auto found = static_cast<size_t>(from_.gcount());
    if (found < count)
        corrupt("the input ends inside of " + std::string(what) + ": " + std::to_string(count) +
                    " bytes were expected, " + std::to_string(found) + " found",
                offset_);
    offset_ += count;
}

Buffer IpcStream::take(size_t count, const char* what) {
    try {
        Buffer taken = pool_->make(count);
        read(taken.data(), count, what);
        return taken;
    } catch (const Error& error) {
        throw Error(error.code(), error.message(), {}, static_cast<int64_t>(offset_));
    }
}

/// The bytes of metadata that follow; 0 = the end marker.
int32_t IpcStream::read_prefix() {
    if (from_.peek() == std::istream::traits_type::eof())
        corrupt(
            "the input ends without the end marker of an Arrow IPC stream: it was cut off, or its "
            "writer was not closed",
            offset_);
    char head[sizeof(int32_t)];
    read(head, sizeof(head), "a message's head");
    if (offset_ == sizeof(head) && kFileMagic.starts_with(std::string_view(head, sizeof(head)))) {
        char rest[kFileHeadBytes - sizeof(head)];
        read(rest, sizeof(rest), "the file's head");
        is_file_ = true;
        read(head, sizeof(head), "a message's head");
    }
    if (load<int32_t>(head) != kContinuation)
        corrupt("a message begins with FF FF FF FF, found " +
                    to_hex(as_bytes(std::string_view(head, sizeof(head)))) +
                    ": no Arrow IPC stream or file, or one of an Arrow before 0.15",
                offset_ - sizeof(head));
    int32_t bytes = 0;
    read(&bytes, sizeof(bytes), "a message's head");
    if (bytes < 0 || bytes > kIpcMetadataBytesMax)
        corrupt("a message's metadata has " + std::to_string(bytes) + " bytes, expected at most " +
                    std::to_string(kIpcMetadataBytesMax),
                offset_ - sizeof(bytes));
    return bytes;
}

std::optional<IpcMessage> IpcStream::next() {
    const int32_t bytes = read_prefix();
    if (bytes == 0) {
        if (is_file_) finish_file();
        return std::nullopt;
    }
    IpcMessage message;
    message.offset = offset_ - 2 * sizeof(int32_t);
    message.metadata = take(static_cast<size_t>(bytes), "a message's metadata");
    flatbuffers::Verifier verifier(message.metadata.data(), message.metadata.size(), kIpcDepthMax,
                                   kIpcTablesMax);
    if (!fb::VerifyMessageBuffer(verifier))
        corrupt("a message's metadata is damaged, or deeper or longer than any that is read",
                message.offset);
    const fb::Message& head = *fb::GetMessage(message.metadata.data());
    if (head.version() != fb::MetadataVersion_V4 && head.version() != fb::MetadataVersion_V5)
        throw Error(ErrorCode::Unsupported,
                    "Arrow's metadata version V" + std::to_string(head.version() + 1) +
                        ", V4 and V5 are read",
                    {}, static_cast<int64_t>(message.offset));
    if (head.bodyLength() < 0 || head.bodyLength() > kIpcBodyBytesMax)
        corrupt("a message's body has " + std::to_string(head.bodyLength()) +
                    " bytes, expected at most " + std::to_string(kIpcBodyBytesMax),
                message.offset);
    message.body = take(static_cast<size_t>(head.bodyLength()), "a message's body");
    return message;
}

void IpcStream::finish_file() {
    const uint64_t begin = offset_;
    std::string tail;
    char piece[4096];
    while (from_.read(piece, sizeof(piece)) || from_.gcount() > 0) {
        const auto count = static_cast<size_t>(from_.gcount());
        offset_ += count;
        tail.append(piece, count);
        constexpr size_t kTailBytes = sizeof(int32_t) + kFileMagic.size();
        if (tail.size() > kTailBytes) tail.erase(0, tail.size() - kTailBytes);
    }
    const bool is_whole = tail.size() > kFileMagic.size() && tail.ends_with(kFileMagic);
    const int64_t footer = is_whole ? load<int32_t>(tail.data()) : -1;
    if (footer < 0 || static_cast<uint64_t>(footer) + tail.size() > offset_ - begin)
        corrupt("the file does not end with a footer and ARROW1: it was cut off", offset_);
}

}  // namespace ch::tools
