#include "engine/store/merge.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "engine/format/part_name.h"
#include "engine/store/create_table.h"
#include "engine/store/key_range.h"
#include "engine/store/new_bitmap.h"
#include "engine/store/part_record.h"
#include "engine/store/sorted_merge.h"
#include "engine/store/table_schema.h"
#include "engine/store/write_layout.h"

namespace ch::storage {

namespace {

constexpr uint64_t kMsPerSecond = 1000;

/// One merge from its snapshot to its commit.
class Merge {
public:
    Merge(const std::shared_ptr<Database>& database, TableId table,
          const std::vector<std::string>& parts, std::shared_ptr<BufferPool> pool,
          const MergeOptions& options)
        : database_(database),
          pin_(database->pin_merge(table)),
          transaction_(database->begin()),
          table_(transaction_.base().find(table)),
          names_(parts.begin(), parts.end()),
          pool_(std::move(pool)),
          options_(options) {}

    MergeReport run() {
        if (!table_) return report_;
        for (const std::string& name : names_)
            if (table_->find_part(name) == nullptr) return report_;
        transaction_.hold(pin_);
        transaction_.set_merge(table_->id);
        for (const std::string& name : names_) transaction_.retire_part(table_->id, name);
        open();
        NewPart part = write();
        if (report_.rows_written > 0) transaction_.add_part(table_->id, std::move(part));
        report_.is_published =
            std::holds_alternative<latch::Published>(database_->commit(transaction_));
        return report_;
    }

private:
    [[nodiscard]] bool is_input(const std::string& name) const { return names_.count(name) > 0; }

    /// Whether a part that stays may hold an older row of a key that is deleted here.
    [[nodiscard]] bool has_older_part() const {
        const std::vector<column::TypePtr> types = key_types(table_->schema());
        const std::string partition_id = format::PartName::parse(*names_.begin())->partition_id;
        for (const auto& input : table_->parts) {
            if (!is_input(input->record.name)) continue;
            const KeyRange keys(input->record, types);
            for (const auto& other : table_->parts) {
                const PartRecord& record = other->record;
                if (!is_input(record.name) &&
                    format::PartName::parse(record.name)->partition_id == partition_id &&
                    record.min_commit_ts <= input->record.max_commit_ts &&
                    keys.meets(KeyRange(record, types)))
                    return true;
            }
        }
        return false;
    }

    void open() {
        const std::string folder = database_->root() + "/" + table_->folder;
        std::vector<table::TablePart> parts;
        for (const auto& part : table_->parts)
            parts.push_back(table_part(*table_, part->record, folder));
        layout_ = make_write_layout(table_->schema());
        keeps_tombstones_ = layout_.replacing && has_older_part();
        add_hiding(*table_, database_->root(), parts,
                   keeps_tombstones_ ? HidingUse::NewerParts : HidingUse::Bitmaps);
        std::vector<table::TablePart> inputs;
        for (size_t i = 0; i < parts.size(); ++i)
            if (is_input(table_->parts[i]->record.name)) inputs.push_back(std::move(parts[i]));
        std::sort(inputs.begin(), inputs.end(),
                  [](const auto& a, const auto& b) { return block_of(a.path) < block_of(b.path); });
        inputs_ = table::Table::of_parts(database_->shared_files(), folder, table_schema(*table_),
                                         std::move(inputs), nullptr, pool_, pin_);
        if (!inputs_->broken_parts().empty())
            throw Error(ErrorCode::Corrupt, "part " + inputs_->broken_parts()[0].name +
                                                " is broken: " + inputs_->broken_parts()[0].error);
    }

    static uint64_t block_of(const std::string& path) {
        return format::PartName::parse(path.substr(path.rfind('/') + 1))->min_block;
    }

    [[nodiscard]] std::vector<std::unique_ptr<table::Scan>> scans() const {
        table::ScanRequest request;
        for (const table::TableColumn& column : layout_.columns)
            request.columns.push_back(column.name);
        std::vector<std::unique_ptr<table::Scan>> scans;
        for (size_t i = 0; i < inputs_->parts().size(); ++i) {
            const std::shared_ptr<const part::Part>& part = inputs_->parts()[i];
            if (part->rows() == 0) continue;
            table::Split split;
            split.part_path = part->path();
            split.ranges = {{0, part->granules().count()}};
            split.hiding = inputs_->views()[i].hiding;
            const auto& stored_names = inputs_->views()[i].stored_names;
            for (table::TableColumn column : layout_.columns) {
                if (auto stored = stored_names.find(column.name); stored != stored_names.end())
                    column.stored_name = stored->second;
                split.columns.push_back(std::move(column));
            }
            table::ScanOptions options{pool_, nullptr, options_.cancelled};
            scans.push_back(
                std::make_unique<table::Scan>(part, std::move(split), request, options));
        }
        return scans;
    }

