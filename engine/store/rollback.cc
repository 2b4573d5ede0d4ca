#include "engine/store/rollback.h"

#include <algorithm>

#include "engine/format/part_name.h"
#include "engine/store/create_table.h"
#include "engine/store/folder_tree.h"

namespace ch::storage {

namespace {

/// In the order in which they were written: of rows with one key and version the later block's
/// counts.
std::vector<std::shared_ptr<const ActivePart>> by_block(const TableState& table) {
    auto block_of = [](const std::shared_ptr<const ActivePart>& part) {
        return format::PartName::parse(part->record.name)->min_block;
    };
    std::vector<std::shared_ptr<const ActivePart>> parts = table.parts;
    std::stable_sort(parts.begin(), parts.end(),
                     [&](const auto& a, const auto& b) { return block_of(a) < block_of(b); });
    return parts;
}

NewPart second_name(Database& database, const TableState& table, const PartRecord& record,
                    uint64_t epoch) {
    const std::string folder = database.root() + "/" + table.folder + "/";
    NewPart part;
    part.partition_id = format::PartName::parse(record.name)->partition_id;
    part.folder = folder + "tmp_" + std::to_string(epoch) + "_" + record.name;
    part.record = record;
    part.record.name.clear();
    link_tree(database.files(), folder + record.name, part.folder);
    return part;
}

void check_definition(const TableState& then, const TableState& now, uint64_t version) {
    bool is_known = then.schema().id == now.schema().id;
    for (const auto& part : then.parts)
        is_known = is_known && now.find_schema(part->record.schema_id) != nullptr;
    if (!is_known)
        throw Error(ErrorCode::Unsupported, "the definition of " + now.database_name + "." +
                                                now.name + " has changed since version " +
                                                std::to_string(version) +
                                                "; copy the rows that are wanted from that version "
                                                "into a table");
}

}  // namespace

uint64_t roll_back(Database& database, TableId id, uint64_t version, uint64_t latch_wait_ms_max) {
    const Snapshot old = database.snapshot(version);
    const std::shared_ptr<const TableState> then = old.state->find(id);
    if (!then)
        throw Error(ErrorCode::NotFound,
                    "version " + std::to_string(version) + " did not have the table yet",
                    database.root());
    const WriteLatch latch = require_latch(database, id, latch_wait_ms_max);
    Transaction transaction = database.begin();
    transaction.use(latch);
    transaction.set_note("rollback to version " + std::to_string(version));
    const std::shared_ptr<const TableState> now = transaction.base().find(id);
    check_definition(*then, *now, version);
    transaction.truncate(id);
    // Without the bitmaps of then: readers find out by themselves what hides a row, until a merge.
    for (const std::shared_ptr<const ActivePart>& part : by_block(*then))
        transaction.add_part(id,
                             second_name(database, *now, part->record, latch.tokens.front().epoch));
    const CommitOutcome outcome = database.commit(transaction);
    require_published(outcome, "rolling back");
    return std::get<latch::Published>(outcome).version;
}

}  // namespace ch::storage
