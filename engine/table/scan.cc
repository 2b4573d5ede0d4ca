#include "engine/table/scan.h"

#include <algorithm>

#include "base/error.h"
#include "engine/table/column_source.h"
#include "engine/table/limits.h"
#include "engine/table/scan_batch.h"

namespace ch::table {

namespace {

constexpr std::string_view kRowExistsColumn = "_row_exists";
/// How much larger the next batch may be than the last: its rows may be larger, too.
constexpr size_t kBatchGrowth = 4;

part::PartReader::Options reader_options(const ScanOptions& options) {
    part::PartReader::Options result;
    result.pool = options.pool;
    result.metrics = options.metrics ? &options.metrics->read : nullptr;
    result.cancelled = options.cancelled.get();
    return result;
}

}  // namespace

struct Scan::State {
    State(std::shared_ptr<const part::Part> part_, Split split_, ScanRequest request_,
          ScanOptions options_)
        : part(std::move(part_)),
          split(std::move(split_)),
          request(std::move(request_)),
          options(std::move(options_)),
          reader(part, reader_options(options)) {}

    std::shared_ptr<const part::Part> part;
    Split split;
    ScanRequest request;
    ScanOptions options;
    RowReader reader;
    std::vector<ColumnSource> sources;  // each column once, wanted or filtered by
    std::optional<format::RowSet> hidden;
    std::unique_ptr<KeyHiding> newer;
    std::vector<FilterStep> steps;
    std::vector<size_t> wanted;  // into sources
    size_t range = 0;
    uint64_t row = 0;  // the next one of the range
    uint64_t returned = 0;
    size_t rows_aim = 0;

