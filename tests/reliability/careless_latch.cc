#include "tests/reliability/careless_latch.h"

namespace ch::reliability {

latch::PublishOutcome CarelessLatch::publish(const latch::Publication& publication,
                                             std::string_view body) {
    latch::Publication asked = publication;
    if (neglect_ == Neglect::EpochCheck) asked.attempt.tokens.clear();
    latch::PublishOutcome outcome = inner_->publish(asked, body);
    // Resource 0: the put succeeded, and only the floor says that it is worth nothing.
    const auto* fenced = std::get_if<latch::Fenced>(&outcome);
    if (neglect_ == Neglect::FloorCheck && fenced != nullptr && fenced->resource == 0)
        return latch::Published{asked.attempt.base_version + 1, false};
    return outcome;
}

std::vector<latch::PinEntry> CarelessLatch::pins() {
    if (neglect_ == Neglect::Pins) return {};
    if (neglect_ != Neglect::PinsAgain) return inner_->pins();
    if (listings_++ % 2 == 1) return pins_;
    return pins_ = inner_->pins();
}

}  // namespace ch::reliability
