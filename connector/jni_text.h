#pragma once

#include <jni.h>

#include <optional>
#include <string>
#include <string_view>

namespace ch::connector {

/// Java's UTF-16 as UTF-8. JNI's own "UTF-8" functions are not used: theirs writes U+0000 and
/// everything above U+FFFF differently. Throws Error{InvalidArgument} for half a surrogate pair,
/// std::bad_alloc when Java has no memory.
std::string to_utf8(JNIEnv* env, jstring text);
/// Nothing for null.
std::optional<std::string> to_optional_utf8(JNIEnv* env, jstring text);

/// UTF-8 as a Java string; bytes that are no UTF-8 become U+FFFD. Null, with Java's exception
/// pending, when Java has no memory.
jstring to_java(JNIEnv* env, std::string_view text);

/// The two conversions without Java.
std::string utf16_to_utf8(std::u16string_view text);
std::u16string utf8_to_utf16(std::string_view text);

}  // namespace ch::connector
