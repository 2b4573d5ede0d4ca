#include <string>
#include <type_traits>

#include "base/error.h"
#include "engine/exec/evaluator.h"
#include "engine/exec/sum_kernels.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Column;
using column::ColumnPtr;
using column::Int128;
using column::TypeId;

namespace {

/// A literal's one value serves all rows: it is moved by 0.
struct Operand {
    ColumnPtr values;
    size_t step = 1;
};

Operand operand_of(const Expression& expression, const Evaluation& evaluation) {
    if (expression.kind != Expression::Kind::Literal || column::is_null(expression.value))
        return {values_of(expression, evaluation), 1};
    column::Block one{1, {}, {}};
    return {values_of(expression, {one, evaluation.pool}), 0};
}

template <Function kFunction, typename T>
T apply(T left, T right) {
    if constexpr (kFunction == Function::Add) return left + right;
    if constexpr (kFunction == Function::Subtract) return left - right;
    return left * right;
}

/// What NULL rows hold may wrap, so integers are taken unsigned.
template <typename T>
struct Wrapping {
    using type = T;
};
template <>
struct Wrapping<int32_t> {
    using type = uint32_t;
};
template <>
struct Wrapping<int64_t> {
    using type = uint64_t;
};
template <>
struct Wrapping<Int128> {
    using type = unsigned __int128;
};

/// Two operands, each with the power of ten that brings it to the result's scale.
template <typename L, typename R, typename Out>
struct Pair {
    const L* left;
    const R* right;
    size_t left_step, right_step;
    Out left_factor = 1, right_factor = 1;
};

template <Function kFunction, typename L, typename R, typename Out>
void compute(const Pair<L, R, Out>& pair, size_t rows, Out* out) {
    using Wide = typename Wrapping<Out>::type;
    const auto left_factor = static_cast<Wide>(pair.left_factor);
    const auto right_factor = static_cast<Wide>(pair.right_factor);
    const bool is_scaled = pair.left_factor != Out{1} || pair.right_factor != Out{1};
    for (size_t i = 0; i < rows; ++i) {
        auto left = static_cast<Wide>(static_cast<Out>(pair.left[i * pair.left_step]));
        auto right = static_cast<Wide>(static_cast<Out>(pair.right[i * pair.right_step]));
        if (is_scaled) {
            left *= left_factor;
            right *= right_factor;
        }
        out[i] = static_cast<Out>(apply<kFunction, Wide>(left, right));
    }
}

/// The result where its type may be too small: every row that is not NULL is looked at.
template <Function kFunction, typename L, typename R>
bool compute_checked(const Pair<L, R, Int128>& pair, const Column& nulls, Int128 most,
                     Int128* out) {
    for (size_t i = 0; i < nulls.rows; ++i) {
        if (nulls.is_null(i)) continue;
        Int128 left = pair.left[i * pair.left_step];
        Int128 right = pair.right[i * pair.right_step];
        bool wraps = __builtin_mul_overflow(left, pair.left_factor, &left) ||
                     __builtin_mul_overflow(right, pair.right_factor, &right);
        if constexpr (kFunction == Function::Add)
            wraps = wraps || __builtin_add_overflow(left, right, &out[i]);
        else if constexpr (kFunction == Function::Subtract)
            wraps = wraps || __builtin_sub_overflow(left, right, &out[i]);
        else
            wraps = wraps || __builtin_mul_overflow(left, right, &out[i]);
        if (wraps || out[i] > most || out[i] < -most) return false;
    }
    return true;
}

/// Whether no product or sum of these passes `most`. A product of magnitudes is compared by
/// division, since 128 bits may not hold it.
template <Function kFunction, typename L, typename R>
bool stays_within(const Pair<L, R, Int128>& pair, size_t rows, Int128 most) {
    using Wide = unsigned __int128;
    auto bound = [&](Wide magnitude, Int128 factor) -> Wide {
        return magnitude > static_cast<Wide>(most) / static_cast<Wide>(factor)
                   ? static_cast<Wide>(most) + 1
                   : magnitude * static_cast<Wide>(factor);
    };
    Wide left = bound(magnitude_max(pair.left, pair.left_step == 0 ? 1 : rows), pair.left_factor);
    Wide right =
        bound(magnitude_max(pair.right, pair.right_step == 0 ? 1 : rows), pair.right_factor);
    if constexpr (kFunction == Function::Multiply) return left <= static_cast<Wide>(most) / right;
    return left <= static_cast<Wide>(most) && right <= static_cast<Wide>(most) - left;
}

class DecimalArithmetic {
public:
    DecimalArithmetic(const Expression& call, const Operand& left, const Operand& right,
                      Column& result)
        : call_(call), left_(left), right_(right), result_(result) {}

