#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/io/file_system.h"

namespace ch::tools {

/// What all subcommands share.
struct CommandContext {
    std::shared_ptr<io::FileSystem> files;
    std::shared_ptr<BufferPool> pool;
    bool as_json = false;
    bool show_progress = false;
    std::optional<uint64_t> version;  ///< of a store, or a TiDB timestamp; nothing = the newest
    std::string latch;                ///< which latch stores are expected to have (DatabaseOptions)
};

enum class CatFormat : uint8_t { Csv, Jsonl, Arrow };

struct CatOptions {
    std::string table;
    std::vector<std::string> columns;  ///< empty = those of SELECT *
    std::string where;                 ///< empty = all rows
    std::optional<uint64_t> limit;
    CatFormat format = CatFormat::Csv;
};

/// The subcommands. Each writes to standard output and throws Error; check returns false if it
/// found damage, all others true.
bool run_ls(const CommandContext& context, const std::string& path);
bool run_describe(const CommandContext& context, const std::string& table);
bool run_parts(const CommandContext& context, const std::string& table);
bool run_inspect(const CommandContext& context, const std::string& part);
bool run_check(const CommandContext& context, const std::string& table);
bool run_cat(const CommandContext& context, const CatOptions& options);

}  // namespace ch::tools
