#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "engine/column/column.h"
#include "tools/ch/calendar.h"

namespace ch::tools {

/// The calendars of the time zones met so far. Used by one thread.
class Calendars {
public:
    explicit Calendars(std::shared_ptr<const io::FileSystem> files) : files_(std::move(files)) {}
    /// The zone of that name; the machine's own for an empty one. Throws as TimeZone::load.
    std::shared_ptr<Calendar> find(const std::string& zone);

private:
    std::shared_ptr<const io::FileSystem> files_;
    std::map<std::string, std::shared_ptr<Calendar>> found_;
};

/// A type made ready for printing many of its values. Used by one thread, with the Calendars it was
/// made from.
class ValueFormat {
public:
    /// Throws Error{Unsupported} naming the type, Error{NotFound} for a time zone that is not
    /// installed.
    ValueFormat(column::TypePtr type, Calendars& calendars);

    [[nodiscard]] const column::Type& type() const { return *type_; }
    [[nodiscard]] const ValueFormat& child(size_t index) const { return children_[index]; }
    [[nodiscard]] size_t children_count() const { return children_.size(); }

    /// Appends the value without quotes or escapes. Requires: a type without children, a row that
    /// is not NULL. Throws Error{Corrupt} for an Enum number that the type does not name.
    void append(std::string& to, const column::Column& column, size_t row) const;

private:
    void append_fixed(std::string& to, const uint8_t* value) const;
    void append_enum(std::string& to, int16_t number) const;

    column::TypePtr type_;
    std::shared_ptr<Calendar> calendar_;
    std::map<int16_t, std::string> enum_names_;
    std::vector<ValueFormat> children_;
};

}  // namespace ch::tools
