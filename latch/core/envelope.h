#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace ch::latch {

/// A random name that a writer gives to one commit, so that it can find out whether an unclear put
/// was its own.
using CommitId = std::array<uint8_t, 16>;

/// What a commit may touch: a table, or a database's list of names. Numbers are given once and
/// never reused.
using ResourceId = uint64_t;

/// A resource and the epoch that its writer holds. Proof of the right to publish to it.
struct Token {
    ResourceId resource = 0;
    uint64_t epoch = 0;
    bool operator==(const Token&) const = default;
};

/// The part of a manifest that the latch understands; the body is the engine's. Every manifest of a
/// root's one chain is
///
///   "CHMANIFS" | u32 format = 1 | u64 version | 16 commit_id | 16 parent commit_id | u64 floor
///   | varuint n, n x (u64 resource, u64 epoch)   epochs that it raises, by rising resource
///   | varuint n, n x u64 resource                what it changes, rising
///   | varuint bytes, body
///   | 16 XXH3-128 of all before
struct Envelope {
    uint64_t version = 0;  ///< 1 is the first of a root
    CommitId commit_id{};
    CommitId parent_id{};  ///< commit_id of version - 1; zeros for the first
    uint64_t floor = 0;    ///< no version below it may be read; never falls along the chain
    std::vector<Token> epochs;
    std::vector<ResourceId> changed;

    bool operator==(const Envelope&) const = default;
};

struct Manifest {
    Envelope envelope;
    std::string body;
};

/// The bytes of a manifest. Throws Error{InvalidArgument} over limits.h.
std::string encode_manifest(const Envelope& envelope, std::string_view body);
/// Throws Error{Corrupt} that says what was expected and found; the caller adds the path.
Manifest decode_manifest(Bytes bytes);

}  // namespace ch::latch