    size_t source(const std::string& name);
    void add_row_exists();
    void add_hiding();
    void add_steps();
    void check_ranges() const;
    void enter_range();
    RowRange next_rows();
    column::Block run(RowRange rows, size_t granules_end);
    void count(const ScanBatch& batch, const column::Block& block);
    bool is_filtered() const { return !steps.empty(); }
};

size_t Scan::State::source(const std::string& name) {
    for (size_t i = 0; i < sources.size(); ++i)
        if (sources[i].name() == name) return i;
    const TableColumn* column = nullptr;
    for (const TableColumn& candidate : split.columns)
        if (candidate.name == name) column = &candidate;
    sources.emplace_back(part, name, column, options.pool);
    return sources.size() - 1;
}

void Scan::State::add_row_exists() {
    std::optional<size_t> stored = part->find_column(kRowExistsColumn);
    if (!stored) {
        check_not_stored(*part, std::string(kRowExistsColumn));
        return;
    }
    TableColumn column{
        std::string(kRowExistsColumn), column::make_type(column::TypeId::UInt8), {}, {}, {}};
    sources.emplace_back(part, column.name, &column, options.pool);
    steps.push_back({.conjuncts = {}, .sources = {sources.size() - 1}});
}

/// Before any conjunct: none is evaluated on a row that does not count.
void Scan::State::add_hiding() {
    if (!split.hiding) return;
    const RowHiding& hiding = *split.hiding;
    hidden = read_bitmap(part->files(), hiding, part->rows());
    if (hidden) {
        steps.emplace_back();
        steps.back().hidden = &*hidden;
    }
    if (hiding.parts.empty() && !hiding.has_deleted) return;
    OpenPart open = options.open_part;
    if (!open)
        open = [from = part](const std::string& path) {
            return part::Part::open(from->shared_files(), path);
        };
    newer = std::make_unique<KeyHiding>(hiding, std::move(open), reader_options(options));
    FilterStep step;
    step.newer = newer.get();
    for (const std::string& name : hiding.key) step.sources.push_back(source(name));
    step.sources.push_back(source(hiding.columns.version));
    step.has_deleted = hiding.has_deleted;
    if (step.has_deleted) step.sources.push_back(source(hiding.columns.is_deleted));
    steps.push_back(std::move(step));
}

/// Conjuncts in their order; those that need no further column share a step.
void Scan::State::add_steps() {
    for (const exec::ExpressionPtr& conjunct : request.predicate) {
        std::vector<size_t> needed;
        for (const std::string& name : exec::referenced_columns(*conjunct))
            needed.push_back(source(name));
        bool shares = !steps.empty() && !steps.back().conjuncts.empty();
        for (size_t index : needed)
            shares = shares && std::count(steps.back().sources.begin(), steps.back().sources.end(),
                                          index) > 0;
        if (!shares) steps.push_back({.conjuncts = {}, .sources = std::move(needed)});
        steps.back().conjuncts.push_back(conjunct);
    }
}

void Scan::State::check_ranges() const {
    uint64_t behind = 0;
    for (const GranuleRange& one : split.ranges) {
        if (one.from < behind || one.to <= one.from || one.to > part->granules().count())
            throw Error(ErrorCode::InvalidArgument,
                        "the split's granule ranges do not fit the part, which has " +
                            std::to_string(part->granules().count()) + " granules; plan it anew",
                        part->path());
        behind = one.to;
    }
}

void Scan::State::enter_range() {
    if (range < split.ranges.size()) row = part->granules().first_row[split.ranges[range].from];
}

/// The rows of the next batch: whole granules where they fit, else a piece of one.
RowRange Scan::State::next_rows() {
    const std::vector<uint64_t>& starts = part->granules().first_row;
    uint64_t range_end = starts[split.ranges[range].to];
    uint64_t end = std::min<uint64_t>(range_end, row + rows_aim);
    auto border = std::upper_bound(starts.begin(), starts.end(), end) - 1;
    if (*border > row) end = *border;
    if (request.rows_max && !is_filtered())
        end = std::min(end, row + (*request.rows_max - returned));
    RowRange rows{row, static_cast<size_t>(end - row)};
    row = end;
    if (row == range_end) {
        ++range;
        enter_range();
    }
    return rows;
}

column::Block Scan::State::run(RowRange rows, size_t granules_end) {
    ScanBatch batch(sources, reader, rows, part->granules(), granules_end, options.pool);
    column::Block block;
    bool alive = true;
    for (const FilterStep& step : steps) {
        alive = batch.filter(step);
        if (!alive) break;
    }
    if (alive) {
        block.rows = batch.selected_rows();
        if (request.rows_max)
            block.rows = std::min<size_t>(block.rows, *request.rows_max - returned);
        batch.keep_first(block.rows);
        for (size_t i = 0; i < wanted.size(); ++i) {
            block.names.push_back(request.columns[i]);
            block.columns.push_back(batch.column(wanted[i]));
        }
    }
    count(batch, block);
    return block;
}

void Scan::State::count(const ScanBatch& batch, const column::Block& block) {
    returned += block.rows;
    size_t row_bytes = std::max<size_t>(1, batch.bytes() / std::max<size_t>(1, batch.rows().count));
    size_t fitting = std::max<size_t>(1, kBatchBytesAim / row_bytes);
    rows_aim = std::min({options.batch_rows, fitting, rows_aim * kBatchGrowth});
    if (!options.metrics) return;
    bool needs_more = false;
    for (size_t index : wanted)
        needs_more = needs_more || (sources[index].is_stored() && !batch.is_loaded(index));
    ScanMetrics& metrics = *options.metrics;
    uint64_t granules = batch.granules();
    uint64_t read = needs_more ? 0 : std::min(granules, batch.granules_kept());
    if (batch.bytes() > 0) metrics.rows_read += batch.rows().count;
    metrics.rows_returned += block.rows;
    metrics.granules_read += read;
    metrics.granules_skipped += granules - read;
}

Scan::Scan(std::shared_ptr<const part::Part> part, Split split, ScanRequest request,
           ScanOptions options)
    : state_(std::make_unique<State>(std::move(part), std::move(split), std::move(request),
                                     std::move(options))) {
    State& state = *state_;
    CH_ASSERT(state.options.pool != nullptr && state.options.batch_rows > 0);
    state.check_ranges();
    state.add_row_exists();
    state.add_hiding();
    state.add_steps();
    for (const std::string& name : state.request.columns)
        state.wanted.push_back(state.source(name));
    state.enter_range();
    if (state.split.ranges.empty()) return;
    state.rows_aim = std::min<size_t>(
        state.options.batch_rows,
        std::max<uint64_t>(1, state.part->granules().rows(state.split.ranges[0].from)));
}

Scan::~Scan() = default;

std::optional<column::Block> Scan::next() {
    State& state = *state_;
    for (;;) {
        if (state.options.cancelled && state.options.cancelled->load(std::memory_order_relaxed))
            throw Error(ErrorCode::Cancelled, "the query was cancelled");
        if (state.request.rows_max && state.returned >= *state.request.rows_max)
            return std::nullopt;
        if (state.range == state.split.ranges.size()) return std::nullopt;
        size_t granules_end = state.split.ranges[state.range].to;
        column::Block block = state.run(state.next_rows(), granules_end);
        if (block.rows > 0) return block;
    }
}

}  // namespace ch::table
