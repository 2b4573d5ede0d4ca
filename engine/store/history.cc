#include "engine/store/history.h"

#include <algorithm>

namespace ch::storage {

namespace {

/// Pinned, so that all versions behind it stay.
Snapshot oldest_snapshot(Database& database) {
    for (;;) {
        const uint64_t floor = std::max<uint64_t>(database.latch().floor(), 1);
        try {
            return database.snapshot(floor);
        } catch (const Error& error) {
            // Collection has raised the floor between both.
            if (error.code() != ErrorCode::SnapshotExpired || database.latch().floor() == floor)
                throw;
        }
    }
}

std::string operation_of(const TableEdit& edit) {
    if (!edit.folder.empty()) return "create";
    if (edit.is_merge) return "merge";
    if (edit.retires_all) return edit.added.empty() ? "truncate" : "overwrite";
    if (!edit.retired.empty()) return "rewrite";
    if (!edit.added.empty()) return "write";
    if (edit.schema) return "alter";
    return edit.name ? "rename" : "write";
}

/// What the edit did to the table, `before` it; no operation if nothing.
TableChange change_of(const Edit& edit, TableId id, const TableState* before) {
    TableChange change;
    change.time_ms = edit.time_ms;
    change.note = edit.note;
    uint64_t active = before == nullptr ? 0 : before->parts.size();
    for (const TableEdit& table : edit.tables) {
        if (table.table != id) continue;
        const std::string operation = operation_of(table);
        if (change.operation.empty()) {
            change.operation = operation;
        } else if (change.operation != operation) {
            change.operation += "+" + operation;
        }
        const uint64_t removed = table.retires_all ? active : table.retired.size();
        change.parts_removed += removed;
        change.parts_added += table.added.size();
        active += table.added.size() - removed;
        for (const PartRecord& part : table.added) {
            change.bytes_added += part.bytes;
            if (table.is_merge) change.bytes_merged += part.bytes;
        }
    }
    return change;
}

void append(std::vector<TableChange>& history, TableChange change, const State& state,
            const TableState& table) {
    change.version = state.version;
    change.parts = table.parts.size();
    change.rows = table.rows;
    change.bytes = table.bytes;
    history.push_back(std::move(change));
}

}  // namespace

std::vector<TableChange> table_history(Database& database, TableId id, uint64_t version) {
    const Snapshot oldest = oldest_snapshot(database);
    std::vector<TableChange> history;
    if (const auto table = oldest.state->find(id); table && oldest.state->version <= version) {
        TableChange first;
        if (const auto manifest = database.latch().load(oldest.state->version))
            first = change_of(decode_edit(manifest->body), id, nullptr);
        if (first.operation.empty()) first.operation = "kept";
        first.time_ms = oldest.state->time_ms;
        append(history, std::move(first), *oldest.state, *table);
    }
    StateBuilder builder(*oldest.state);
    for (uint64_t next = oldest.state->version + 1; next <= version; ++next) {
        const std::optional<latch::Manifest> manifest = database.latch().load(next);
        if (!manifest)
            throw Error(ErrorCode::Corrupt,
                        "manifest " + std::to_string(next) +
                            " is missing, though later ones are there; restore it from a backup",
                        database.root() + "/.ch/manifest");
        const Edit edit = decode_edit(manifest->body);
        TableChange change = change_of(edit, id, builder.state().find(id).get());
        builder.fold(manifest->envelope, edit);
        const std::shared_ptr<const TableState> table = builder.state().find(id);
        if (table && !change.operation.empty())
            append(history, std::move(change), builder.state(), *table);
    }
    return history;
}

}  // namespace ch::storage
