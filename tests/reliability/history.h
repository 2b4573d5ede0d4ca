#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/store/test_root.h"

namespace ch::reliability {

/// What a history has been told so far, and so may rely on.
struct Ledger {
    uint64_t acked_version = 0;
    uint64_t acked_floor = 0;
    std::string acked_pin;  ///< a kept pin's note; empty = none
    /// What each version holds, as text; filled by record().
    std::map<uint64_t, std::string> versions;
};

/// A run of commits and collections by one process. step() is called after each, when it has been
/// acknowledged.
struct History {
    const char* name;
    uint64_t checkpoint_versions;
    std::function<void(storage::TestRoot& root, const std::function<void()>& step)> run;
};

const std::vector<History>& histories();

constexpr const char* kRoot = "/r";

/// The tables, parts and positions of a state, as text.
std::string describe(const storage::State& state);

/// Runs the history to its end and notes every version.
Ledger record(const History& history, std::shared_ptr<io::FileSystem> files);

/// Runs it again and keeps `ledger`'s acknowledgements up with it.
void replay(const History& history, std::shared_ptr<io::FileSystem> files, Ledger& ledger);

/// Opens what is there and compares: nothing acknowledged is lost, what is there is one of the
/// versions that were made, whole. Empty, or what is wrong. With `goes_on`, also: one collection
/// removes all leftovers, and the next commit works.
std::string verify(std::shared_ptr<io::FileSystem> files, const Ledger& ledger, bool goes_on);

/// The same for a disk that lost what it had promised to keep: what opens must be a version that
/// was made, or an error that says so; empty, or what is wrong.
std::string verify_honest(std::shared_ptr<io::FileSystem> files, const Ledger& ledger);

}  // namespace ch::reliability
