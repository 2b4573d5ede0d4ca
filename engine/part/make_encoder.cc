#include "engine/format/stream_name.h"
#include "engine/part/encoders.h"

namespace ch::part {

namespace {

using column::TypeId;
using column::TypePtr;

// Where in a column's type a piece of it stands.
struct Place {
    std::string prefix;      // of the stream names
    size_t array_level = 0;  // arrays and maps around it
};

class EncoderFactory {
public:
    EncoderFactory(const column::NameAndType& column, StreamTarget& target)
        : column_(column), target_(target) {}

    EncoderPtr make() {
        return make(column_.type, {format::escape_for_file_name(column_.name), 0});
    }

private:
    EncoderPtr make(const TypePtr& type, const Place& place) {
        if (type->id == TypeId::LowCardinality) return make_low_cardinality(type, place);
        if (type->nullable) {
            MarkedStream& nulls = open(place.prefix + ".null");
            return std::make_unique<NullableEncoder>(nulls,
                                                     make(type->with_nullable(false), place));
        }
        switch (type->id) {
            case TypeId::Array:
            case TypeId::Map:
                return make_array(type, place);
            case TypeId::Tuple:
                return make_tuple(type, place);
            case TypeId::String:
                return std::make_unique<StringEncoder>(open(place.prefix));
            default:
                break;
        }
        if (type->width() == 0) fail(*type);
        return std::make_unique<FixedEncoder>(type->width(), open(place.prefix));
    }

    EncoderPtr make_array(const TypePtr& type, const Place& place) {
        MarkedStream* sizes = target_.open(sizes_name(place));
        std::vector<EncoderPtr> elements;
        for (size_t i = 0; i < type->children.size(); ++i) {
            Place inner{place.prefix, place.array_level + 1};
            if (type->id == TypeId::Map) inner.prefix += i == 0 ? "%2Ekeys" : "%2Evalues";
            elements.push_back(make(type->children[i], inner));
        }
        return std::make_unique<ArrayEncoder>(sizes, std::move(elements));
    }

    /// Columns n.a and n.b of a Nested share the sizes stream n.size0; a single column with a dot
    /// in its name has it too.
    [[nodiscard]] std::string sizes_name(const Place& place) const {
        std::string suffix = ".size" + std::to_string(place.array_level);
        size_t dot = column_.name.find('.');
        bool is_nested = dot != std::string::npos && dot > 0 && dot + 1 < column_.name.size() &&
                         place.array_level == 0 && column_.type->id != TypeId::Tuple;
        if (!is_nested) return place.prefix + suffix;
        return format::escape_for_file_name(std::string_view(column_.name).substr(0, dot)) + suffix;
    }

    EncoderPtr make_tuple(const TypePtr& type, const Place& place) {
        if (type->children.empty()) fail(*type);
        std::vector<EncoderPtr> elements;
        for (size_t i = 0; i < type->children.size(); ++i) {
            std::string name =
                type->element_names.empty() ? std::to_string(i + 1) : type->element_names[i];
            Place inner = place;
            inner.prefix += "%2E" + format::escape_for_file_name(name);
            elements.push_back(make(type->children[i], inner));
        }
        return std::make_unique<TupleEncoder>(std::move(elements));
    }

    EncoderPtr make_low_cardinality(const TypePtr& type, const Place& place) {
        const column::Type& keys = *type->children[0];
        if (keys.id != TypeId::String && keys.width() == 0) fail(*type);
        if (target_.is_compact()) return make_compact_dictionary_encoder(type, open(place.prefix));
        MarkedStream& dictionary = open(place.prefix + ".dict");
        return make_wide_dictionary_encoder(type, dictionary, open(place.prefix));
    }

    MarkedStream& open(const std::string& name) {
        MarkedStream* stream = target_.open(name);
        if (stream == nullptr)
            throw Error(ErrorCode::InvalidArgument, "column \"" + column_.name +
                                                        "\": another column has a stream named \"" +
                                                        name + "\" too; rename one of them");
        return *stream;
    }

    [[noreturn]] void fail(const column::Type& type) const {
        throw Error(ErrorCode::Unsupported,
                    "column \"" + column_.name + "\": type " + type.name() + " is not written");
    }

    const column::NameAndType& column_;
    StreamTarget& target_;
};

}  // namespace

EncoderPtr make_encoder(const column::NameAndType& column, StreamTarget& target) {
    return EncoderFactory(column, target).make();
}

}  // namespace ch::part
