#include "tests/reliability/chain_watch.h"

#include <algorithm>

#include "latch/core/limits.h"
#include "latch/numbered_name.h"

namespace ch::reliability {

namespace {

// No step looks further back: pins and acknowledgements are younger.
constexpr size_t kVersionsKept = 2000;

}  // namespace

void ChainWatch::look() {
    for (;;) {
        const std::string path = root_ + "/.ch/manifest/" + latch::version_name(head_ + 1);
        if (!files_->kind(path)) return;
        add(latch::decode_manifest(
            as_bytes(io::read_small_file(*files_, path, latch::kManifestBytesMax))));
    }
}

void ChainWatch::add(const latch::Manifest& manifest) {
    const latch::Envelope& envelope = manifest.envelope;
    const std::shared_ptr<const storage::State> before =
        head_ == 0 ? std::make_shared<const storage::State>() : versions_.at(head_).state;
    const std::string name = "version " + std::to_string(head_ + 1);
    if (envelope.version != head_ + 1 || envelope.parent_id != before->commit_id)
        set_wrong(name + " was not made from the one before");
    for (const latch::Token& raised : envelope.epochs)
        if (raised.epoch != before->epoch(raised.resource) + 1)
            set_wrong(name + " sets an epoch to " + std::to_string(raised.epoch) + " after " +
                      std::to_string(before->epoch(raised.resource)));
    const storage::Edit edit = storage::decode_edit(manifest.body);
    storage::StateBuilder builder(*before);
    builder.fold(envelope, edit);
    Version version{std::move(builder).finish(), edit.members};
    version.commits.push_back(envelope.commit_id);
    versions_[++head_] = std::move(version);
    if (versions_.size() > kVersionsKept) versions_.erase(versions_.begin());
}

void ChainWatch::acknowledge(const storage::CommitId& commit, uint64_t version,
                             const std::vector<latch::Token>& tokens) {
    look();
    auto found = versions_.find(version);
    const std::string name = "a commit that was acknowledged at version " + std::to_string(version);
    if (found == versions_.end() ||
        std::find(found->second.commits.begin(), found->second.commits.end(), commit) ==
            found->second.commits.end())
        return set_wrong(name + " is not there");
    for (const latch::Token& token : tokens)
        if (found->second.state->epoch(token.resource) != token.epoch)
            set_wrong(name + " was made with epoch " + std::to_string(token.epoch) +
                      ", in force was " +
                      std::to_string(found->second.state->epoch(token.resource)));
}

bool ChainWatch::is_named(const storage::State& state, const std::string& below) const {
    for (const auto& [id, table] : state.tables) {
        if (!below.starts_with(table->folder + "/")) continue;
        const std::string rest = below.substr(table->folder.size() + 1);
        if (table->find_part(rest.substr(0, rest.find('/'))) != nullptr) return true;
    }
    return false;
}

void ChainWatch::remove(const std::string& path) {
    look();
    if (!path.starts_with(root_ + "/") || head_ == 0) return;
    const std::string below = path.substr(root_.size() + 1);
    if (below.starts_with(".ch/")) return;
    if (is_named(*versions_.at(head_).state, below))
        set_wrong(below + " is removed, the newest version names it");
    for (uint64_t version : pinned_)
        if (auto found = versions_.find(version);
            found != versions_.end() && is_named(*found->second.state, below))
            set_wrong(below + " is removed, version " + std::to_string(version) +
                      " names it and is pinned");
}

}  // namespace ch::reliability
