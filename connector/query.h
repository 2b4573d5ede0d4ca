#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "ch/ch.h"
#include "connector/arrow_type.h"
#include "connector/batch_joiner.h"
#include "connector/bind.h"
#include "connector/pipeline.h"
#include "connector/plan.h"
#include "connector/session.h"
#include "engine/table/scan.h"

namespace ch::connector {

/// The scan's splits; a plan that has a result even without a row has one at least, if need be
/// without granules. Throws what plan_scan() throws.
table::ScanPlan plan_splits(const table::Table& table, const BoundPlan& bound,
                            uint64_t split_bytes);

/// A running plan over some splits, one after the other. next() is called by one thread at a time;
/// cancel() and metrics() by any.
class Query {
public:
    /// One split, or the whole table when there is none. Throws what binding, opening and planning
    /// throw.
    static std::shared_ptr<Query> start(std::shared_ptr<Session> session, const Plan& plan,
                                        std::optional<table::Split> split);

    Query(std::shared_ptr<Session> session, const PlanOptions& options, BoundPlan bound,
          std::vector<table::Split> splits);

    /// The result's schema; the caller releases it.
    void schema(ArrowSchema* schema) const;
    /// Fills *array with the next batch, which has at least one row; false at the end. Throws
    /// Error; after that every call throws it again.
    [[nodiscard]] bool next(ArrowArray* array);

    void cancel() { cancelled_->store(true, std::memory_order_relaxed); }
    [[nodiscard]] ch_metrics metrics() const;

private:
    [[nodiscard]] std::optional<column::Block> next_batch();
    [[nodiscard]] std::optional<column::Block> next_block();
    [[nodiscard]] std::optional<column::Block> next_result();
    [[nodiscard]] bool open_next_split();
    [[nodiscard]] std::optional<column::Block> read_block();

    const std::shared_ptr<Session> session_;
    const std::shared_ptr<BufferPool> pool_;  ///< the session's, counting this query's share
    const PlanOptions options_;
    const ExportOptions export_options_;
    const BoundPlan bound_;
    const std::vector<table::Split> splits_;
    std::vector<column::TypePtr> targets_;  ///< Arrow's types of the output
    const std::shared_ptr<table::ScanMetrics> metrics_;
    const std::shared_ptr<std::atomic<bool>> cancelled_;
    std::atomic<uint64_t> rows_returned_{0};
    std::atomic<uint64_t> native_nanoseconds_{0};
    size_t next_split_ = 0;
    std::optional<Pipeline> pipeline_;                ///< of the split that runs
    std::unique_ptr<table::Scan> scan_;               ///< null for a split without rows
    std::unique_ptr<exec::Aggregation> aggregation_;  ///< of the split that runs
    bool is_split_open_ = false;
    BatchJoiner joiner_;
    bool is_at_end_ = false;
    /// Stays set when next() was left by anything but an Error, which `failure_` keeps.
    bool is_amid_batch_ = false;
    std::optional<Error> failure_;
};

}  // namespace ch::connector
