#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/table/table.h"

namespace ch::table {

/// An ATTACH or CREATE TABLE text, as ClickHouse keeps it in metadata/DB/TABLE.sql:
///   ATTACH TABLE name [UUID '...'] ( column | INDEX | CONSTRAINT | PROJECTION | PRIMARY KEY, ... )
///   ENGINE = name[(arguments)] [PARTITION BY e] [PRIMARY KEY e] [ORDER BY e] [SAMPLE BY e] [TTL
///   ...] [SETTINGS a = b, ...] [COMMENT '...'] column: name type [DEFAULT | MATERIALIZED | ALIAS |
///   EPHEMERAL e] [COMMENT '...'] [CODEC(...)] [STATISTICS(...)] [TTL e] ...
struct CreateQuery {
    TableSchema
        schema;  ///< database and name as the text has them; name is "_" in an Atomic database
    std::string uuid;  ///< empty = none
    /// What of the text stands nowhere above, as "TTL of column x"; the table's COMMENT not.
    std::vector<std::string> unkept;
};

/// Expressions come out in ClickHouse's spacing, names quoted only where they must be. Throws
/// Error{Corrupt} with the offset for what is no such text, Error{Unsupported} for a view, a
/// dictionary, another engine family, and the engine arguments of before 2017 (`MergeTree(date,
/// key, 8192)`).
CreateQuery parse_create_query(std::string_view sql);

/// An ATTACH or CREATE DATABASE text (metadata/DB.sql).
struct DatabaseQuery {
    std::string uuid;    ///< empty = none
    std::string engine;  ///< Atomic, Ordinary, Memory, ...
};
DatabaseQuery parse_database_query(std::string_view sql);

}  // namespace ch::table
