#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::table {

/// Bytes of a CREATE TABLE text. ClickHouse's own max_query_size is 256 KiB; wide tables may be
/// larger in metadata.
constexpr uint64_t kCreateTextBytesMax = 16ULL << 20;
/// Columns, indices and key expressions of one table.
constexpr size_t kColumnsMax = 100'000;
/// Depth of brackets in an SQL text.
constexpr size_t kNestingMax = 200;
/// Elements of a constant default, all levels together.
constexpr size_t kConstantElementsMax = 100'000;
/// Bytes of a bitmap of hidden rows: 2^32 rows, each of them hidden or not.
constexpr uint64_t kBitmapBytesMax = 1ULL << 30;
/// Part folders of a table, covered ones included. ClickHouse's max_parts_in_total is 100,000.
constexpr size_t kPartsMax = 2'000'000;
/// How often a table folder is listed again because a part went away between listing and opening
/// it.
constexpr int kListingsMax = 5;
/// Threads that open and plan many parts, and how many of these are worth one.
constexpr size_t kThreadsMax = 4;
constexpr size_t kItemsPerThreadMin = 32;
/// A part changed less than this before it was opened may have been changed again within the same
/// tick of its file system's clock; whole seconds are the coarsest there are.
constexpr int64_t kFileClockTickNs = 2'000'000'000;
/// Bytes that a scan's batch aims at; batches shrink when rows are large.
constexpr size_t kBatchBytesAim = 32U << 20;

}  // namespace ch::table
