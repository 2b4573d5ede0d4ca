#pragma once

#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "engine/store/state.h"

namespace ch::storage {

/// The table's definition as ClickHouse keeps it, ATTACH TABLE ..., of its newest schema.
std::string create_text(const TableState& table);

/// Fills a new table folder with what ClickHouse expects there, and with the table's id, by which a
/// folder is known that no commit ever named. Syncs the files that must not be lost, no folder.
void begin_table_folder(io::FileSystem& files, const std::string& folder, TableId table);
/// Where it is filled, and where it is removed: so that it is known for ours at any moment.
inline constexpr std::string_view kUnnamedTable = "tmp_table_";
/// Whether a folder that no version names was made for a table of ours, and not by somebody else.
bool is_table_folder(const io::FileSystem& files, const std::string& folder);

/// Writes <folder>/table.sql anew if it is not the table's text. It is a copy for people and for
/// export: nothing reads it that has a manifest, so it is not synced.
void repair_create_text(io::FileSystem& files, const std::string& folder, const TableState& table,
                        uint64_t random);

}  // namespace ch::storage
