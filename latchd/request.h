#pragma once

#include <optional>
#include <string_view>

#include "latch/latch.pb.h"
#include "latchd/arbiter.h"

namespace ch::latchd {

namespace rpc = ::chspark::latch::v1;

// Requests as they come, checked and taken apart. All throw Error{InvalidArgument}.

latch::LeaseWish lease_wish(const rpc::Lease& lease);
Claims claims_of(const rpc::OpenRequest& request);
latch::Publication publication_of(const rpc::PublishRequest& request);
/// A session's pins are named by 32 hex digits.
void check_pin_name(std::string_view name);
void check_note(std::string_view note);

rpc::Mode rpc_mode(latch::LatchMode mode);
void fill(const latch::PublishOutcome& outcome, rpc::PublishReply& reply);
void fill(const Standing& standing, rpc::StatusReply& reply);

}  // namespace ch::latchd
