#include "tools/ch/ipc_array.h"

#include <Message_generated.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "tools/ch/ipc_compression.h"
#include "tools/ch/ipc_message.h"
#include "tools/ch/limits.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;

namespace {

/// What stands for a buffer of no bytes: arrays point somewhere.
constexpr uint64_t kNoBytes[2] = {};
constexpr size_t kViewBytes = 16;

[[noreturn]] void corrupt(const IpcField& field, const std::string& why) {
    throw Error(ErrorCode::Corrupt, "the array of field '" + field.name + "' " + why);
}

IpcCodec codec_of(const fb::RecordBatch& batch) {
    if (batch.compression() == nullptr) return IpcCodec::None;
    if (batch.compression()->method() == fb::BodyCompressionMethod_BUFFER) {
        if (batch.compression()->codec() == fb::CompressionType_LZ4_FRAME)
            return IpcCodec::Lz4Frame;
        if (batch.compression()->codec() == fb::CompressionType_ZSTD) return IpcCodec::Zstd;
    }
    throw Error(ErrorCode::Unsupported,
                "a body is compressed in a way that is not known; LZ4 frames and ZSTD are read");
}

struct TwoNumbers {
    int64_t first;
    int64_t second;
};
/// Of a list of FieldNodes (rows, nulls) or Buffers (offset, length): i64 each. The verifier does
/// not see to it that they lie as a processor wants them.
TwoNumbers numbers_at(const uint8_t* list, size_t index) {
    const uint8_t* at = list + index * sizeof(TwoNumbers);
    return {load<int64_t>(at), load<int64_t>(at + sizeof(int64_t))};
}

/// Takes nodes and buffers in the order of the fields, and compares them with each other.
class ArrayReader {
public:
    ArrayReader(const fb::RecordBatch& batch, Bytes body, const IpcDictionaries& dictionaries,
                const std::shared_ptr<BufferPool>& pool)
        : batch_(batch),
          body_(body),
          codec_(codec_of(batch)),
          dictionaries_(dictionaries),
          pool_(pool) {}

    std::unique_ptr<IpcArray> read(const IpcField& field) {
        auto made = begin(field);
        const std::string& format = field.format;
        if (format == "+s") {
            for (const auto& child : field.children) made->children.push_back(read(*child));
        } else if (format[0] == '+') {
            read_list(field, *made);
        } else if (format[0] == 'v') {
            read_views(field, *made);
        } else if (format == "u" || format == "z") {
            read_texts<int32_t>(field, *made);
        } else if (format == "U" || format == "Z") {
            read_texts<int64_t>(field, *made);
        } else {
            read_fixed(field, *made);
        }
        if (field.values) attach_dictionary(field, *made);
        finish(*made);
        return made;
    }

    /// The columns, which have no node in common.
    std::unique_ptr<IpcArray> read_columns(const IpcField& schema) {
        auto made = std::make_unique<IpcArray>();
        made->array.length = checked_rows(schema, batch_.length());
        made->buffers.push_back(nullptr);
        for (const auto& child : schema.children) made->children.push_back(read(*child));
        for (size_t i = 0; i < made->children.size(); ++i)
            if (made->children[i]->array.length != made->array.length)
                corrupt(*schema.children[i],
                        "has " + std::to_string(made->children[i]->array.length) +
                            " rows, its batch " + std::to_string(made->array.length));
        finish(*made);
        return made;
    }

    void check_all_taken() const {
        const size_t nodes = batch_.nodes() == nullptr ? 0 : batch_.nodes()->size();
        const size_t buffers = batch_.buffers() == nullptr ? 0 : batch_.buffers()->size();
        if (nodes == nodes_taken_ && buffers == buffers_taken_) return;
        throw Error(ErrorCode::Corrupt,
                    "a batch has " + std::to_string(nodes) + " arrays of " +
                        std::to_string(buffers) + " buffers, its schema wants " +
                        std::to_string(nodes_taken_) + " of " + std::to_string(buffers_taken_));
    }
    [[nodiscard]] std::vector<Buffer> take_unpacked() { return std::move(unpacked_); }

private:
    static int64_t checked_rows(const IpcField& field, int64_t rows) {
        if (rows < 0 || rows > kIpcRowsMax)
            corrupt(field, "has " + std::to_string(rows) + " rows, at most " +
                               std::to_string(kIpcRowsMax) + " are expected");
        return rows;
    }

    /// With its node, and the validity of its rows.
    std::unique_ptr<IpcArray> begin(const IpcField& field) {
        if (batch_.nodes() == nullptr || nodes_taken_ >= batch_.nodes()->size())
            corrupt(field, "is missing in the batch");
        const auto [rows, nulls] = numbers_at(batch_.nodes()->Data(), nodes_taken_++);
        auto made = std::make_unique<IpcArray>();
        made->array.length = checked_rows(field, rows);
        const Bytes valid = take_buffer(field);
        if (valid.empty() && nulls != 0 && rows > 0)
            corrupt(field, "has NULLs and no bitmap of them");
        if (!valid.empty()) require(field, valid, (made->array.length + 7) / 8);
        // The bitmap is believed, not the number of its zeros.
        made->array.null_count = valid.empty() ? 0 : -1;
        made->buffers.push_back(valid.empty() ? nullptr : valid.data());
        return made;
    }

