#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ch::exec {

/// Text as Spark's UTF8String walks it: a character's length follows from its first byte alone, and
/// a byte that begins no character is one of its own. So invalid UTF-8 has characters too; one cut
/// off by the end of the text ends there.
size_t character_bytes(char first);
size_t characters_count(std::string_view text);

/// SUBSTRING(text FROM position FOR length) by Spark's rules: from 1; 0 is 1; a negative position
/// counts from the end, and what lies before the beginning still uses up the length.
std::string_view substring_characters(std::string_view text, int32_t position, int32_t length);
std::string_view substring_bytes(std::string_view bytes, int32_t position, int32_t length);

/// The text as a java.lang.String has it, back in UTF-8: every run that is no character becomes
/// U+FFFD as Java's decoder counts them. `scratch` holds the result if it is not the text itself.
std::string_view java_text(std::string_view text, std::string& scratch);

}  // namespace ch::exec
