#include "engine/store/table_schema.h"

#include <algorithm>

#include "engine/format/frame_encoder.h"
#include "engine/format/part_name.h"
#include "engine/store/create_text.h"
#include "engine/store/key_range.h"
#include "engine/store/write_layout.h"
#include "engine/table/create_query.h"

namespace ch::storage {

namespace {

constexpr const char* kChecksumsFile = "checksums.txt";
constexpr const char* kGranuleRows = "index_granularity";
constexpr const char* kGranuleBytes = "index_granularity_bytes";
// Below it ClickHouse takes no table; 0 would mean parts with marks of a kind that we do not write.
constexpr uint64_t kGranuleBytesMin = 1024;

/// What of a part tells whether its rows hide another's.
struct HidingRange {
    HidingRange(const PartRecord& part, const std::vector<column::TypePtr>& types)
        : record(part), name(*format::PartName::parse(part.name)), keys(part, types) {}

    [[nodiscard]] bool is_later_than(const HidingRange& other) const {
        return name.min_block > other.name.min_block;
    }
    [[nodiscard]] bool may_hide(const HidingRange& other) const {
        const uint64_t newest = record.max_commit_ts;
        const uint64_t oldest = other.record.min_commit_ts;
        const bool is_newer = newest > oldest || (newest == oldest && is_later_than(other));
        return is_newer && name.partition_id == other.name.partition_id && keys.meets(other.keys);
    }

