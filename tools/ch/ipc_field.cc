#include "tools/ch/ipc_field.h"

#include <Message_generated.h>

#include "base/bytes.h"
#include "base/error.h"
#include "connector/arrow_import.h"
#include "tools/ch/limits.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;

namespace {

std::string unit_letter(fb::TimeUnit unit) {
    switch (unit) {
        case fb::TimeUnit_SECOND:
            return "s";
        case fb::TimeUnit_MILLISECOND:
            return "m";
        case fb::TimeUnit_MICROSECOND:
            return "u";
        case fb::TimeUnit_NANOSECOND:
            return "n";
    }
    return "?";
}

std::string integer_format(const fb::Int& type) {
    const char* letters = type.is_signed() ? "csil" : "CSIL";
    switch (type.bitWidth()) {
        case 8:
            return {letters[0]};
        case 16:
            return {letters[1]};
        case 32:
            return {letters[2]};
        case 64:
            return {letters[3]};
        default:
            return "an integer of " + std::to_string(type.bitWidth()) + " bits";
    }
}

std::string decimal_format(const fb::Decimal& type) {
    std::string digits =
        "d:" + std::to_string(type.precision()) + "," + std::to_string(type.scale());
    switch (type.bitWidth()) {
        case 128:
            return digits;
        case 32:
        case 64:
        case 256:
            return digits + "," + std::to_string(type.bitWidth());
        default:
            return "a decimal of " + std::to_string(type.bitWidth()) + " bits";
    }
}

std::string floating_format(fb::Precision precision) {
    return precision == fb::Precision_HALF ? "e" : precision == fb::Precision_SINGLE ? "f" : "g";
}

std::string timestamp_format(const fb::Timestamp& type) {
    return "ts" + unit_letter(type.unit()) + ":" +
           (type.timezone() == nullptr ? "" : type.timezone()->str());
}

/// Types without a format here get their name: import refuses it, and tells.
std::string format_of(const fb::Field& field) {
    switch (field.type_type()) {
        case fb::Type_Int:
            return integer_format(*field.type_as_Int());
        case fb::Type_FloatingPoint:
            return floating_format(field.type_as_FloatingPoint()->precision());
        case fb::Type_Bool:
            return "b";
        case fb::Type_Utf8:
            return "u";
        case fb::Type_Binary:
            return "z";
        case fb::Type_LargeUtf8:
            return "U";
        case fb::Type_LargeBinary:
            return "Z";
        case fb::Type_Utf8View:
            return "vu";
        case fb::Type_BinaryView:
            return "vz";
        case fb::Type_FixedSizeBinary:
            return "w:" + std::to_string(field.type_as_FixedSizeBinary()->byteWidth());
        case fb::Type_Decimal:
            return decimal_format(*field.type_as_Decimal());
        case fb::Type_Date:
            return field.type_as_Date()->unit() == fb::DateUnit_DAY ? "tdD" : "tdm";
        case fb::Type_Timestamp:
            return timestamp_format(*field.type_as_Timestamp());
        case fb::Type_Duration:
            return "tD" + unit_letter(field.type_as_Duration()->unit());
        case fb::Type_List:
            return "+l";
        case fb::Type_LargeList:
            return "+L";
        case fb::Type_FixedSizeList:
            return "+w:" + std::to_string(field.type_as_FixedSizeList()->listSize());
        case fb::Type_Map:
            return "+m";
        case fb::Type_Struct_:
            return "+s";
        default:
            return fb::EnumNameType(field.type_type());
    }
}

/// As the C data interface has them: i32 count, then each text behind its i32 length.
std::string metadata_of(const fb::Field& field) {
    std::string pairs;
    if (field.custom_metadata() == nullptr || field.custom_metadata()->size() == 0) return pairs;
    append(pairs, static_cast<int32_t>(field.custom_metadata()->size()));
    for (const fb::KeyValue* pair : *field.custom_metadata())
        for (const flatbuffers::String* text : {pair->key(), pair->value()}) {
            const std::string_view view = text == nullptr ? "" : text->string_view();
            append(pairs, static_cast<int32_t>(view.size()));
            pairs += view;
        }
    return pairs;
}

class SchemaReader {
public:
    std::unique_ptr<IpcField> read(const fb::Field& field, size_t depth) {
        auto made = std::make_unique<IpcField>();
        if (field.name() != nullptr) made->name = field.name()->str();
        if (depth > kIpcFieldDepthMax || ++count_ > kIpcFieldsMax)
            throw Error(ErrorCode::Unsupported,
                        "field '" + made->name + "' is one too many: at most " +
                            std::to_string(kIpcFieldsMax) + " are read, " +
                            std::to_string(kIpcFieldDepthMax) + " inside each other");
        if (field.type() == nullptr)
            throw Error(ErrorCode::Corrupt, "field '" + made->name + "' has no type");
        made->format = format_of(field);
        if (field.children() != nullptr)
            for (const fb::Field* child : *field.children())
                made->children.push_back(read(*child, depth + 1));
        made->metadata = metadata_of(field);
        if (field.nullable()) made->schema.flags |= ARROW_FLAG_NULLABLE;
        finish(*made);
        return field.dictionary() == nullptr ? std::move(made)
                                             : codes_of(*field.dictionary(), std::move(made));
    }

    static void finish(IpcField& field) {
        field.schema.format = field.format.c_str();
        field.schema.name = field.name.c_str();
        field.schema.metadata = field.metadata.empty() ? nullptr : field.metadata.data();
        for (const auto& child : field.children) field.child_pointers.push_back(&child->schema);
        field.schema.n_children = static_cast<int64_t>(field.children.size());
        field.schema.children = field.child_pointers.data();
        field.schema.dictionary = field.values ? &field.values->schema : nullptr;
    }

private:
    /// IPC describes such a field by its values' type; the C data interface by the codes'.
    static std::unique_ptr<IpcField> codes_of(const fb::DictionaryEncoding& encoding,
                                              std::unique_ptr<IpcField> values) {
        auto codes = std::make_unique<IpcField>();
        codes->name = values->name;
        codes->format =
            encoding.indexType() == nullptr ? "i" : integer_format(*encoding.indexType());
        codes->schema.flags = values->schema.flags;
        codes->dictionary_id = encoding.id();
        codes->values = std::move(values);
        finish(*codes);
        return codes;
    }

    size_t count_ = 0;
};

}  // namespace

std::unique_ptr<IpcField> read_ipc_schema(const IpcMessage& message) {
    const fb::Schema* schema = fb::GetMessage(message.metadata.data())->header_as_Schema();
    try {
        if (schema == nullptr) throw Error(ErrorCode::Corrupt, "the first message is no schema");
        if (schema->endianness() != fb::Endianness_Little)
            throw Error(ErrorCode::Unsupported,
                        "values are big-endian; write them on a little-endian machine");
        auto made = std::make_unique<IpcField>();
        made->format = "+s";
        SchemaReader reader;
        if (schema->fields() != nullptr)
            for (const fb::Field* field : *schema->fields())
                made->children.push_back(reader.read(*field, 1));
        SchemaReader::finish(*made);
        for (const auto& field : made->children)
            static_cast<void>(connector::imported_type(field->schema));
        return made;
    } catch (const Error& error) {
        throw Error(error.code(), error.message(), {}, static_cast<int64_t>(message.offset));
    }
}

}  // namespace ch::tools
