#include "engine/exec/aggregate_call.h"

#include <utility>

#include "base/error.h"
#include "engine/exec/value_order.h"

namespace ch::exec {

using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

constexpr std::string_view kNames[] = {"COUNT", "SUM", "MIN", "MAX"};

TypePtr sum_type(const Type& argument) {
    switch (argument.id) {
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
            return column::make_type(TypeId::Int64, true);
        case TypeId::Float32:
        case TypeId::Float64:
            return column::make_type(TypeId::Float64, true);
        case TypeId::Decimal:
            return argument.with_nullable(true);
        default:
            throw Error(ErrorCode::Unsupported, "SUM does not take " + argument.name());
    }
}

}  // namespace

std::string_view aggregate_name(AggregateFunction function) {
    return kNames[static_cast<size_t>(function)];
}

std::optional<AggregateFunction> find_aggregate(std::string_view name) {
    for (size_t i = 0; i < std::size(kNames); ++i)
        if (kNames[i] == name) return static_cast<AggregateFunction>(i);
    return std::nullopt;
}

AggregateCall make_aggregate(AggregateFunction function, ExpressionPtr argument) {
    AggregateCall call{function, std::move(argument), nullptr};
    if (function == AggregateFunction::Count) {
        call.type = column::make_type(TypeId::Int64);
        return call;
    }
    const std::string name(aggregate_name(function));
    if (call.argument == nullptr)
        throw Error(ErrorCode::InvalidArgument, name + " needs an argument");
    const Type& type = *call.argument->type;
    if (function == AggregateFunction::Sum) {
        call.type = sum_type(type);
    } else {
        if (family_of(type) == Family::None)
            throw Error(ErrorCode::Unsupported, name + " does not take " + type.name());
        call.type = type.with_nullable(true);
    }
    return call;
}

}  // namespace ch::exec
