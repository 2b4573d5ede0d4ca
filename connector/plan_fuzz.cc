// Any text as a plan, bound to a small table, and as a split: it is taken, or refused with an
// Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "connector/bind.h"
#include "connector/plan.h"
#include "connector/split_text.h"
#include "engine/format/type_text.h"
#include "engine/table/column_source.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    auto type_of = [](std::string_view name) -> ch::column::TypePtr {
        if (name == "a") return ch::format::parse_type("Int64");
        if (name == "s") return ch::format::parse_type("Nullable(String)");
        if (name == "d") return ch::format::parse_type("Date");
        return ch::table::virtual_column_type(name);
    };
    std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        ch::connector::bind_plan(ch::connector::parse_plan(text), type_of);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    try {
        ch::connector::parse_split(text);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
