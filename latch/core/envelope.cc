#include "latch/core/envelope.h"

#include <algorithm>

#include "base/content_hash.h"
#include "latch/core/limits.h"

namespace ch::latch {

namespace {

constexpr std::string_view kMagic = "CHMANIFS";
constexpr uint32_t kFormat = 1;

void append_bytes(std::string& to, Bytes bytes) {
    to.append(as_text(bytes));
}

CommitId read_commit_id(ByteReader& reader) {
    CommitId id;
    Bytes bytes = reader.take(id.size());
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
}

/// The hash was right, but whoever made the bytes may be mistaken: lists are bounded all the same.
uint64_t read_count(ByteReader& reader, const char* what) {
    uint64_t count = reader.read_varuint();
    if (count > kResourcesMax)
        throw Error(ErrorCode::Corrupt,
                    "manifest lists " + std::to_string(count) + " " + what + ", at most " +
                        std::to_string(kResourcesMax) + " are expected",
                    {}, static_cast<int64_t>(reader.offset()));
    return count;
}

Envelope read_envelope(ByteReader& reader) {
    Envelope envelope;
    envelope.version = reader.read<uint64_t>();
    envelope.commit_id = read_commit_id(reader);
    envelope.parent_id = read_commit_id(reader);
    envelope.floor = reader.read<uint64_t>();
    for (uint64_t left = read_count(reader, "epochs"); left > 0; --left) {
        ResourceId resource = reader.read<ResourceId>();
        envelope.epochs.push_back({resource, reader.read<uint64_t>()});
    }
    for (uint64_t left = read_count(reader, "changed tables"); left > 0; --left)
        envelope.changed.push_back(reader.read<ResourceId>());
    return envelope;
}

/// Over all bytes and before any of them is believed, the magic included: a torn or foreign file is
/// damage, not a newer format.
void check_hash(Bytes bytes) {
    if (bytes.size() < kMagic.size() + kContentHashBytes)
        throw Error(ErrorCode::Corrupt,
                    "manifest has only " + std::to_string(bytes.size()) + " bytes; it was cut off");
    Bytes content = bytes.first(bytes.size() - kContentHashBytes);
    ContentHash expected = content_hash(content);
    Bytes found = bytes.last(kContentHashBytes);
    if (!std::equal(found.begin(), found.end(), expected.begin()))
        throw Error(ErrorCode::Corrupt,
                    "manifest's hash is " + to_hex(found) + ", its bytes give " + to_hex(expected) +
                        "; the file is damaged",
                    {}, static_cast<int64_t>(content.size()));
}

}  // namespace

std::string encode_manifest(const Envelope& envelope, std::string_view body) {
    if (body.size() > kBodyBytesMax || envelope.epochs.size() > kResourcesMax ||
        envelope.changed.size() > kResourcesMax)
        throw Error(ErrorCode::InvalidArgument,
                    "a commit of " + std::to_string(body.size()) + " bytes over " +
                        std::to_string(envelope.changed.size()) + " tables is too large; split it");
    std::string bytes(kMagic);
    append(bytes, kFormat);
    append(bytes, envelope.version);
    append_bytes(bytes, envelope.commit_id);
    append_bytes(bytes, envelope.parent_id);
    append(bytes, envelope.floor);
    append_varuint(bytes, envelope.epochs.size());
    for (const Token& token : envelope.epochs) {
        append(bytes, token.resource);
        append(bytes, token.epoch);
    }
    append_varuint(bytes, envelope.changed.size());
    for (ResourceId resource : envelope.changed) append(bytes, resource);
    append_varuint(bytes, body.size());
    bytes.append(body);
    // Last, over everything before it.
    append_bytes(bytes, content_hash(as_bytes(bytes)));
    return bytes;
}

Manifest decode_manifest(Bytes bytes) {
    check_hash(bytes);
    ByteReader reader(bytes.first(bytes.size() - kContentHashBytes));
    if (as_text(reader.take(kMagic.size())) != kMagic)
        throw Error(ErrorCode::Corrupt,
                    "not a manifest: it does not begin with " + std::string(kMagic), {}, 0);
    // Behind the hash: a whole manifest of another format is one of a newer version.
    if (uint32_t format = reader.read<uint32_t>(); format != kFormat)
        throw Error(ErrorCode::Unsupported, "manifest of format " + std::to_string(format) +
                                                ", this version reads " + std::to_string(kFormat) +
                                                "; upgrade chspark");
    Manifest manifest;
    manifest.envelope = read_envelope(reader);
    manifest.body = std::string(reader.read_string());
    if (!reader.at_end())
        throw Error(ErrorCode::Corrupt,
                    std::to_string(reader.remaining()) + " bytes follow the manifest's body", {},
                    static_cast<int64_t>(reader.offset()));
    return manifest;
}

}  // namespace ch::latch
