#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace ch::syncer {

/// MySQL's numbers of types, as TiDB's table descriptions have them.
enum class MysqlType : uint8_t {
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Duration = 11,
    Datetime = 12,
    Year = 13,
    NewDate = 14,
    VarChar = 15,
    Bit = 16,
    Json = 0xf5,
    Decimal = 0xf6,
    Enum = 0xf7,
    Set = 0xf8,
    TinyBlob = 0xf9,
    MediumBlob = 0xfa,
    LongBlob = 0xfb,
    Blob = 0xfc,
    VarString = 0xfd,
    String = 0xfe,
};

struct TidbColumn {
    int64_t id = 0;
    std::string name;
    MysqlType type = MysqlType::Long;
    bool is_unsigned = false;
    bool is_not_null = false;
    bool is_binary = false;   ///< bytes, not text
    bool is_virtual = false;  ///< computed when it is read; no binlog has it
    int64_t length = 0;
    int64_t decimals = 0;               ///< digits behind the point, of a decimal or a second
    std::vector<std::string> elements;  ///< of an ENUM or SET
    /// Of rows from before the column was added; nothing = NULL.
    std::optional<std::string> origin_default;
};

/// A table as TiDB describes it, of the columns that are public.
struct TidbTable {
    int64_t id = 0;
    std::string name;
    std::vector<TidbColumn> columns;
    bool pk_is_handle = false;             ///< one integer, which is the row's handle
    bool is_common_handle = false;         ///< the clustered key's columns are the handle
    std::vector<std::string> primary_key;  ///< names; empty = rows go by _tidb_rowid
    bool is_table = true;                  ///< no view and no sequence

    /// Null if there is none.
    [[nodiscard]] const TidbColumn* find(std::string_view column) const;
    /// How many values an inserted row's handle has.
    [[nodiscard]] size_t handle_values() const { return is_common_handle ? primary_key.size() : 1; }
};

/// Throws Error{Corrupt | Unsupported}.
TidbTable parse_table_info(const nlohmann::json& json);
TidbTable parse_table_info(std::string_view text);

}  // namespace ch::syncer
