#include "engine/store/new_bitmap.h"

#include <algorithm>

#include "engine/format/part_name.h"
#include "engine/format/row_set.h"
#include "engine/store/hiding_search.h"
#include "engine/store/key_range.h"
#include "engine/store/limits.h"
#include "engine/store/table_schema.h"

namespace ch::storage {

namespace {

/// Keeps the parts of the transaction's base, which a merge may replace and a collection remove
/// while they are read; null if collection has passed it.
std::unique_ptr<latch::Pin> pin_base(Database& database, const Transaction& transaction) {
    auto pinned = database.latch().pin(transaction.base().version, latch::process_note());
    if (std::holds_alternative<latch::Expired>(pinned)) return nullptr;
    return std::move(std::get<std::unique_ptr<latch::Pin>>(pinned));
}

/// The table's parts in its order, with what readers go by.
std::vector<table::TablePart> parts_of(Database& database, const TableState& table) {
    const std::string folder = database.root() + "/" + table.folder;
    std::vector<table::TablePart> parts;
    for (const auto& part : table.parts) parts.push_back(table_part(table, part->record, folder));
    add_hiding(table, database.root(), parts, HidingUse::Bitmaps);
    return parts;
}

uint64_t keys_max(const std::vector<NewPart>& parts) {
    uint64_t rows = 0;
    for (const NewPart& part : parts) rows += part.record.rows;
    return std::min(kBitmapKeysMax, std::max(kBitmapKeysMin, rows * kBitmapKeysPerRow));
}

}  // namespace

NewBitmap write_bitmap(Database& database, TableId table, const std::string& part_folder,
                       HiddenRows& rows, uint64_t complete_ts) {
    NewBitmap bitmap;
    bitmap.record.complete_ts = complete_ts;
    bitmap.record.rows_hidden = rows.count();
    if (bitmap.record.rows_hidden == 0) return bitmap;
    const std::string content = format::RowSet::encode(rows.words());
    bitmap.record.hash = content_hash(as_bytes(content));
    bitmap.record.file = std::to_string(table) + "." +
                         part_folder.substr(part_folder.rfind('/') + 1) + "." +
                         std::to_string(database.new_id());
    bitmap.file = database.files().create(database.root() + "/.ch/visible/" + bitmap.record.file);
    bitmap.file->append(as_bytes(content));
    return bitmap;
}

void hide_older_rows(Database& database, Transaction& transaction, const WriteTarget& target,
                     std::vector<NewPart>& parts, const std::shared_ptr<BufferPool>& pool) {
    std::shared_ptr<const TableState> table = transaction.base().find(target.table);
    if (!table || parts.empty()) return;
    const std::unique_ptr<latch::Pin> pin = pin_base(database, transaction);
    if (!pin) return;  // without bitmaps readers find out by themselves
    const std::vector<table::TablePart> older = parts_of(database, *table);
    const std::vector<column::TypePtr> types = key_types(table->schema());
    HidingSearch search(database.shared_files(), pool);
    uint64_t keys_left = keys_max(parts);
    for (size_t i = 0; i < older.size(); ++i) {
        const PartRecord& record = table->parts[i]->record;
        const std::string partition_id = format::PartName::parse(record.name)->partition_id;
        const KeyRange keys(record, types);
        table::RowHiding hiding = *older[i].view.hiding;
        if (hiding.has_deleted) continue;  // a whole part of flags is not read here
        const size_t before = hiding.parts.size();
        for (const NewPart& part : parts)
            if (part.partition_id == partition_id && keys.meets(KeyRange(part.record, types)))
                hiding.parts.push_back({part.folder, true});
        if (hiding.parts.size() == before) continue;
        std::optional<HiddenRows> hidden = search.find(older[i].path, hiding, keys_left);
        if (!hidden) continue;
        NewBitmap bitmap = write_bitmap(database, target.table, parts[0].folder, *hidden,
                                        parts[0].record.max_commit_ts);
        bitmap.record.part = record.name;
        if (bitmap.file) parts[0].unsynced.push_back(std::move(bitmap.file));
        transaction.set_bitmap(target.table, std::move(bitmap.record));
    }
}

size_t complete_bitmaps(const std::shared_ptr<Database>& database, TableId table_id,
                        const std::shared_ptr<BufferPool>& pool) {
    const std::shared_ptr<latch::Pin> pin = database->pin_merge(table_id);
    Transaction transaction = database->begin();
    const std::shared_ptr<const TableState> table = transaction.base().find(table_id);
    if (!table || !table::replacing_columns(table->schema().engine)) return 0;
    transaction.hold(pin);
    transaction.set_merge(table_id);
    const std::vector<table::TablePart> parts = parts_of(*database, *table);
    HidingSearch search(database->shared_files(), pool);
    size_t made = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
        const table::RowHiding& hiding = *parts[i].view.hiding;
        if (hiding.parts.empty() && !hiding.has_deleted) continue;
        uint64_t keys_left = UINT64_MAX;
        std::optional<HiddenRows> hidden = search.find(parts[i].path, hiding, keys_left);
        // The name of a merge's part, which this is none of: its pin says that the writer lives.
        NewBitmap bitmap = write_bitmap(*database, table_id, "tmp_merge_" + pin->name() + "_0",
                                        *hidden, table->max_commit_ts);
        if (bitmap.file) {
            bitmap.file->sync();
            bitmap.file->close();
        }
        bitmap.record.part = table->parts[i]->record.name;
        transaction.set_bitmap(table_id, std::move(bitmap.record));
        ++made;
    }
    const bool is_published =
        made > 0 && std::holds_alternative<latch::Published>(database->commit(transaction));
    return is_published ? made : 0;
}

}  // namespace ch::storage