    const PartRecord& record;
    format::PartName name;
    KeyRange keys;
};

bool is_kept(const std::string& setting, const std::string& value) {
    return setting != kGranuleBytes || std::stoull(value) >= kGranuleBytesMin;
}

/// The codec by which parts will be written, in one spelling; empty = the table's.
std::string written_codec(const std::string& declared, const std::string& of) {
    if (declared.empty() || declared == "Default") return {};
    const std::optional<format::FrameCodec> codec = format::FrameCodec::of_name(declared);
    if (!codec)
        throw Error(ErrorCode::Unsupported, of + ": the codec " + declared +
                                                " is not written; expected NONE, LZ4 or ZSTD(1) "
                                                "to ZSTD(22) alone");
    return codec->text();
}

}  // namespace

table::TableSchema table_schema(const TableState& table) {
    const SchemaVersion& from = table.schema();
    table::TableSchema schema;
    schema.database = table.database_name;
    schema.name = table.name;
    schema.engine = from.engine;
    for (const ColumnDefinition& column : from.columns)
        schema.columns.push_back(table_column(column));
    schema.sorting_key = from.sorting_key;
    schema.primary_key = from.primary_key.empty() ? from.sorting_key : from.primary_key;
    schema.partition_key = from.partition_key;
    for (const IndexDefinition& index : from.indices)
        schema.skip_indices.push_back(
            {index.name, index.expression, index.type, index.granularity});
    for (const auto& [name, value] : from.properties)
        if (name == kGranuleRows)
            schema.index_granularity = std::stoull(value);
        else
            schema.write_settings.emplace_back(name, value);
    schema.create_sql = create_text(table);
    return schema;
}

NewTable parse_new_table(std::string_view sql) {
    const table::CreateQuery query = table::parse_create_query(sql);
    std::string lost;
    for (const std::string& clause : query.unkept) lost += (lost.empty() ? "" : ", ") + clause;
    if (!lost.empty())
        throw Error(ErrorCode::Unsupported, "CREATE TABLE " + query.schema.database + "." +
                                                query.schema.name + ": a store does not keep " +
                                                lost + "; leave it out");
    NewTable created{{query.schema.database, query.schema.name}, schema_version(query.schema)};
    for (ColumnDefinition& column : created.schema.columns) {
        const bool is_stored = column.default_kind != "ALIAS" && column.default_kind != "EPHEMERAL";
        if (!column.codec.empty() && !is_stored)
            throw Error(ErrorCode::Unsupported,
                        "column " + column.name + " is not stored and has no codec");
        column.codec = written_codec(column.codec, "column " + column.name);
    }
    for (const auto& [name, value] : query.schema.write_settings)
        if (!is_kept(name, value))
            throw Error(ErrorCode::InvalidArgument,
                        name + " = " + value + ": expected at least 1024, as ClickHouse does");
    for (auto& [name, value] : created.schema.properties)
        if (name == kDefaultCodec) value = written_codec(value, name);
    return created;
}

SchemaVersion schema_version(const table::TableSchema& schema) {
    SchemaVersion version;
    version.id = 1;
    uint64_t id = 0;
    for (const table::TableColumn& column : schema.columns)
        version.columns.push_back({++id, column.name, column.type->name(), column.default_kind,
                                   column.default_expression, column.comment, column.codec});
    version.engine = schema.engine.empty() ? "MergeTree" : schema.engine;
    version.partition_key = schema.partition_key;
    version.sorting_key = schema.sorting_key;
    version.primary_key = schema.primary_key;
    for (const auto& index : schema.skip_indices)
        version.indices.push_back({index.name, index.expression, index.type, index.granularity});
    if (schema.index_granularity != table::TableSchema().index_granularity)
        version.properties.emplace_back(kGranuleRows, std::to_string(schema.index_granularity));
    for (const auto& [name, value] : schema.write_settings)
        if (is_kept(name, value)) version.properties.emplace_back(name, value);
    return version;
}

table::TablePart table_part(const TableState& table, const PartRecord& record,
                            const std::string& folder) {
    table::TablePart part;
    part.path = folder + "/" + record.name;
    part.hashes.push_back({kChecksumsFile, record.checksums_hash});
    for (const FileHash& file : record.unlisted) part.hashes.push_back({file.name, file.hash});
    const SchemaVersion& today = table.schema();
    const SchemaVersion* written = table.find_schema(record.schema_id);
    if (written == nullptr || written == &today) return part;
    for (const ColumnDefinition& column : today.columns) {
        const ColumnDefinition* then = written->find_id(column.id);
        if (then == nullptr)
            part.view.stored_names[column.name] = "";
        else if (then->name != column.name)
            part.view.stored_names[column.name] = then->name;
    }
    return part;
}

void add_hiding(const TableState& table, const std::string& root,
                std::vector<table::TablePart>& parts, HidingUse use) {
    const std::optional<table::ReplacingColumns> replacing =
        table::replacing_columns(table.schema().engine);
    if (!replacing) return;
    const std::vector<column::TypePtr> types = key_types(table.schema());
    std::vector<HidingRange> ranges;
    for (const auto& part : table.parts) ranges.emplace_back(part->record, types);
    for (size_t i = 0; i < parts.size(); ++i) {
        const PartRecord& record = table.parts[i]->record;
        table::RowHiding hiding;
        for (const std::string& sql : table.schema().sorting_key)
            hiding.key.push_back(table::plain_column(sql));
        hiding.columns = *replacing;
        auto bitmap = table.bitmaps.find(record.name);
        uint64_t complete_ts = 0;
        hiding.has_deleted = use == HidingUse::Bitmaps && bitmap == table.bitmaps.end();
        if (use == HidingUse::Bitmaps && bitmap != table.bitmaps.end()) {
            complete_ts = bitmap->second->record.complete_ts;
            const std::string& file = bitmap->second->record.file;
            if (!file.empty()) hiding.bitmap = root + "/.ch/visible/" + file;
            hiding.bitmap_hash = to_hex(bitmap->second->record.hash);
        }
        for (size_t j = 0; j < parts.size(); ++j) {
            if (i == j || ranges[j].record.max_commit_ts <= complete_ts ||
                !ranges[j].may_hide(ranges[i]))
                continue;
            hiding.parts.push_back({parts[j].path, ranges[j].is_later_than(ranges[i])});
        }
        parts[i].view.hiding = std::move(hiding);
    }
}

}  // namespace ch::storage
