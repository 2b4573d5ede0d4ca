#include "connector/table_task.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/arrow_import.h"
#include "connector/hex_text.h"
#include "connector/json_text.h"
#include "connector/limits.h"
#include "connector/store_access.h"

namespace ch::connector {

using nlohmann::json;

namespace {

/// Rows wait in memory, are joined, sorted and encoded: each of these holds them once.
constexpr uint64_t kCopiesOfRows = 5;
constexpr uint64_t kPartBytesMin = uint64_t{1} << 20;

storage::WriteOptions options_of(const storage::WriteTask& task, std::string_view settings,
                                 uint64_t budget_bytes) {
    storage::WriteOptions options;
    options.is_apart = true;
    options.commit_ts = task.commit_ts;
    uint64_t memory_bytes = budget_bytes;
    if (!settings.empty()) {
        json values = parse_json(settings, "settings", kSettingsBytesMax);
        check_fields(values, "settings", {"memory_bytes"});
        memory_bytes = optional_count(values, "settings", "memory_bytes").value_or(memory_bytes);
    }
    const uint64_t share = std::min(memory_bytes, budget_bytes) / kCopiesOfRows;
    options.part_bytes_max = std::clamp(share, kPartBytesMin, options.part_bytes_max);
    return options;
}

}  // namespace

TableTask::TableTask(std::shared_ptr<Session> session, std::shared_ptr<storage::Database> database,
                     const storage::WriteTask& task, storage::WriteOptions options)
    : session_(std::move(session)),
      pool_(std::make_shared<BufferPool>(session_->pool())),
      database_(std::move(database)),
      writer_(*database_, task.target, pool_, options) {
    const storage::WriteLayout& layout = writer_.layout();
    for (const table::TableColumn& column : layout.columns)
        if (!layout.replacing || column.name != layout.replacing->version)
            wanted_.push_back({column.name, column.type});
}

std::unique_ptr<TableTask> TableTask::begin(std::shared_ptr<Session> session,
                                            std::string_view task_text, std::string_view settings) {
    const storage::WriteTask task = storage::decode_write_task(require_hex(task_text, "a task"));
    const storage::WriteOptions options =
        options_of(task, settings, session->budget().limit_bytes());
    auto database = open_store(*session, task.root, "take rows", false);
    return std::make_unique<TableTask>(std::move(session), std::move(database), task, options);
}

void TableTask::append(const ArrowSchema& schema, const ArrowArray& array) {
    if (is_finished_)
        throw Error(ErrorCode::InvalidArgument, "the task is finished; begin another one");
    writer_.append(import_block(schema, array, wanted_, pool_));
}

uint64_t TableTask::memory_bytes() const {
    return std::max<uint64_t>(pool_->in_use_bytes(), writer_.waiting_bytes() * kCopiesOfRows);
}

std::string TableTask::finish() {
    if (std::exchange(is_finished_, true))
        throw Error(ErrorCode::InvalidArgument, "the task was finished before");
    return to_hex(as_bytes(storage::encode_new_parts(writer_.finish_apart())));
}

}  // namespace ch::connector