    Bytes take_buffer(const IpcField& field) {
        if (batch_.buffers() == nullptr || buffers_taken_ >= batch_.buffers()->size())
            corrupt(field, "has too few buffers");
        const auto [offset, length] = numbers_at(batch_.buffers()->Data(), buffers_taken_++);
        const auto size = static_cast<int64_t>(body_.size());
        if (offset < 0 || length < 0 || offset > size || length > size - offset)
            corrupt(field, "has a buffer of " + std::to_string(length) + " bytes at byte " +
                               std::to_string(offset) + " of a body of " + std::to_string(size));
        const Bytes stored =
            body_.subspan(static_cast<size_t>(offset), static_cast<size_t>(length));
        Buffer unpacked;
        const Bytes content = unpack_ipc_buffer(stored, codec_, pool_, unpacked);
        if (!unpacked.empty()) unpacked_.push_back(std::move(unpacked));
        return content;
    }

    static void require(const IpcField& field, Bytes buffer, int64_t bytes) {
        if (static_cast<int64_t>(buffer.size()) < bytes)
            corrupt(field, "has a buffer of " + std::to_string(buffer.size()) + " bytes, " +
                               std::to_string(bytes) + " are needed");
    }

    static void add(IpcArray& made, Bytes buffer) {
        made.buffers.push_back(buffer.empty() ? static_cast<const void*>(kNoBytes) : buffer.data());
    }

    void read_fixed(const IpcField& field, IpcArray& made) {
        const Bytes values = take_buffer(field);
        // Both factors are below 2^31.
        require(field, values,
                field.format == "b" ? (made.array.length + 7) / 8
                                    : made.array.length * value_width(field.format));
        add(made, values);
    }

    /// They begin at 0 or above, do not fall, and end within `limit`.
    template <typename Offset>
    Bytes take_offsets(const IpcField& field, const IpcArray& made) {
        const Bytes offsets = take_buffer(field);
        const int64_t rows = made.array.length;
        if (rows == 0) return offsets;
        require(field, offsets, (rows + 1) * static_cast<int64_t>(sizeof(Offset)));
        auto last = load<Offset>(offsets.data());
        if (last < 0) corrupt(field, "has an offset below 0");
        for (int64_t row = 1; row <= rows; ++row) {
            const auto next = load<Offset>(offsets.data() + row * int64_t{sizeof(Offset)});
            if (next < last) corrupt(field, "has offsets that fall at row " + std::to_string(row));
            last = next;
        }
        return offsets;
    }
    template <typename Offset>
    static int64_t end_of(const IpcArray& made, Bytes offsets) {
        if (made.array.length == 0) return 0;
        return load<Offset>(offsets.data() + made.array.length * int64_t{sizeof(Offset)});
    }

    template <typename Offset>
    void read_texts(const IpcField& field, IpcArray& made) {
        const Bytes offsets = take_offsets<Offset>(field, made);
        const Bytes texts = take_buffer(field);
        require(field, texts, end_of<Offset>(made, offsets));
        add(made, offsets);
        add(made, texts);
    }

    void read_list(const IpcField& field, IpcArray& made) {
        int64_t elements = 0;
        if (field.format == "+L") {
            const Bytes offsets = take_offsets<int64_t>(field, made);
            add(made, offsets);
            elements = end_of<int64_t>(made, offsets);
        } else if (field.format == "+l" || field.format == "+m") {
            const Bytes offsets = take_offsets<int32_t>(field, made);
            add(made, offsets);
            elements = end_of<int32_t>(made, offsets);
        } else {
            elements = made.array.length * std::stoll(field.format.substr(3));
        }
        made.children.push_back(read(*field.children.front()));
        if (made.children.back()->array.length < elements)
            corrupt(field, "needs " + std::to_string(elements) + " elements, there are " +
                               std::to_string(made.children.back()->array.length));
    }

    /// A view is i32 size | 12 bytes: the text, or 4 of it, i32 number of a buffer, i32 offset.
    void read_views(const IpcField& field, IpcArray& made) {
        constexpr int32_t kInlineBytesMax = 12;
        const Bytes views = take_buffer(field);
        require(field, views, made.array.length * int64_t{kViewBytes});
        add(made, views);
        std::vector<Bytes> texts;
        for (int64_t left = take_variadic_count(field); left > 0; --left) {
            texts.push_back(take_buffer(field));
            add(made, texts.back());
        }
        // The C data interface has the buffers' lengths in another one, which nobody here reads.
        add(made, {});
        const auto* valid = static_cast<const uint8_t*>(made.buffers.front());
        for (int64_t row = 0; row < made.array.length; ++row) {
            if (valid != nullptr && ((valid[row / 8] >> (row % 8)) & 1) == 0) continue;
            const uint8_t* view = views.data() + row * int64_t{kViewBytes};
            const auto size = load<int32_t>(view);
            if (size >= 0 && size <= kInlineBytesMax) continue;
            const auto number = load<int32_t>(view + 8), offset = load<int32_t>(view + 12);
            if (size < 0 || number < 0 || static_cast<size_t>(number) >= texts.size() ||
                offset < 0 ||
                int64_t{offset} + size >
                    static_cast<int64_t>(texts[static_cast<size_t>(number)].size()))
                corrupt(field, "has a view at row " + std::to_string(row) +
                                   " of bytes that are not there");
        }
    }

