#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ch::connector {

/// Reading JSON that a caller hands in. `what` names the thing in errors, e.g. `plan` or `node
/// "scan"`. Every function throws Error{InvalidArgument} naming the thing, the field, what was
/// expected and what stands there.

/// The document; size and depth are limited (limits.h).
nlohmann::json parse_json(std::string_view text, std::string_view what, size_t bytes_max);
/// Checks that it is an object with no field beside `known`.
void check_fields(const nlohmann::json& object, std::string_view what,
                  std::initializer_list<std::string_view> known);
const nlohmann::json& field(const nlohmann::json& object, std::string_view what, const char* name);
const nlohmann::json& array_field(const nlohmann::json& object, std::string_view what,
                                  const char* name);
std::string text_field(const nlohmann::json& object, std::string_view what, const char* name);
uint64_t count_field(const nlohmann::json& object, std::string_view what, const char* name);
/// Nothing when the field is absent.
std::optional<uint64_t> optional_count(const nlohmann::json& object, std::string_view what,
                                       const char* name);
std::optional<bool> optional_flag(const nlohmann::json& object, std::string_view what,
                                  const char* name);

/// The text of a document; bytes that are no UTF-8 become U+FFFD.
std::string dump_json(const nlohmann::json& document);

/// Whether text is UTF-8, so that JSON and a Java string can carry it unchanged.
bool is_utf8(std::string_view text);

}  // namespace ch::connector
