#pragma once

#include <cstddef>
#include <cstdint>

namespace ch::tools {

constexpr size_t kPredicateBytesMax = 1 << 20;
constexpr size_t kPredicateDepthMax = 200;  ///< nested brackets and NOTs
/// Rows are written out in pieces of about this size.
constexpr size_t kOutputBytesFlushed = 1 << 18;
/// Of Arrow IPC that is read: a message, the tables in its metadata and how deep they and a
/// schema's fields are inside each other, the fields, an array's rows and a buffer's bytes.
constexpr int32_t kIpcMetadataBytesMax = 256 << 20;
constexpr int64_t kIpcBodyBytesMax = int64_t{1} << 36;
constexpr uint32_t kIpcTablesMax = 1'000'000;
constexpr uint32_t kIpcDepthMax = 128;
constexpr size_t kIpcFieldDepthMax = 50;
constexpr size_t kIpcFieldsMax = 100'000;
constexpr int64_t kIpcRowsMax = 0x7fffffff;
constexpr int64_t kIpcBufferBytesMax = int64_t{1} << 36;

}  // namespace ch::tools
