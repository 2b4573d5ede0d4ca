#include "engine/store/edit.h"

#include "engine/store/describe.h"

namespace ch::storage {

namespace {

constexpr uint32_t kFormat = 1;

template <typename Columns, typename Test>
const ColumnDefinition* find_if(const Columns& columns, Test test) {
    auto found = std::find_if(columns.begin(), columns.end(), test);
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace

const ColumnDefinition* SchemaVersion::find(std::string_view name) const {
    return find_if(columns, [&](const ColumnDefinition& column) { return column.name == name; });
}

const ColumnDefinition* SchemaVersion::find_id(uint64_t column_id) const {
    return find_if(columns, [&](const ColumnDefinition& column) { return column.id == column_id; });
}

std::string encode_edit(const Edit& edit) {
    std::string bytes;
    append(bytes, kFormat);
    Encoder encoder(bytes);
    describe_edit(encoder, edit);
    return bytes;
}

Edit decode_edit(std::string_view bytes) {
    if (bytes.size() < sizeof(kFormat))
        throw Error(ErrorCode::Corrupt,
                    "an edit has only " + std::to_string(bytes.size()) + " bytes; it was cut off");
    if (const auto format = load<uint32_t>(bytes.data()); format != kFormat)
        throw Error(ErrorCode::Unsupported, "an edit of format " + std::to_string(format) +
                                                ", this version reads " + std::to_string(kFormat) +
                                                "; upgrade chspark");
    Decoder decoder(bytes.substr(sizeof(kFormat)));
    Edit edit;
    describe_edit(decoder, edit);
    decoder.finish();
    return edit;
}

}  // namespace ch::storage