    int64_t take_variadic_count(const IpcField& field) {
        const auto* counts = batch_.variadicBufferCounts();
        if (counts == nullptr || variadic_taken_ >= counts->size())
            corrupt(field, "has views, and no number of their buffers");
        const int64_t count = counts->Get(static_cast<flatbuffers::uoffset_t>(variadic_taken_++));
        if (count < 0 || count > static_cast<int64_t>(batch_.buffers()->size()))
            corrupt(field, "has " + std::to_string(count) + " buffers of texts");
        return count;
    }

    void attach_dictionary(const IpcField& field, IpcArray& made) {
        const auto found = dictionaries_.find(field.dictionary_id);
        if (found == dictionaries_.end()) {
            // Where every row is NULL, or there is none, the values may never have been written.
            corrupt(field, "needs dictionary " + std::to_string(field.dictionary_id) +
                               ", which has not come before it");
        }
        made.dictionary = found->second;
    }

    static void finish(IpcArray& made) {
        for (const auto& child : made.children) made.child_pointers.push_back(&child->array);
        made.array.n_children = static_cast<int64_t>(made.children.size());
        made.array.children = made.child_pointers.data();
        made.array.n_buffers = static_cast<int64_t>(made.buffers.size());
        made.array.buffers = made.buffers.data();
        // Never changed through it: the struct of the C data interface has no const.
        made.array.dictionary =
            made.dictionary ? const_cast<ArrowArray*>(&made.dictionary->array) : nullptr;
    }

    const fb::RecordBatch& batch_;
    const Bytes body_;
    const IpcCodec codec_;
    const IpcDictionaries& dictionaries_;
    const std::shared_ptr<BufferPool>& pool_;
    size_t nodes_taken_ = 0;
    size_t buffers_taken_ = 0;
    size_t variadic_taken_ = 0;
    std::vector<Buffer> unpacked_;
};

const IpcField* find_dictionary(const IpcField& field, int64_t id) {
    if (field.values && field.dictionary_id == id) return &field;
    if (field.values) return find_dictionary(*field.values, id);
    for (const auto& child : field.children)
        if (const IpcField* found = find_dictionary(*child, id)) return found;
    return nullptr;
}

Bytes bytes_of(const Buffer& buffer) {
    return {buffer.data(), buffer.size()};
}

}  // namespace

std::unique_ptr<IpcArray> read_ipc_batch(IpcMessage message, const IpcField& schema,
                                         const IpcDictionaries& dictionaries,
                                         const std::shared_ptr<BufferPool>& pool) {
    const fb::RecordBatch* head = fb::GetMessage(message.metadata.data())->header_as_RecordBatch();
    if (head == nullptr) throw Error(ErrorCode::Corrupt, "a record batch has no metadata");
    ArrayReader reader(*head, bytes_of(message.body), dictionaries, pool);
    auto made = reader.read_columns(schema);
    reader.check_all_taken();
    made->unpacked = reader.take_unpacked();
    made->body = std::move(message.body);
    return made;
}

void read_ipc_dictionary(IpcMessage message, const IpcField& schema, IpcDictionaries& dictionaries,
                         const std::shared_ptr<BufferPool>& pool) {
    const fb::DictionaryBatch* found =
        fb::GetMessage(message.metadata.data())->header_as_DictionaryBatch();
    if (found == nullptr) throw Error(ErrorCode::Corrupt, "a dictionary has no metadata");
    const fb::DictionaryBatch& head = *found;
    const IpcField* field = find_dictionary(schema, head.id());
    if (field == nullptr || head.data() == nullptr)
        throw Error(ErrorCode::Corrupt, "a dictionary has the number " + std::to_string(head.id()) +
                                            ", which no field has, or no values");
    if (head.isDelta())
        throw Error(ErrorCode::Unsupported,
                    "the dictionary of field '" + field->name +
                        "' goes on in a delta; write dictionaries whole, as writers do that are "
                        "not told otherwise");
    ArrayReader reader(*head.data(), bytes_of(message.body), dictionaries, pool);
    auto made = reader.read(*field->values);
    reader.check_all_taken();
    made->unpacked = reader.take_unpacked();
    made->body = std::move(message.body);
    dictionaries[head.id()] = std::move(made);
}

}  // namespace ch::tools
