#include "connector/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "connector/limits.h"

namespace ch::connector {

using nlohmann::json;

namespace {

constexpr size_t kShownBytesMax = 80;

[[noreturn]] void refuse(std::string_view what, const std::string& problem) {
    throw Error(ErrorCode::InvalidArgument, std::string(what) + ": " + problem);
}

std::string shown(const json& value) {
    std::string text = dump_json(value);
    if (text.size() > kShownBytesMax) text = text.substr(0, kShownBytesMax) + "...";
    return text;
}

[[noreturn]] void refuse_field(std::string_view what, const char* name, const char* expected,
                               const json& found) {
    refuse(what,
           "field \"" + std::string(name) + "\" must be " + expected + ", found " + shown(found));
}

}  // namespace

json parse_json(std::string_view text, std::string_view what, size_t bytes_max) {
    if (text.size() > bytes_max)
        refuse(what, "JSON of " + std::to_string(text.size()) + " bytes, at most " +
                         std::to_string(bytes_max) + " are taken");
    // Expressions are walked by recursion later, on a Java thread's stack: depth is refused while
    // parsing.
    auto limit_depth = [what](int depth, json::parse_event_t, json&) {
        if (depth > kJsonDepthMax)
            refuse(what, "JSON is nested deeper than " + std::to_string(kJsonDepthMax) + " levels");
        return true;
    };
    try {
        return json::parse(text, limit_depth);
    } catch (const json::parse_error& error) {
        refuse(what, "not JSON at byte " + std::to_string(error.byte) + ": " + error.what());
    }
}

void check_fields(const json& object, std::string_view what,
                  std::initializer_list<std::string_view> known) {
    if (!object.is_object()) refuse(what, "expected an object, found " + shown(object));
    for (const auto& entry : object.items()) {
        // A field that is passed over could be a filter that a newer client relies on.
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            refuse(what, "unknown field " + shown(json(entry.key())));
    }
}

const json& field(const json& object, std::string_view what, const char* name) {
    auto found = object.find(name);
    if (found == object.end())
        refuse(what, "field \"" + std::string(name) + "\" is missing in " + shown(object));
    return *found;
}

const json& array_field(const json& object, std::string_view what, const char* name) {
    const json& value = field(object, what, name);
    if (!value.is_array()) refuse_field(what, name, "an array", value);
    return value;
}

std::string text_field(const json& object, std::string_view what, const char* name) {
    const json& value = field(object, what, name);
    if (!value.is_string()) refuse_field(what, name, "a string", value);
    return value.get<std::string>();
}

uint64_t count_field(const json& object, std::string_view what, const char* name) {
    const json& value = field(object, what, name);
    if (!value.is_number_unsigned()) refuse_field(what, name, "a whole number, 0 or more", value);
    return value.get<uint64_t>();
}

std::optional<uint64_t> optional_count(const json& object, std::string_view what,
                                       const char* name) {
    if (!object.contains(name)) return std::nullopt;
    return count_field(object, what, name);
}

std::optional<bool> optional_flag(const json& object, std::string_view what, const char* name) {
    auto found = object.find(name);
    if (found == object.end()) return std::nullopt;
    if (!found->is_boolean()) refuse_field(what, name, "true or false", *found);
    return found->get<bool>();
}

std::string dump_json(const json& document) {
    // Bytes of damaged files get into error texts and names: replaced, since an exception here
    // would hide the error itself.
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_utf8(std::string_view text) {
    auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
    for (size_t at = 0; at < text.size();) {
        uint8_t lead = byte(at);
        if (lead < 0x80) {
            ++at;
            continue;
        }
        size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return false;
        uint8_t second = byte(at + 1);
        // The shortest form only, no surrogates, nothing above U+10FFFF.
        uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        uint8_t greatest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > greatest) return false;
        for (size_t i = 2; i < length; ++i)
            if ((byte(at + i) & 0xC0) != 0x80) return false;
        at += length;
    }
    return true;
}

}  // namespace ch::connector
