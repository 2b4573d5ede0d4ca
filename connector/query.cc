#include "connector/query.h"

#include <chrono>
#include <utility>

#include "base/error.h"
#include "connector/arrow_array.h"
#include "connector/arrow_schema.h"

namespace ch::connector {

namespace {

/// Adds the time until it ends to a counter.
class Stopwatch {
public:
    explicit Stopwatch(std::atomic<uint64_t>& nanoseconds) : nanoseconds_(nanoseconds) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() {
        auto passed = std::chrono::steady_clock::now() - begin_;
        nanoseconds_ += static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count());
    }

private:
    std::atomic<uint64_t>& nanoseconds_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

table::ScanPlan plan_splits(const table::Table& table, const BoundPlan& bound,
                            uint64_t split_bytes) {
    table::ScanPlan plan = table::plan_scan(table, bound.request, split_bytes);
    if (plan.splits.empty() && bound.is_never_empty())
        plan.splits.push_back(table::empty_split(table, bound.request));
    return plan;
}

std::shared_ptr<Query> Query::start(std::shared_ptr<Session> session, const Plan& plan,
                                    std::optional<table::Split> split) {
    // A split brings its columns' types, so that an executor binds against what the driver planned
    // with and not against a table that has changed since.
    if (split) {
        BoundPlan bound = bind_plan(plan, types_of(*split));
        std::vector<table::Split> splits{std::move(*split)};
        return std::make_shared<Query>(std::move(session), plan.options, std::move(bound),
                                       std::move(splits));
    }
    const ScanNode& node = scan_of(plan);
    std::shared_ptr<const table::Table> opened =
        session->open_table(node.table, node.version).table;
    BoundPlan bound = bind_plan(plan, types_of(opened->schema()));
    table::ScanPlan scan = plan_splits(*opened, bound, plan.options.split_bytes);
    return std::make_shared<Query>(std::move(session), plan.options, std::move(bound),
                                   std::move(scan.splits));
}

Query::Query(std::shared_ptr<Session> session, const PlanOptions& options, BoundPlan bound,
             std::vector<table::Split> splits)
    : session_(std::move(session)),
      pool_(std::make_shared<BufferPool>(session_->pool())),
      options_(options),
      export_options_{options.types, options.dictionary, options.decimal128},
      bound_(std::move(bound)),
      splits_(std::move(splits)),
      metrics_(std::make_shared<table::ScanMetrics>()),
      cancelled_(std::make_shared<std::atomic<bool>>(false)),
      joiner_(options.batch_rows, pool_) {
    for (const column::NameAndType& output : bound_.output) {
        try {
            targets_.push_back(arrow_type(output.type, export_options_));
        } catch (const Error& error) {
            // Before anything is read, and with the column's name, which a type does not know.
            throw Error(error.code(), "column \"" + output.name + "\": " + error.message(),
                        error.path(), error.offset());
        }
    }
}

void Query::schema(ArrowSchema* schema) const {
    std::vector<column::NameAndType> fields;
    for (size_t i = 0; i < targets_.size(); ++i)
        fields.push_back({bound_.output[i].name, targets_[i]});
    export_schema(fields, export_options_, schema);
}

bool Query::next(ArrowArray* array) {
    Stopwatch stopwatch(native_nanoseconds_);
    if (failure_) throw Error(*failure_);
    if (std::exchange(is_amid_batch_, true))
        throw Error(
            ErrorCode::Bug,
            "an earlier batch of this query failed and its rows are lost; execute it again");
    try {
        std::optional<column::Block> block = next_batch();
        if (block) {
            export_block(*block, targets_, export_options_, pool_, array);
            rows_returned_ += block->rows;
        }
        is_amid_batch_ = false;
        return block.has_value();
    } catch (const Error& error) {
        // Some rows of the split are lost: a caller that goes on must not get the rest as if it
        // were all. The scan's files and buffers are given up at once.
        scan_.reset();
        aggregation_.reset();
        failure_ = error;
        throw;
    }
}

/// Blocks of the plan's top, small ones joined.
std::optional<column::Block> Query::next_batch() {
    while (true) {
        if (std::optional<column::Block> ready = joiner_.take()) return ready;
        if (is_at_end_) return std::nullopt;
        if (std::optional<column::Block> block = next_result()) {
            // Rows read, not time: the same query gives the same batches each time.
            joiner_.add(std::move(*block), metrics_->rows_read);
        } else {
            is_at_end_ = true;
            joiner_.finish();
        }
    }
}

/// What the aggregate makes of the blocks of a split, or the blocks as they are.
std::optional<column::Block> Query::next_result() {
    if (!bound_.aggregate) return next_block();
    while (true) {
        if (aggregation_ != nullptr) {
            if (std::optional<column::Block> ready = aggregation_->take()) {
                for (const column::NameAndType& output : bound_.output)
                    ready->names.push_back(output.name);
                return ready;
            }
            if (!is_split_open_) aggregation_.reset();
        }
        if (!is_split_open_ && !open_next_split()) return std::nullopt;
        if (aggregation_ == nullptr)
            aggregation_ = std::make_unique<exec::Aggregation>(
                *bound_.aggregate,
                exec::AggregateLimits{pool_->budget().limit_bytes() / kGroupsShare,
                                      options_.batch_rows},
                pool_);
        if (std::optional<column::Block> block = read_block())
            aggregation_->add(*block);
        else
            aggregation_->finish();
    }
}

std::optional<column::Block> Query::next_block() {
    while (true) {
        if (!is_split_open_ && !open_next_split()) return std::nullopt;
        std::optional<column::Block> block = read_block();
        if (!block) continue;
        CH_ASSERT(block->columns.size() == targets_.size());
        for (size_t i = 0; i < block->columns.size(); ++i)
            CH_ASSERT(block->columns[i]->type->id == bound_.output[i].type->id);
        return block;
    }
}

/// A block of the steps with at least one row; nothing, and the split closed, at its end.
std::optional<column::Block> Query::read_block() {
    while (true) {
        // Nothing is published with the flag, so relaxed will do. A scan looks at it too, at each
        // frame that it reads.
        if (cancelled_->load(std::memory_order_relaxed))
            throw Error(ErrorCode::Cancelled, "the query was cancelled");
        std::optional<column::Block> block;
        // A limit counts for each split by itself (include/ch/ch.h); what is over in the whole the
        // client cuts.
        if (scan_ != nullptr && !pipeline_->is_full()) block = scan_->next();
        if (!block) {
            scan_.reset();
            is_split_open_ = false;
            return std::nullopt;
        }
        column::Block result = pipeline_->run(std::move(*block));
        if (result.rows > 0) return result;
    }
}

bool Query::open_next_split() {
    if (next_split_ == splits_.size()) return false;
    const table::Split& split = splits_[next_split_++];
    pipeline_.emplace(bound_.steps, pool_);
    is_split_open_ = true;
    if (split.ranges.empty()) return true;
    table::ScanOptions options{pool_, metrics_, cancelled_, options_.batch_rows};
    options.open_part = [session = session_](const std::string& path) {
        return session->parts().open(path);
    };
    // One split's files at a time are open, however many parts the table has.
    scan_ =
        std::make_unique<table::Scan>(session_->parts().open(split.part_path, split.granule_rows),
                                      split, bound_.request, std::move(options));
    return true;
}

ch_metrics Query::metrics() const {
    ch_metrics values{};
    values.rows_read = metrics_->rows_read;
    values.rows_returned = rows_returned_;
    values.bytes_read = metrics_->read.bytes_read;
    values.bytes_decompressed = metrics_->read.bytes_decompressed;
    values.granules_read = metrics_->granules_read;
    values.granules_skipped = metrics_->granules_skipped;
    values.native_nanoseconds = native_nanoseconds_;
    values.memory_peak_bytes = session_->budget().peak_bytes();
    values.memory_bytes = pool_->in_use_bytes();
    return values;
}

}  // namespace ch::connector
