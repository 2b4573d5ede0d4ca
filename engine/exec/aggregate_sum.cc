#include <cstring>
#include <limits>
#include <type_traits>

#include "base/error.h"
#include "engine/exec/aggregate_state.h"
#include "engine/exec/growing_array.h"
#include "engine/exec/sum_kernels.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::Int128;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

/// Spark adds a decimal's sum up in ten digits more than the column has, where 38 leave room.
constexpr unsigned kSparkSumDigits = 10;
constexpr unsigned kDecimalDigitsMax = 38;

/// Sums in row order from 0.0 on, as Spark adds.
template <typename T>
class FloatSum final : public AggregateState {
public:
    explicit FloatSum(const std::shared_ptr<BufferPool>& pool) : sums_(pool), seen_(pool) {}

    void resize(size_t groups) override {
        sums_.resize(groups, 0);
        seen_.resize(groups, 0);
    }
    void clear() override {
        sums_.clear();
        seen_.clear();
    }
    void add(const Column* values, size_t rows, std::span<const uint32_t> groups) override {
        const T* from = values->data.as<T>();
        for (size_t i = 0; i < rows; ++i) {
            if (values->is_null(i)) continue;
            size_t group = groups.empty() ? 0 : groups[i];
            sums_[group] += from[i];
            seen_[group] = 1;
        }
    }
    [[nodiscard]] Column results(size_t from, size_t count,
                                 const std::shared_ptr<BufferPool>& pool) const override {
        Column column = make_results(column::make_type(TypeId::Float64, true), seen_.data() + from,
                                     count, pool);
        std::memcpy(column.data.data(), sums_.data() + from, count * sizeof(double));
        return column;
    }

private:
    GrowingArray<double> sums_;
    GrowingArray<uint8_t> seen_;
};

/// Sums of T in S, which are partial results of `type`: a sum that the next value would take out of
/// it leaves its group (Spill). Where Spark's own sum would overflow just then, the value follows
/// alone, so that Spark meets the two in the order in which it would have added them.
template <typename T, typename S>
class IntegerSum final : public AggregateState {
public:
    IntegerSum(TypePtr type, const std::shared_ptr<BufferPool>& pool)
        : type_(std::move(type)), sums_(pool), seen_(pool) {
        if (type_->id == TypeId::Decimal) {
            most_ = power_of_ten(type_->precision) - 1;
            least_ = -most_;
            overflow_ = type_->precision + kSparkSumDigits <= kDecimalDigitsMax ? Overflow::Restarts
                        : type_->precision < kDecimalDigitsMax                  ? Overflow::GivesUp
                                                               : Overflow::MeetsSparks;
        } else {
            most_ = std::numeric_limits<int64_t>::max();
            least_ = std::numeric_limits<int64_t>::min();
            overflow_ = Overflow::MeetsSparks;
        }
    }

    void resize(size_t groups) override {
        sums_.resize(groups, 0);
        seen_.resize(groups, kNone);
    }
    void clear() override {
        sums_.clear();
        seen_.clear();
        bound_ = 0;
        any_given_up_ = false;
    }

    void add(const Column* values, size_t rows, std::span<const uint32_t> groups) override {
        const T* from = values->data.as<T>();
        const uint8_t* nulls = values->has_nulls() ? values->nulls.data() : nullptr;
        if (!any_given_up_ && (fits(from, rows) || fits_after_a_look(from, rows))) {
            if (groups.empty())
                add_to_one(from, nulls, rows, sums_.data(), seen_.data());
            else
                add_to_groups(from, nulls, groups, sums_.data(), seen_.data());
            return;
        }
        for (size_t i = 0; i < rows; ++i)
            if (nulls == nullptr || nulls[i] == 0)
                add_checked(groups.empty() ? 0 : groups[i], from[i]);
        bound_ = static_cast<Wide>(most_);
    }

