#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::storage {

/// Bytes of a name: database, table, column, part, file, source of changes.
constexpr uint64_t kNameBytesMax = 4096;
/// Bytes of a type, an expression, a comment.
constexpr uint64_t kTextBytesMax = 4ull << 20;
/// Bytes of one encoded key or bound, and of a source's position.
constexpr uint64_t kValueBytesMax = 1ull << 20;
constexpr uint64_t kPositionBytesMax = 16ull << 20;
constexpr uint64_t kDatabasesMax = 100'000;
constexpr uint64_t kTablesMax = 100'000;
constexpr uint64_t kColumnsMax = 100'000;
constexpr uint64_t kSchemasMax = 100'000;
constexpr uint64_t kPartsMax = 2'000'000;
constexpr uint64_t kUnlistedFilesMax = 64;
constexpr uint64_t kRetiredMax = 20'000'000;
constexpr uint64_t kSourcesMax = 10'000;
constexpr uint64_t kMembersMax = 10'000;
/// Commits whose ids a state remembers, so that one whose answer was lost is not made twice.
constexpr uint64_t kRecentCommitsMax = 512;
/// Keys that a commit to a replacing table reads at most to write bitmaps of the rows that it
/// hides: so many in all, and so many for each row that it brings, but a few always. Beyond that
/// readers find the rows until complete_bitmaps() or a merge does.
constexpr uint64_t kBitmapKeysMax = 1u << 23;
constexpr uint64_t kBitmapKeysPerRow = 1024;
constexpr uint64_t kBitmapKeysMin = 1u << 16;
/// Bytes of a checkpoint's file.
constexpr uint64_t kCheckpointBytesMax = 1ull << 30;
/// Edits between two checkpoints, and the edits' bytes that call for one sooner.
constexpr uint64_t kCheckpointVersions = 64;
constexpr uint64_t kCheckpointBytesMin = 1ull << 20;
/// Threads that sync files at once: enough to let a disk merge them.
constexpr size_t kSyncThreadsMax = 16;
/// How often a state is loaded again because collection removed what it was being made of.
constexpr int kLoadsMax = 5;
/// How often a commit is made again on a newer state before it gives up.
constexpr int kRebasesMax = 1000;
/// Names that are tried for a folder or a part before the commit gives up.
constexpr int kNamesMax = 10'000;
/// Folders inside each other in what is removed.
constexpr int kFolderDepthMax = 16;
/// Bytes that are copied at once where a file can have no second name.
constexpr size_t kCopyBytes = 1u << 20;
/// Bytes of the text that makes a folder a backup.
constexpr uint64_t kBackupTextBytesMax = 4096;
/// Parts that a following export shows; one more, and one part of all rows takes their place.
constexpr size_t kShownPartsMax = 100;
/// A restored root's versions begin at the next multiple: above all that the old root, wherever it
/// went on from the backed up version, has given. Numbers from 2^40 on are timestamps.
constexpr uint64_t kVersionsApart = 1'000'000'000;

}  // namespace ch::storage
