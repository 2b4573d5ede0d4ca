#include "latchd/request.h"

#include <algorithm>

#include "latch/core/limits.h"

namespace ch::latchd {

namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kPinNameDigits = 32;

[[noreturn]] void refuse(const std::string& reason) {
    throw Error(ErrorCode::InvalidArgument, reason);
}

latch::CommitId commit_id(const std::string& bytes, const char* what) {
    latch::CommitId id{};
    if (bytes.size() != id.size())
        refuse(std::string(what) + " has " + std::to_string(bytes.size()) + " bytes, expected " +
               std::to_string(id.size()));
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
}

void check_count(int count, uint64_t count_max, const char* what) {
    if (static_cast<uint64_t>(count) > count_max)
        refuse(std::to_string(count) + " " + what + ", at most " + std::to_string(count_max) +
               " are taken");
}

template <typename Resources>
std::vector<latch::ResourceId> resources_of(const Resources& resources, uint64_t count_max) {
    check_count(resources.size(), count_max, "resources");
    return {resources.begin(), resources.end()};
}

std::vector<latch::Token> tokens_of(const google::protobuf::RepeatedPtrField<rpc::Token>& tokens) {
    check_count(tokens.size(), latch::kResourcesMax, "tokens");
    std::vector<latch::Token> all;
    for (const rpc::Token& token : tokens) all.push_back({token.resource(), token.epoch()});
    return all;
}

template <typename Values>
bool is_rising(const Values& values) {
    return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
}

}  // namespace

void check_note(std::string_view note) {
    if (note.size() > latch::kNoteBytesMax)
        refuse("a note has " + std::to_string(note.size()) + " bytes, at most " +
               std::to_string(latch::kNoteBytesMax) + " are taken");
}

void check_pin_name(std::string_view name) {
    const bool is_hex = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (name.size() != kPinNameDigits || !is_hex)
        refuse("a session's pin is named by 32 hex digits");
}

latch::LeaseWish lease_wish(const rpc::Lease& lease) {
    latch::LeaseWish wish;
    if (lease.id().size() != kIdBytes) refuse("a lease's id has 16 bytes");
    wish.id = lease.id();
    wish.resources = resources_of(lease.resources(), latch::kLeaseResourcesMax);
    if (wish.resources.empty() || !is_rising(wish.resources))
        refuse("a lease is of one or more resources, rising");
    switch (lease.mode()) {
        case rpc::MODE_WRITER:
            wish.mode = latch::LatchMode::Writer;
            break;
        case rpc::MODE_SCHEMA:
            wish.mode = latch::LatchMode::Schema;
            break;
        case rpc::MODE_SHARED:
            wish.mode = latch::LatchMode::Shared;
            break;
        default:
            refuse("an unknown mode " + std::to_string(lease.mode()));
    }
    return wish;
}

Claims claims_of(const rpc::OpenRequest& request) {
    check_count(request.leases_size(), latch::kSessionLeasesMax, "leases");
    check_count(request.pins_size(), latch::kSessionPinsMax, "pins");
    check_note(request.note());
    Claims claims;
    claims.previous = request.previous();
    for (const rpc::Lease& lease : request.leases()) claims.leases.push_back(lease_wish(lease));
    for (const rpc::SessionPin& pin : request.pins()) {
        check_pin_name(pin.name());
        check_note(pin.note());
        claims.pins.push_back({pin.name(), pin.version(), pin.note()});
    }
    return claims;
}

latch::Publication publication_of(const rpc::PublishRequest& request) {
    latch::Publication publication;
    latch::Attempt& attempt = publication.attempt;
    attempt.commit_id = commit_id(request.commit_id(), "a commit id");
    attempt.base_version = request.base_version();
    publication.base_id = commit_id(request.base_id(), "a base's commit id");
    attempt.tokens = tokens_of(request.tokens());
    attempt.changed = resources_of(request.changed(), latch::kResourcesMax);
    attempt.read = resources_of(request.read(), latch::kResourcesMax);
    publication.raised = tokens_of(request.raised());
    for (size_t i = 1; i < publication.raised.size(); ++i)
        if (publication.raised[i - 1].resource >= publication.raised[i].resource)
            refuse("raised epochs are given by rising resource, each once");
    if (request.body().size() > latch::kMessageBodyBytesMax)
        refuse("an edit of " + std::to_string(request.body().size()) + " bytes, at most " +
               std::to_string(latch::kMessageBodyBytesMax) + " are taken");
    return publication;
}

rpc::Mode rpc_mode(latch::LatchMode mode) {
    if (mode == latch::LatchMode::Writer) return rpc::MODE_WRITER;
    return mode == latch::LatchMode::Schema ? rpc::MODE_SCHEMA : rpc::MODE_SHARED;
}

void fill(const latch::PublishOutcome& outcome, rpc::PublishReply& reply) {
    if (const auto* published = std::get_if<latch::Published>(&outcome)) {
        reply.mutable_published()->set_version(published->version);
        reply.mutable_published()->set_was_there(published->was_there);
    } else if (const auto* fenced = std::get_if<latch::Fenced>(&outcome)) {
        reply.mutable_fenced()->set_resource(fenced->resource);
        reply.mutable_fenced()->set_epoch(fenced->epoch);
    } else {
        const auto& conflict = std::get<latch::Conflict>(outcome);
        reply.mutable_conflict()->set_resource(conflict.resource);
        reply.mutable_conflict()->set_version(conflict.version);
    }
}

void fill(const Standing& standing, rpc::StatusReply& reply) {
    reply.set_version(standing.head);
    reply.set_floor(standing.floor);
    reply.set_grace_ms(standing.grace_ms);
    reply.set_sessions(standing.sessions);
    reply.set_pins(standing.pins);
    reply.set_watchers(standing.watchers);
    reply.set_up_ms(standing.up_ms);
    for (const Standing::Entry& entry : standing.holders) {
        rpc::HolderEntry& holder = *reply.add_holders();
        holder.set_note(entry.note);
        holder.set_mode(rpc_mode(entry.holder.wish.mode));
        const auto& resources = entry.holder.wish.resources;
        holder.mutable_resources()->Add(resources.begin(), resources.end());
        holder.set_is_waiting(entry.holder.is_waiting);
        holder.set_age_ms(entry.age_ms);
    }
}

}  // namespace ch::latchd
