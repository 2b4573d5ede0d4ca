// Any text as a plan, bound to a small table: it is taken, or refused with an Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "connector/bind.h"
#include "connector/plan.h"
#include "engine/format/type_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace ch;  // NOLINT: a fuzzer's whole content
    auto type_of = [](std::string_view name) -> column::TypePtr {
        if (name == "a") return format::parse_type("Int64");
        if (name == "s") return format::parse_type("Nullable(String)");
        if (name == "d") return format::parse_type("Date");
        return connector::virtual_column_type(name);
    };
    try {
        std::string_view text(reinterpret_cast<const char*>(data), size);
        connector::bind_plan(connector::parse_plan(text), type_of);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Bug) throw;
    }
    return 0;
}