    NewPart write() {
        part::PartSpec spec = layout_.spec;
        if (!spec.partition_types.empty())
            spec.partition_values =
                inputs_->parts()[0]->partition_values(spec.partition_types).value();
        const std::string folder = database_->new_part_folder(table_->folder, 0, pin_.get());
        part::PartWriter writer(database_->files(), folder, std::move(spec), pool_);
        SortedMerge merged(scans(), layout_.spec.sorting_key, pool_);
        uint64_t rows_max = 0;
        for (const auto& part : inputs_->parts()) rows_max += part->rows();
        HiddenRows tombstones(rows_max);
        while (std::optional<column::Block> block = merged.next()) {
            if (layout_.replacing)
                tombstones.add_flagged(report_.rows_written,
                                       *block->find(layout_.replacing->is_deleted));
            report_.rows_written += block->rows;
            writer.append(*block);
            if (options_.on_rows) options_.on_rows(block->rows);
            throttle(*block);
        }
        report_.rows_read = report_.rows_written;
        NewPart part = describe_part(layout_, table_->schema().id, folder, writer.finish());
        report_.bytes_written = part.record.bytes;
        name(part);
        // Every row up to the newest version of the snapshot was asked whether it hides one of
        // these.
        if (layout_.replacing) {
            NewBitmap bitmap =
                write_bitmap(*database_, table_->id, folder, tombstones, table_->max_commit_ts);
            if (bitmap.file) part.unsynced.push_back(std::move(bitmap.file));
            part.bitmap = std::move(bitmap.record);
        }
        return part;
    }

    /// The range of the inputs' blocks, one level up.
    void name(NewPart& part) const {
        format::PartName merged = *format::PartName::parse(*names_.begin());
        PartRecord& record = part.record;
        record.min_commit_ts = UINT64_MAX;
        for (const std::string& name : names_) {
            const format::PartName input = *format::PartName::parse(name);
            merged.min_block = std::min(merged.min_block, input.min_block);
            merged.max_block = std::max(merged.max_block, input.max_block);
            merged.level = std::max(merged.level, input.level);
            merged.mutation = std::max(merged.mutation, input.mutation);
            const PartRecord& of = table_->find_part(name)->record;
            record.min_commit_ts = std::min(record.min_commit_ts, of.min_commit_ts);
            record.max_commit_ts = std::max(record.max_commit_ts, of.max_commit_ts);
        }
        ++merged.level;
        record.name = merged.text();
    }

    void throttle(const column::Block& block) {
        if (options_.bytes_per_second == 0) return;
        for (const column::ColumnPtr& column : block.columns) plain_bytes_ += column->bytes();
        const auto passed = std::chrono::steady_clock::now() - started_;
        const auto passed_ms = static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
        const uint64_t due_ms = plain_bytes_ * kMsPerSecond / options_.bytes_per_second;
        if (due_ms <= passed_ms) return;
        if (options_.sleep_ms)
            options_.sleep_ms(due_ms - passed_ms);
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(due_ms - passed_ms));
    }

    std::shared_ptr<Database> database_;
    std::shared_ptr<latch::Pin> pin_;  // before the transaction's base is looked up
    Transaction transaction_;
    std::shared_ptr<const TableState> table_;
    std::set<std::string> names_;
    std::shared_ptr<BufferPool> pool_;
    const MergeOptions& options_;
    WriteLayout layout_;
    std::shared_ptr<const table::Table> inputs_;
    bool keeps_tombstones_ = false;
    MergeReport report_;
    uint64_t plain_bytes_ = 0;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

MergeReport merge_parts(const std::shared_ptr<Database>& database, TableId table,
                        const std::vector<std::string>& parts,
                        const std::shared_ptr<BufferPool>& pool, const MergeOptions& options) {
    if (parts.empty()) return {};
    return Merge(database, table, parts, pool, options).run();
}

std::vector<MergeReport> merge_table(const std::shared_ptr<Database>& database, TableId table,
                                     const MergeRule& rule, const std::shared_ptr<BufferPool>& pool,
                                     const MergeOptions& options, size_t merges_max) {
    std::vector<MergeReport> reports;
    while (reports.size() < merges_max) {
        std::shared_ptr<const TableState> state = database->newest()->find(table);
        if (!state) break;
        const std::vector<std::string> parts = choose_merge(*state, rule);
        if (parts.empty()) break;
        reports.push_back(merge_parts(database, table, parts, pool, options));
    }
    complete_bitmaps(database, table, pool);
    return reports;
}

}  // namespace ch::storage
