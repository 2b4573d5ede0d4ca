#pragma once

#include <algorithm>

#include "engine/store/archive.h"
#include "engine/store/edit.h"
#include "engine/store/limits.h"

namespace ch::storage {

// The members of each structure in the order of their bytes. `T` is const for an Encoder.

inline constexpr auto describe_text = [](auto& archive, auto& value) {
    archive.text(value, kTextBytesMax, "bytes of an expression");
};
inline constexpr auto describe_name = [](auto& archive, auto& value) {
    archive.text(value, kNameBytesMax, "bytes of a name");
};

inline constexpr auto describe_column = [](auto& archive, auto& column) {
    archive.number(column.id);
    describe_name(archive, column.name);
    describe_text(archive, column.type);
    describe_name(archive, column.default_kind);
    describe_text(archive, column.default_expression);
    describe_text(archive, column.comment);
    describe_text(archive, column.codec);
};

inline constexpr auto describe_index = [](auto& archive, auto& index) {
    describe_name(archive, index.name);
    describe_text(archive, index.expression);
    describe_text(archive, index.type);
    archive.number(index.granularity);
};

inline constexpr auto describe_schema = [](auto& archive, auto& schema) {
    archive.number(schema.id);
    archive.list(schema.columns, kColumnsMax, "columns", describe_column);
    describe_text(archive, schema.engine);
    describe_text(archive, schema.partition_key);
    archive.list(schema.sorting_key, kColumnsMax, "sorting expressions", describe_text);
    archive.list(schema.primary_key, kColumnsMax, "key expressions", describe_text);
    archive.list(schema.indices, kColumnsMax, "indices", describe_index);
    archive.list(schema.properties, kColumnsMax, "properties", [](auto& inner, auto& property) {
        describe_name(inner, property.first);
        describe_text(inner, property.second);
    });
    describe_text(archive, schema.comment);
};

inline constexpr auto describe_range = [](auto& archive, auto& range) {
    archive.number(range.column_id);
    archive.text(range.min, kValueBytesMax, "bytes of a bound");
    archive.text(range.max, kValueBytesMax, "bytes of a bound");
    archive.number(range.nulls_count);
};

inline constexpr auto describe_part = [](auto& archive, auto& part) {
    describe_name(archive, part.name);
    archive.number(part.rows);
    archive.number(part.bytes);
    archive.text(part.key_min, kValueBytesMax, "bytes of a key");
    archive.text(part.key_max, kValueBytesMax, "bytes of a key");
    archive.number(part.min_commit_ts);
    archive.number(part.max_commit_ts);
    archive.number(part.schema_id);
    archive.hash(part.checksums_hash);
    archive.list(part.unlisted, kUnlistedFilesMax, "unlisted files", [](auto& inner, auto& file) {
        describe_name(inner, file.name);
        inner.hash(file.hash);
    });
    archive.list(part.ranges, kColumnsMax, "column ranges", describe_range);
};

inline constexpr auto describe_bitmap = [](auto& archive, auto& bitmap) {
    describe_name(archive, bitmap.part);
    describe_name(archive, bitmap.file);
    archive.number(bitmap.rows_hidden);
    archive.number(bitmap.complete_ts);
    archive.hash(bitmap.hash);
};

inline constexpr auto describe_table_name = [](auto& archive, auto& name) {
    describe_name(archive, name.database);
    describe_name(archive, name.table);
};

inline constexpr auto describe_position = [](auto& archive, auto& position) {
    describe_name(archive, position.source);
    archive.text(position.position, kPositionBytesMax, "bytes of a position");
};

inline constexpr auto describe_table_edit = [](auto& archive, auto& edit) {
    archive.number(edit.table);
    archive.optional(edit.name, describe_table_name);
    describe_name(archive, edit.folder);
    archive.flag(edit.is_dropped);
    archive.optional(edit.schema, describe_schema);
    archive.flag(edit.retires_all);
    archive.flag(edit.is_merge);
    archive.list(edit.retired, kPartsMax, "retired parts", describe_name);
    archive.list(edit.added, kPartsMax, "added parts", describe_part);
    archive.list(edit.bitmaps, kPartsMax, "bitmaps", describe_bitmap);
};

inline constexpr auto describe_edit = [](auto& archive, auto& edit) {
    archive.number(edit.time_ms);
    describe_text(archive, edit.note);
    archive.list(edit.members, kMembersMax, "commits of one version",
                 [](auto& inner, auto& id) { inner.hash(id); });
    archive.number(edit.complete_ts);
    archive.list(edit.positions, kSourcesMax, "positions", describe_position);
    archive.list(edit.databases, kDatabasesMax, "databases", [](auto& inner, auto& database) {
        inner.number(database.database);
        describe_name(inner, database.name);
    });
    archive.list(edit.tables, kTablesMax, "tables", describe_table_edit);
    archive.number(edit.collected);
};

}  // namespace ch::storage
