#include "engine/exec/aggregate_state.h"

#include <cstring>
#include <utility>

#include "base/error.h"
#include "engine/exec/growing_array.h"
#include "engine/exec/number_kernels.h"

namespace ch::exec {

using column::Column;
using column::TypePtr;

namespace {

class CountState final : public AggregateState {
public:
    explicit CountState(const std::shared_ptr<BufferPool>& pool) : counts_(pool) {}

    void resize(size_t groups) override { counts_.resize(groups, 0); }
    void clear() override { counts_.clear(); }

    void add(const Column* values, size_t rows, std::span<const uint32_t> groups) override {
        const uint8_t* nulls =
            values != nullptr && values->has_nulls() ? values->nulls.data() : nullptr;
        int64_t* counts = counts_.data();
        if (groups.empty()) {
            size_t left_out = nulls == nullptr ? 0 : count_nonzero(nulls, rows);
            counts[0] += static_cast<int64_t>(rows - left_out);
        } else if (nulls == nullptr) {
            for (uint32_t group : groups) ++counts[group];
        } else {
            for (size_t i = 0; i < rows; ++i) counts[groups[i]] += nulls[i] == 0 ? 1 : 0;
        }
    }

    [[nodiscard]] Column results(size_t from, size_t count,
                                 const std::shared_ptr<BufferPool>& pool) const override {
        Column column = column::make_column(column::make_type(column::TypeId::Int64), count, pool);
        std::memcpy(column.data.data(), counts_.data() + from, count * sizeof(int64_t));
        return column;
    }

private:
    GrowingArray<int64_t> counts_;
};

}  // namespace

std::unique_ptr<AggregateState> make_count_state(const std::shared_ptr<BufferPool>& pool) {
    return std::make_unique<CountState>(pool);
}

std::unique_ptr<AggregateState> make_state(const AggregateCall& call,
                                           const std::shared_ptr<BufferPool>& pool) {
    switch (call.function) {
        case AggregateFunction::Count:
            return make_count_state(pool);
        case AggregateFunction::Sum:
            return make_sum_state(call, pool);
        case AggregateFunction::Min:
        case AggregateFunction::Max:
            return make_extreme_state(call, pool);
    }
    CH_ASSERT(false);
}

Column make_results(TypePtr type, const uint8_t* seen, size_t count,
                    const std::shared_ptr<BufferPool>& pool) {
    Column column = column::make_column(std::move(type), count, pool);
    column.nulls = pool->make(count);
    for (size_t i = 0; i < count; ++i) column.nulls.data()[i] = seen[i] == 0 ? 1 : 0;
    return column;
}

}  // namespace ch::exec
