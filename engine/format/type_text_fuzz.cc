// Any text is a type or an error, and what a type prints is read as the same type.
#include "engine/format/type_text.h"

#include <cstdlib>

#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try {
        ch::column::TypePtr type = ch::format::parse_type(ch::as_text(ch::Bytes(data, size)));
        if (type->id == ch::column::TypeId::Unsupported) return 0;
        try {
            if (!(*ch::format::parse_type(type->name()) == *type)) std::abort();
        } catch (const ch::Error&) {
            std::abort();
        }
    } catch (const ch::Error& error) {
        if (error.code() != ch::ErrorCode::Corrupt) std::abort();
    }
    return 0;
}
