#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/exec/aggregate_state.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/growing_array.h"
#include "engine/exec/text_column.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::Int128;
using column::TypePtr;

namespace {

/// Of equal values the first stays, as Spark's does: 0.0 and -0.0 are such.
template <typename T>
bool is_better(T value, T best, bool wants_less) {
    if constexpr (std::is_floating_point_v<T>) {
        int order = compare_floats(value, best);
        return wants_less ? order < 0 : order > 0;
    } else {
        return wants_less ? value < best : best < value;
    }
}

template <typename T>
class FixedExtreme final : public AggregateState {
public:
    FixedExtreme(TypePtr type, bool wants_less, const std::shared_ptr<BufferPool>& pool)
        : type_(std::move(type)), wants_less_(wants_less), values_(pool), seen_(pool) {}

    void resize(size_t groups) override {
        values_.resize(groups, T{});
        seen_.resize(groups, 0);
    }
    void clear() override {
        values_.clear();
        seen_.clear();
    }
    void add(const Column* values, size_t rows, std::span<const uint32_t> groups) override {
        if (wants_less_)
            add_each<true>(*values, rows, groups);
        else
            add_each<false>(*values, rows, groups);
    }
    [[nodiscard]] Column results(size_t from, size_t count,
                                 const std::shared_ptr<BufferPool>& pool) const override {
        Column column = make_results(type_, seen_.data() + from, count, pool);
        std::memcpy(column.data.data(), values_.data() + from, count * sizeof(T));
        return column;
    }

private:
    template <bool kWantsLess>
    void add_each(const Column& values, size_t rows, std::span<const uint32_t> groups) {
        const T* from = values.data.as<T>();
        T* best = values_.data();
        uint8_t* seen = seen_.data();
        for (size_t i = 0; i < rows; ++i) {
            if (values.is_null(i)) continue;
            size_t group = groups.empty() ? 0 : groups[i];
            if (seen[group] != 0 && !is_better(from[i], best[group], kWantsLess)) continue;
            best[group] = from[i];
            seen[group] = 1;
        }
    }

    TypePtr type_;
    bool wants_less_;
    GrowingArray<T> values_;
    GrowingArray<uint8_t> seen_;
};

/// Texts lie behind each other in the order in which they became the best; what was better once is
/// swept out when it is the larger part.
class TextExtreme final : public AggregateState {
public:
    TextExtreme(TypePtr type, bool wants_less, const std::shared_ptr<BufferPool>& pool)
        : type_(std::move(type)),
          wants_less_(wants_less),
          pool_(pool),
          bytes_(pool),
          places_(pool),
          seen_(pool) {}

    void resize(size_t groups) override {
        places_.resize(groups, {0, 0});
        seen_.resize(groups, 0);
    }
    void clear() override {
        bytes_.clear();
        places_.clear();
        seen_.clear();
        bytes_in_use_ = 0;
    }
    void add(const Column* values, size_t rows, std::span<const uint32_t> groups) override {
        for (size_t i = 0; i < rows; ++i)
            if (!values->is_null(i)) offer(groups.empty() ? 0 : groups[i], values->text(i));
    }
    [[nodiscard]] Column results(size_t from, size_t count,
                                 const std::shared_ptr<BufferPool>& pool) const override {
        Column column = make_results(type_, seen_.data() + from, count, pool);
        put_texts(
            column, [&](size_t i) { return text_of(from + i); }, pool);
        return column;
    }

private:
    struct Place {
        size_t from = 0;
        size_t size = 0;
    };

    [[nodiscard]] std::string_view text_of(size_t group) const {
        return {bytes_.data() + places_[group].from, places_[group].size};
    }

    void offer(size_t group, std::string_view text) {
        if (seen_[group] != 0) {
            int order = compare_text(text, text_of(group));
            if (wants_less_ ? order >= 0 : order <= 0) return;
            bytes_in_use_ -= places_[group].size;
        }
        size_t from = bytes_.size();
        bytes_.append(text.data(), text.size());
        bytes_in_use_ += text.size();
        places_[group] = {from, text.size()};
        seen_[group] = 1;
        if (bytes_.size() > kBytesUnswept && bytes_.size() > 2 * bytes_in_use_) sweep();
    }

    void sweep() {
        GrowingArray<char> kept(pool_);
        for (size_t group = 0; group < places_.size(); ++group) {
            std::string_view text = text_of(group);
            places_[group].from = kept.size();
            kept.append(text.data(), text.size());
        }
        bytes_ = std::move(kept);
    }

    static constexpr size_t kBytesUnswept = size_t{64} << 10;

    TypePtr type_;
    bool wants_less_;
    std::shared_ptr<BufferPool> pool_;
    GrowingArray<char> bytes_;
    size_t bytes_in_use_ = 0;
    GrowingArray<Place> places_;
    GrowingArray<uint8_t> seen_;
};

}  // namespace

std::unique_ptr<AggregateState> make_extreme_state(const AggregateCall& call,
                                                   const std::shared_ptr<BufferPool>& pool) {
    bool wants_less = call.function == AggregateFunction::Min;
    auto fixed = [&](auto zero) -> std::unique_ptr<AggregateState> {
        return std::make_unique<FixedExtreme<decltype(zero)>>(call.type, wants_less, pool);
    };
    if (family_of(*call.type) == Family::Text)
        return std::make_unique<TextExtreme>(call.type, wants_less, pool);
    switch (physical_of(*call.type)) {
        case Physical::U8:
            return fixed(uint8_t{});
        case Physical::I8:
            return fixed(int8_t{});
        case Physical::I16:
            return fixed(int16_t{});
        case Physical::I32:
            return fixed(int32_t{});
        case Physical::I64:
            return fixed(int64_t{});
        case Physical::I128:
            return fixed(Int128{});
        case Physical::F32:
            return fixed(float{});
        case Physical::F64:
            return fixed(double{});
        default:
            break;
    }
    // Types that spark_type() yields have no other form.
    CH_ASSERT(false);
}

}  // namespace ch::exec
