#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::syncer {

/// Bytes of one binlog message: TiDB's own limit of a transaction is 10 GiB, of an entry 120 MiB.
constexpr uint64_t kMessageBytesMax = 1ull << 30;
/// Tables of one transaction.
constexpr uint64_t kMessageTablesMax = 100'000;
/// Columns of one row image, as TiDB limits a table.
constexpr size_t kRowColumnsMax = 4096;
/// Values inside each other in one JSON document; MySQL allows 100.
constexpr int kJsonDepthMax = 128;
/// Bytes of the text of one JSON document.
constexpr size_t kJsonTextBytesMax = 256u << 20;
/// Digits of a DECIMAL, and of those behind its point.
constexpr int kDecimalDigitsMax = 65;
constexpr int kDecimalFractionMax = 30;

/// Transactions whose decision is remembered, so that a message that comes again is known.
constexpr size_t kDecidedMax = 1u << 20;

/// Bytes of one answer of TiDB's status port.
constexpr size_t kStatusAnswerBytesMax = 256u << 20;
/// How long one answer of it is waited for.
constexpr int kStatusTimeoutMs = 10'000;
/// How long the record of a DDL job is waited for; TiDB writes it behind the job's last commit.
constexpr int kJobWaitMs = 60'000;
constexpr int kJobPollMs = 20;

/// Bytes of a segment of the pump's log after which the next one is begun.
constexpr uint64_t kSegmentBytes = 64ull << 20;

/// Bytes of rows that a commit gathers in memory before they are written as parts.
constexpr size_t kBlockBytesMax = 32u << 20;
/// How long the latch of a table is waited for.
constexpr uint64_t kLatchWaitMsMax = 60'000;
/// Memory of all rows in flight.
constexpr size_t kMemoryBytes = size_t{1} << 30;

/// Bytes of the configuration.
constexpr uint64_t kConfigBytesMax = 1u << 20;

}  // namespace ch::syncer
