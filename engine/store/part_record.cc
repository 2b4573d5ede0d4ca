#include "engine/store/part_record.h"

#include "engine/format/single_value.h"
#include "engine/format/write_value.h"
#include "engine/store/limits.h"

namespace ch::storage {

namespace {

std::string key_bytes(const WriteLayout& layout, const std::vector<column::Scalar>& key) {
    std::string bytes;
    for (size_t i = 0; i < key.size(); ++i) {
        const table::TableColumn& column = *layout.find(layout.spec.sorting_key[i]);
        format::append_value(bytes, *format::index_type(column.type), key[i]);
    }
    return bytes.size() <= kValueBytesMax ? bytes : std::string();
}

}  // namespace

NewPart describe_part(const WriteLayout& layout, uint64_t schema_id, std::string folder,
                      part::WrittenPart written) {
    NewPart part;
    part.folder = std::move(folder);
    part.partition_id = written.partition_id;
    part.unsynced = std::move(written.open_files);
    PartRecord& record = part.record;
    record.rows = written.rows;
    record.bytes = written.bytes;
    record.schema_id = schema_id;
    record.checksums_hash = written.checksums_hash;
    record.key_min = key_bytes(layout, written.first_key);
    record.key_max = key_bytes(layout, written.last_key);
    for (const part::UnlistedFile& file : written.unlisted)
        record.unlisted.push_back({file.name, file.hash});
    for (const part::ColumnRange& range : written.ranges) {
        ColumnRange bounds;
        bounds.column_id = layout.id_of(range.column);
        const column::TypePtr type = format::index_type(layout.find(range.column)->type);
        format::append_value(bounds.min, *type, range.min);
        format::append_value(bounds.max, *type, range.max);
        if (bounds.min.size() > kValueBytesMax || bounds.max.size() > kValueBytesMax) continue;
        record.ranges.push_back(std::move(bounds));
    }
    return part;
}

}  // namespace ch::storage