    void run() {
        switch (call_.function) {
            case Function::Add:
                return with_left<Function::Add>();
            case Function::Subtract:
                return with_left<Function::Subtract>();
            default:
                return with_left<Function::Multiply>();
        }
    }

private:
    template <Function kFunction>
    void with_left() {
        switch (left_.values->type->width()) {
            case 4:
                return with_right<kFunction, int32_t>();
            case 8:
                return with_right<kFunction, int64_t>();
            default:
                return with_right<kFunction, Int128>();
        }
    }
    template <Function kFunction, typename L>
    void with_right() {
        switch (right_.values->type->width()) {
            case 4:
                return with_result<kFunction, L, int32_t>();
            case 8:
                return with_result<kFunction, L, int64_t>();
            default:
                return with_result<kFunction, L, Int128>();
        }
    }
    template <Function kFunction, typename L, typename R>
    void with_result() {
        switch (result_.type->width()) {
            case 4:
                return compute<kFunction>(pair<L, R, int32_t>(), result_.rows,
                                          result_.data.as<int32_t>());
            case 8:
                return compute<kFunction>(pair<L, R, int64_t>(), result_.rows,
                                          result_.data.as<int64_t>());
            default:
                return with_wide_result<kFunction, L, R>();
        }
    }
    template <Function kFunction, typename L, typename R>
    void with_wide_result() {
        Pair<L, R, Int128> operands = pair<L, R, Int128>();
        Int128 most = power_of_ten(result_.type->precision) - 1;
        if (!call_.raises || stays_within<kFunction>(operands, result_.rows, most))
            return compute<kFunction>(operands, result_.rows, result_.data.as<Int128>());
        if (!compute_checked<kFunction>(operands, result_, most, result_.data.as<Int128>()))
            throw Error(ErrorCode::Overflow, "a value of " + call_.text() +
                                                 " does not fit its type " + call_.type->name());
    }

    template <typename L, typename R, typename Out>
    Pair<L, R, Out> pair() const {
        Pair<L, R, Out> pair{left_.values->data.as<L>(), right_.values->data.as<R>(), left_.step,
                             right_.step};
        if (call_.function != Function::Multiply) {
            unsigned scale = call_.type->scale;
            pair.left_factor = static_cast<Out>(power_of_ten(scale - left_.values->type->scale));
            pair.right_factor = static_cast<Out>(power_of_ten(scale - right_.values->type->scale));
        }
        return pair;
    }

    const Expression& call_;
    const Operand& left_;
    const Operand& right_;
    Column& result_;
};

template <typename T>
void compute_floats(const Expression& call, const Operand& left, const Operand& right,
                    Column& result) {
    Pair<T, T, T> pair{left.values->data.as<T>(), right.values->data.as<T>(), left.step,
                       right.step};
    T* out = result.data.as<T>();
    if (call.function == Function::Add) return compute<Function::Add>(pair, result.rows, out);
    if (call.function == Function::Subtract)
        return compute<Function::Subtract>(pair, result.rows, out);
    compute<Function::Multiply>(pair, result.rows, out);
}

}  // namespace

Column evaluate_arithmetic(const Expression& call, const Evaluation& evaluation) {
    Operand left = operand_of(*call.arguments[0], evaluation);
    Operand right = operand_of(*call.arguments[1], evaluation);
    std::initializer_list<const Column*> both{left.values.get(), right.values.get()};
    std::initializer_list<const Column*> first{left.values.get()};
    std::initializer_list<const Column*> second{right.values.get()};
    // A literal that stands for all rows has no NULL and one row only.
    Column result = make_result(call, evaluation,
                                left.step == 0    ? second
                                : right.step == 0 ? first
                                                  : both);
    if (call.type->id == TypeId::Float32)
        compute_floats<float>(call, left, right, result);
    else if (call.type->id == TypeId::Float64)
        compute_floats<double>(call, left, right, result);
    else
        DecimalArithmetic(call, left, right, result).run();
    return result;
}

}  // namespace ch::exec
