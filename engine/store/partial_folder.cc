#include "engine/store/partial_folder.h"

#include <functional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/store/folder_tree.h"
#include "engine/store/limits.h"
#include "engine/store/sync_round.h"

namespace ch::storage {

PartialFolder::PartialFolder(io::FileSystem& files, std::string name)
    : files_(files), name_(std::move(name)), path_(name_ + ".partial") {
    if (files_.kind(name_))
        throw Error(ErrorCode::InvalidArgument, "is there already; expected a new folder", name_);
    if (!files_.make_folder(path_))
        throw Error(ErrorCode::InvalidArgument,
                    "is there already: what an interrupted run left, or another run makes it now; "
                    "where none does, remove it and run this again",
                    path_);
    made_.insert(path_);
}

PartialFolder::~PartialFolder() {
    if (is_finished_) return;
    try {
        remove_tree(files_, path_);
    } catch (const Error&) {
        is_finished_ = false;  // stays; the next run names it
    }
}

std::string PartialFolder::make(const std::string& below) {
    for (size_t slash = below.find('/');; slash = below.find('/', slash + 1)) {
        std::string folder = path_ + "/" + below.substr(0, slash);
        files_.make_folder(folder);
        made_.insert(folder);
        if (slash == std::string::npos) return folder;
    }
}

void PartialFolder::finish() {
    std::vector<std::function<void()>> jobs;
    for (const std::string& folder : made_)
        jobs.emplace_back([this, &folder] { files_.sync_folder(folder); });
    rethrow_first(run_together(jobs, kSyncThreadsMax));
    if (!files_.rename_new(path_, name_))
        throw Error(ErrorCode::InvalidArgument, "came up meanwhile; expected a new folder", name_);
    is_finished_ = true;
    files_.sync_folder(parent_of(name_));
}

}  // namespace ch::storage
