#include "base/error.h"
#include "engine/format/stream_name.h"
#include "engine/store/create_text.h"
#include "engine/store/database.h"
#include "engine/store/limits.h"

namespace ch::storage {

std::string Database::folder_of_database(const std::string& name) {
    return format::escape_for_file_name(name);
}

std::string Database::unnamed_table_folder(const std::string& database_folder) {
    return database_folder + "/" + std::string(kUnnamedTable) + std::to_string(random_());
}

std::string Database::make_table_folder(const TableName& name, TableId table) {
    const std::string database = folder_of_database(name.database);
    const std::string first = database + "/" + format::escape_for_file_name(name.table);
    files_->make_folder(path(database));
    const std::string made = path(unnamed_table_folder(database));
    files_->make_folder(made);
    begin_table_folder(*files_, made, table);
    const std::shared_ptr<const State> state = newest();
    for (int number = 1; number <= kNamesMax; ++number) {
        std::string folder = number == 1 ? first : first + "." + std::to_string(number);
        if (state->folders.count(folder) == 0 && files_->rename_new(made, path(folder)))
            return folder;
    }
    throw Error(ErrorCode::Io, "all of " + std::to_string(kNamesMax) + " names are taken",
                path(first));
}

std::shared_ptr<latch::Pin> Database::pin_creation() {
    auto pinned = latch_->pin(std::nullopt, kCreationNote);
    return std::move(std::get<std::unique_ptr<latch::Pin>>(pinned));
}

std::shared_ptr<latch::Pin> Database::pin_merge(TableId table) {
    auto pinned = latch_->pin(std::nullopt, merge_note(table));
    return std::move(std::get<std::unique_ptr<latch::Pin>>(pinned));
}

std::string Database::new_part_folder(const std::string& table_folder, uint64_t epoch,
                                      const latch::Pin* pin) {
    const std::string prefix =
        path(table_folder) + "/tmp_" + (pin ? "merge_" + pin->name() : std::to_string(epoch)) + "_";
    for (int tries = 0; tries < kNamesMax; ++tries) {
        std::string folder = prefix + std::to_string(random_());
        if (files_->make_folder(folder)) return folder;
    }
    throw Error(ErrorCode::Io, "no free name for a new part's folder", prefix);
}

}  // namespace ch::storage