    [[nodiscard]] Column results(size_t from, size_t count,
                                 const std::shared_ptr<BufferPool>& pool) const override {
        Column column = make_results(type_, seen_.data() + from, count, pool);
        size_t width = type_->width();
        for (size_t i = 0; i < count; ++i) {
            if (seen_[from + i] == kGivenUp) column.nulls.data()[i] = 1;
            std::memcpy(column.data.data() + i * width, &sums_[from + i], width);
        }
        return column;
    }

private:
    /// What a sum does that leaves `type_`: Spark's own sum has room for it, or perhaps not, or has
    /// the same bounds.
    enum class Overflow : uint8_t { Restarts, GivesUp, MeetsSparks };
    /// Of a group in seen_. A given up one's values are all partial results of their own.
    static constexpr uint8_t kNone = 0, kSome = 1, kGivenUp = 2;
    static constexpr size_t kGroupsLookedAt = 4;  ///< for each row
    using Wide = unsigned __int128;

    /// Whether no sum can leave the type by these rows; if so, bound_ counts them.
    bool fits(const T* from, size_t rows) {
        const Wide magnitude = magnitude_max(from, rows);
        // Compared by division, since the product may be more than 128 bits hold.
        Wide room = static_cast<Wide>(most_);
        if (bound_ > room || magnitude > (room - bound_) / (rows + 1)) return false;
        bound_ += magnitude * rows;
        return true;
    }
    bool fits_after_a_look(const T* from, size_t rows) {
        // With far more groups than rows the look costs more than checking each row.
        if (sums_.size() > kGroupsLookedAt * (rows + 1)) return false;
        bound_ = largest();
        return fits(from, rows);
    }

    [[nodiscard]] Wide largest() const {
        Wide found = 0;
        for (size_t i = 0; i < sums_.size(); ++i) {
            Int128 sum = sums_[i];
            Wide size = sum < 0 ? -static_cast<Wide>(sum) : static_cast<Wide>(sum);
            if (size > found) found = size;
        }
        return found;
    }

    void add_checked(uint32_t group, T value) {
        if (seen_[group] == kGivenUp) {
            spills_.push_back({group, value});
            return;
        }
        Int128 sum = 0;
        bool wraps = __builtin_add_overflow(Int128{sums_[group]}, Int128{value}, &sum);
        if (!wraps && sum >= least_ && sum <= most_) {
            sums_[group] = static_cast<S>(sum);
            seen_[group] = kSome;
            return;
        }
        spills_.push_back({group, Int128{sums_[group]}});
        if (overflow_ == Overflow::Restarts) {
            sums_[group] = static_cast<S>(value);
            return;
        }
        spills_.push_back({group, Int128{value}});
        sums_[group] = 0;
        any_given_up_ = any_given_up_ || overflow_ == Overflow::GivesUp;
        seen_[group] = overflow_ == Overflow::GivesUp ? kGivenUp : kNone;
    }

    TypePtr type_;
    Int128 least_ = 0, most_ = 0;
    Overflow overflow_ = Overflow::Restarts;
    GrowingArray<S> sums_;
    GrowingArray<uint8_t> seen_;
    Wide bound_ = 0;  ///< no sum is further from 0, where it is below most_
    bool any_given_up_ = false;
};

}  // namespace

std::unique_ptr<AggregateState> make_sum_state(const AggregateCall& call,
                                               const std::shared_ptr<BufferPool>& pool) {
    const Type& from = *call.argument->type;
    switch (from.id) {
        case TypeId::Float32:
            return std::make_unique<FloatSum<float>>(pool);
        case TypeId::Float64:
            return std::make_unique<FloatSum<double>>(pool);
        case TypeId::Int8:
            return std::make_unique<IntegerSum<int8_t, int64_t>>(call.type, pool);
        case TypeId::Int16:
            return std::make_unique<IntegerSum<int16_t, int64_t>>(call.type, pool);
        case TypeId::Int32:
            return std::make_unique<IntegerSum<int32_t, int64_t>>(call.type, pool);
        case TypeId::Int64:
            return std::make_unique<IntegerSum<int64_t, int64_t>>(call.type, pool);
        default:
            break;
    }
    CH_ASSERT(from.id == TypeId::Decimal);
    if (from.width() == 4) return std::make_unique<IntegerSum<int32_t, int64_t>>(call.type, pool);
    if (from.width() == 8) return std::make_unique<IntegerSum<int64_t, int64_t>>(call.type, pool);
    CH_ASSERT(from.width() == 16);
    return std::make_unique<IntegerSum<Int128, Int128>>(call.type, pool);
}

}  // namespace ch::exec
