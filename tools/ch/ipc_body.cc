#include <Message_generated.h>

#include <bit>
#include <charconv>

#include "base/error.h"
#include "tools/ch/ipc_message.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;

namespace {

// FF FF FF FF, which a length of old streams (before Arrow 0.15) could not be.
constexpr int32_t kContinuation = -1;
constexpr size_t kAlignment = 8;

void pad(std::string& to, size_t bytes) {
    to.append((kAlignment - bytes % kAlignment) % kAlignment, '\0');
}

int64_t last_number(std::string_view format) {
    const size_t begin = format.find_last_of(":,") + 1;
    int64_t value = 0;
    const auto result =
        std::from_chars(format.data() + begin, format.data() + format.size(), value);
    CH_ASSERT(result.ec == std::errc());
    return value;
}

/// Anew, since array.null_count is of all rows and a LIMIT may cut the last batch.
int64_t count_nulls(const uint8_t* bits, int64_t rows) {
    int64_t set = 0;
    for (int64_t i = 0; i < rows / 8; ++i) set += std::popcount(bits[i]);
    if (rows % 8 != 0)
        set += std::popcount(static_cast<unsigned>(bits[rows / 8] & ((1 << (rows % 8)) - 1)));
    return rows - set;
}

int64_t end_of(const ArrowArray& array, int64_t rows) {
    return static_cast<const int32_t*>(array.buffers[1])[rows];
}

}  // namespace

int64_t value_width(std::string_view format) {
    if (format.starts_with("w:")) return last_number(format);
    if (format.starts_with("d:"))
        return std::count(format.begin(), format.end(), ',') == 2 ? last_number(format) / 8 : 16;
    if (format == "tdD") return 4;
    if (format[0] == 't') return 8;
    switch (format[0]) {
        case 'c':
        case 'C':
            return 1;
        case 's':
        case 'S':
            return 2;
        case 'i':
        case 'I':
        case 'f':
            return 4;
        default:
            return 8;
    }
}

void append_message(std::string& to, Bytes metadata, std::string_view body) {
    append(to, kContinuation);
    const size_t padding = (kAlignment - metadata.size() % kAlignment) % kAlignment;
    append(to, static_cast<int32_t>(metadata.size() + padding));
    to += as_text(metadata);
    to.append(padding, '\0');
    to += body;
}

void append_end_of_stream(std::string& to) {
    append(to, kContinuation);
    append<int32_t>(to, 0);
}

void IpcBody::add_buffer(const void* data, int64_t bytes) {
    const auto size = static_cast<size_t>(bytes);
    extents_.push_back({static_cast<int64_t>(bytes_.size()), bytes});
    if (size > 0) bytes_.append(static_cast<const char*>(data), size);
    pad(bytes_, size);
}

void IpcBody::add_validity(const ArrowArray& array, int64_t rows) {
    const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
    const int64_t nulls = bits == nullptr ? 0 : count_nulls(bits, rows);
    nodes_.push_back({rows, nulls});
    // An absent bitmap still is a buffer of the list, of no bytes: readers count them.
    add_buffer(bits, nulls == 0 ? 0 : (rows + 7) / 8);
}

void IpcBody::add(const ArrowSchema& schema, const ArrowArray& array, int64_t rows) {
    CH_ASSERT(array.offset == 0 && rows <= array.length);
    const std::string_view format = schema.format;
    add_validity(array, rows);
    if (array.dictionary != nullptr) dictionaries_.push_back({schema.dictionary, array.dictionary});
    if (format == "+s") {
        for (int64_t i = 0; i < array.n_children; ++i)
            add(*schema.children[i], *array.children[i], rows);
    } else if (format == "+l" || format == "+m") {
        add_buffer(array.buffers[1], (rows + 1) * static_cast<int64_t>(sizeof(int32_t)));
        // Only the elements of the rows written.
        add(*schema.children[0], *array.children[0], end_of(array, rows));
    } else if (format == "u") {
        add_buffer(array.buffers[1], (rows + 1) * static_cast<int64_t>(sizeof(int32_t)));
        add_buffer(array.buffers[2], end_of(array, rows));
    } else {
        add_buffer(array.buffers[1], format == "b" ? (rows + 7) / 8 : rows * value_width(format));
    }
}

namespace {

template <typename Nodes, typename Extents>
flatbuffers::Offset<fb::RecordBatch> make_batch(flatbuffers::FlatBufferBuilder& builder,
                                                int64_t rows, const Nodes& nodes,
                                                const Extents& extents) {
    std::vector<fb::FieldNode> field_nodes;
    for (const auto& node : nodes) field_nodes.emplace_back(node.rows, node.nulls);
    std::vector<fb::Buffer> buffers;
    for (const auto& extent : extents) buffers.emplace_back(extent.offset, extent.bytes);
    return fb::CreateRecordBatchDirect(builder, rows, &field_nodes, &buffers);
}

void append_batch(std::string& to, flatbuffers::FlatBufferBuilder& builder,
                  fb::MessageHeader header_type, flatbuffers::Offset<void> header,
                  const std::string& body) {
    builder.Finish(fb::CreateMessage(builder, fb::MetadataVersion_V5, header_type, header,
                                     static_cast<int64_t>(body.size())));
    append_message(to, Bytes(builder.GetBufferPointer(), builder.GetSize()), body);
}

}  // namespace

void IpcBody::append_record_batch_message(std::string& to, int64_t rows) const {
    flatbuffers::FlatBufferBuilder builder;
    const auto batch = make_batch(builder, rows, nodes_, extents_);
    append_batch(to, builder, fb::MessageHeader_RecordBatch, batch.Union(), bytes_);
}

void IpcBody::append_dictionary_message(std::string& to, int64_t rows, int64_t id) const {
    flatbuffers::FlatBufferBuilder builder;
    const auto batch = make_batch(builder, rows, nodes_, extents_);
    const auto dictionary = fb::CreateDictionaryBatch(builder, id, batch);
    append_batch(to, builder, fb::MessageHeader_DictionaryBatch, dictionary.Union(), bytes_);
}

}  // namespace ch::tools
