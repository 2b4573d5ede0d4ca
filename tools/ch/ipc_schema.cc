#include <Message_generated.h>

#include <charconv>
#include <cstring>

#include "base/error.h"
#include "tools/ch/ipc_message.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

namespace {

struct TypeOffset {
    fb::Type kind;
    Offset<void> type;
};

/// The number behind `text`'s beginning; the next number may follow a comma.
int32_t take_number(std::string_view& text) {
    int32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    CH_ASSERT(problem == std::errc());
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return value;
}

fb::TimeUnit time_unit(char letter) {
    switch (letter) {
        case 's':
            return fb::TimeUnit_SECOND;
        case 'm':
            return fb::TimeUnit_MILLISECOND;
        case 'u':
            return fb::TimeUnit_MICROSECOND;
        default:
            return fb::TimeUnit_NANOSECOND;
    }
}

TypeOffset decimal(FlatBufferBuilder& builder, std::string_view numbers) {
    const int32_t digits = take_number(numbers);
    const int32_t scale = take_number(numbers);
    const int32_t bits = numbers.empty() ? 128 : take_number(numbers);
    return {fb::Type_Decimal, fb::CreateDecimal(builder, digits, scale, bits).Union()};
}

/// A format of one letter without parameters.
TypeOffset plain_type(FlatBufferBuilder& builder, char letter) {
    // Pairs of signed and unsigned, 8 bits to 64.
    constexpr std::string_view kIntegers = "cCsSiIlL";
    if (const size_t at = kIntegers.find(letter); at != std::string_view::npos)
        return {fb::Type_Int, fb::CreateInt(builder, 8 << (at / 2), at % 2 == 0).Union()};
    switch (letter) {
        case 'b':
            return {fb::Type_Bool, fb::CreateBool(builder).Union()};
        case 'f':
            return {fb::Type_FloatingPoint,
                    fb::CreateFloatingPoint(builder, fb::Precision_SINGLE).Union()};
        case 'g':
            return {fb::Type_FloatingPoint,
                    fb::CreateFloatingPoint(builder, fb::Precision_DOUBLE).Union()};
        case 'u':
            return {fb::Type_Utf8, fb::CreateUtf8(builder).Union()};
        default:
            return {fb::Type_NONE, 0};
    }
}

TypeOffset make_type(FlatBufferBuilder& builder, std::string_view format) {
    if (format.size() == 1) return plain_type(builder, format[0]);
    if (format.starts_with("d:")) return decimal(builder, format.substr(2));
    if (format.starts_with("w:")) {
        std::string_view bytes = format.substr(2);
        return {fb::Type_FixedSizeBinary,
                fb::CreateFixedSizeBinary(builder, take_number(bytes)).Union()};
    }
    if (format == "tdD") return {fb::Type_Date, fb::CreateDate(builder, fb::DateUnit_DAY).Union()};
    if (format.starts_with("ts")) {
        // ts, unit, a colon, then the zone up to the end.
        const auto zone = builder.CreateString(format.substr(4).data());
        return {fb::Type_Timestamp,
                fb::CreateTimestamp(builder, time_unit(format[2]), zone).Union()};
    }
    if (format.starts_with("tD"))
        return {fb::Type_Duration, fb::CreateDuration(builder, time_unit(format[2])).Union()};
    if (format == "+l") return {fb::Type_List, fb::CreateList(builder).Union()};
    if (format == "+m") return {fb::Type_Map, fb::CreateMap(builder).Union()};
    if (format == "+s") return {fb::Type_Struct_, fb::CreateStruct_(builder).Union()};
    return {fb::Type_NONE, 0};
}

/// The C data interface's pairs: i32 count, then each text behind its i32 length.
std::vector<Offset<fb::KeyValue>> metadata_of(FlatBufferBuilder& builder, const char* pairs) {
    std::vector<Offset<fb::KeyValue>> offsets;
    if (pairs == nullptr) return offsets;
    const auto take_text = [&] {
        const auto size = load<int32_t>(pairs);
        const char* text = pairs + sizeof(int32_t);
        pairs = text + size;
        return builder.CreateString(text, static_cast<size_t>(size));
    };
    auto count = load<int32_t>(pairs);
    pairs += sizeof(int32_t);
    for (; count > 0; --count) {
        const auto key = take_text();
        const auto value = take_text();
        offsets.push_back(fb::CreateKeyValue(builder, key, value));
    }
    return offsets;
}

Offset<fb::Field> make_field(FlatBufferBuilder& builder, const ArrowSchema& schema,
                             int64_t& dictionaries_count) {
    // IPC describes a dictionary's field by its values' type and puts the codes' type aside; the C
    // interface has it the other way round.
    const ArrowSchema& values = schema.dictionary != nullptr ? *schema.dictionary : schema;
    Offset<fb::DictionaryEncoding> encoding = 0;
    if (schema.dictionary != nullptr) {
        CH_ASSERT(std::strcmp(schema.format, "i") == 0);
        // Numbered before the children, as IpcBody meets them.
        const auto code = fb::CreateInt(builder, 32, true);
        encoding = fb::CreateDictionaryEncoding(builder, dictionaries_count++, code);
    }
    std::vector<Offset<fb::Field>> children;
    for (int64_t i = 0; i < values.n_children; ++i)
        children.push_back(make_field(builder, *values.children[i], dictionaries_count));
    const TypeOffset type = make_type(builder, values.format);
    if (type.kind == fb::Type_NONE)
        throw Error(ErrorCode::Unsupported, "column \"" + std::string(schema.name) +
                                                "\" has Arrow format '" + values.format +
                                                "', which this version cannot write");
    const auto metadata = metadata_of(builder, schema.metadata);
    return fb::CreateFieldDirect(builder, schema.name, (schema.flags & ARROW_FLAG_NULLABLE) != 0,
                                 type.kind, type.type, encoding, &children,
                                 metadata.empty() ? nullptr : &metadata);
}

}  // namespace

void append_schema_message(std::string& to, const ArrowSchema& schema) {
    FlatBufferBuilder builder;
    std::vector<Offset<fb::Field>> fields;
    int64_t dictionaries_count = 0;
    for (int64_t i = 0; i < schema.n_children; ++i)
        fields.push_back(make_field(builder, *schema.children[i], dictionaries_count));
    const auto header = fb::CreateSchemaDirect(builder, fb::Endianness_Little, &fields);
    builder.Finish(fb::CreateMessage(builder, fb::MetadataVersion_V5, fb::MessageHeader_Schema,
                                     header.Union()));
    append_message(to, Bytes(builder.GetBufferPointer(), builder.GetSize()), {});
}

}  // namespace ch::tools
