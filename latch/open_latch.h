#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "latch/file_store.h"
#include "latch/latch_store.h"

namespace ch::latch {

/// Which latch an opener expects a root to have.
///   ""               whichever the root says that it belongs to
///   "embedded"       the embedded one; a daemon's root is refused
///   "grpc://..."     a daemon's, to be found there; an embedded root is refused
/// Throws Error{InvalidArgument} for any other text.
void check_latch_choice(std::string_view latch);

/// Throws Error{Unsupported} if the root's word contradicts, Error{NotFound} if a daemon is
/// expected and there is no root.
void check_latch(const io::FileSystem& files, const std::string& root, const std::string& latch);

/// The store of a root. With `create` an embedded root is made where there is none. Throws
/// Error{NotFound | Unsupported | InvalidArgument}, and Error{Io} where a daemon does not answer.
std::unique_ptr<LatchStore> open_latch(std::shared_ptr<io::FileSystem> files,
                                       const std::string& root, const std::string& latch,
                                       bool create, FileLatchStore::Random random);

}  // namespace ch::latch
