#include "engine/store/key_range.h"

#include "engine/exec/stored_order.h"
#include "engine/format/single_value.h"
#include "engine/format/type_text.h"
#include "engine/table/replacing.h"

namespace ch::storage {

namespace {

std::vector<column::Scalar> decode(const std::string& bytes,
                                   const std::vector<column::TypePtr>& types) {
    std::vector<column::Scalar> key;
    if (bytes.empty()) return key;
    ByteReader reader(as_bytes(bytes));
    for (const column::TypePtr& type : types)
        key.push_back(format::read_single_value(reader, *type));
    return key;
}

}  // namespace

KeyRange::KeyRange(const PartRecord& record, const std::vector<column::TypePtr>& types)
    : types_(types), min_(decode(record.key_min, types)), max_(decode(record.key_max, types)) {}

bool KeyRange::is_before(const Key& left, const Key& right) const {
    for (size_t i = 0; i < left.size(); ++i)
        if (int order = exec::compare_stored(*types_[i], left[i], right[i]); order != 0)
            return order < 0;
    return false;
}

bool KeyRange::meets(const KeyRange& other) const {
    if (min_.empty() || max_.empty() || other.min_.empty() || other.max_.empty()) return true;
    return !is_before(max_, other.min_) && !is_before(other.max_, min_);
}

std::vector<column::TypePtr> key_types(const SchemaVersion& schema) {
    std::vector<column::TypePtr> types;
    for (const std::string& sql : schema.sorting_key) {
        const ColumnDefinition* column = schema.find(table::plain_column(sql));
        if (column == nullptr) return {};
        types.push_back(format::index_type(format::parse_type(column->type)));
    }
    return types;
}

}  // namespace ch::storage
