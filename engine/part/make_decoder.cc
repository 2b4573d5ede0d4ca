#include "engine/format/stream_name.h"
#include "engine/part/decoders.h"
#include "engine/part/low_cardinality.h"

namespace ch::part {

namespace {

using column::TypeId;
using column::TypePtr;
using format::ColumnForm;

const ColumnForm kDense;

// "nullable" of types_serialization_versions: 0 never is sparse, 1 (nullable_serialization_version
// = 'allow_sparse') may be.
constexpr uint64_t kNullableMayBeSparse = 1;

// Where in a column's type a piece of it stands.
struct Place {
    std::string prefix;      // of the stream names
    size_t array_level = 0;  // arrays and maps around it
    bool nested = false;     // inside Nullable, Array or Map
    bool row_wise = true;    // has as many values as the column has rows
};

class DecoderFactory {
public:
    DecoderFactory(const column::NameAndType& column, const format::Serialization& forms,
                   StreamSource& source, const std::shared_ptr<BufferPool>& pool)
        : column_(column), forms_(forms), source_(source), pool_(pool) {}

    DecoderPtr make() {
        Place place;
        place.prefix = format::escape_for_file_name(column_.name);
        return make(column_.type, forms_.form(column_.name), place);
    }

private:
    DecoderPtr make(const TypePtr& type, const ColumnForm& form, const Place& place) {
        if (type->id == TypeId::LowCardinality) return make_low_cardinality(type, place);
        if (form.sparse && can_be_sparse(*type)) return make_sparse(type, place);
        if (type->nullable) return make_nullable(type, place);
        switch (type->id) {
            case TypeId::Array:
            case TypeId::Map:
                return make_array(type, place);
            case TypeId::Tuple:
                return make_tuple(type, form, place);
            case TypeId::String:
                return make_string(type, place);
            case TypeId::Unsupported:
                fail("type " + type->text);
            default:
                break;
        }
        Substream& values = open(place, "", type->width());
        return std::make_unique<FixedDecoder>(type, values, pool_);
    }

    DecoderPtr make_string(const TypePtr& type, const Place& place) {
        bool has_sizes = place.nested ? forms_.nested_string_sizes : forms_.string_sizes;
        if (!has_sizes) return std::make_unique<StringDecoder>(type, open(place, "", 0), pool_);
        Substream& sizes = open(place, ".size", sizeof(uint64_t));
        return std::make_unique<SizedStringDecoder>(type, sizes, open(place, "", 0), pool_);
    }

    DecoderPtr make_nullable(const TypePtr& type, Place place) {
        if (forms_.nullable_version > kNullableMayBeSparse)
            fail("Nullable serialization version " + std::to_string(forms_.nullable_version));
        Substream& nulls = open(place, ".null", 1);
        place.nested = true;
        return std::make_unique<NullableDecoder>(
            type, nulls, make(type->with_nullable(false), kDense, place), pool_);
    }

    /// ClickHouse notes the kind Sparse for any element of a Tuple, and stores the others densely.
    bool can_be_sparse(const column::Type& type) const {
        if (type.nullable && forms_.nullable_version != kNullableMayBeSparse) return false;
        return type.width() > 0 || type.id == TypeId::String;
    }

    DecoderPtr make_sparse(const TypePtr& type, Place place) {
        Substream& runs = open(place, ".sparse.idx", 0);
        place.row_wise = false;
        place.nested |= type->nullable;
        DecoderPtr values = make(type->with_nullable(false), kDense, place);
        return std::make_unique<SparseDecoder>(type, runs, std::move(values), pool_);
    }

    DecoderPtr make_array(const TypePtr& type, const Place& place) {
        if (type->id == TypeId::Map && forms_.map_version != 0)
            fail("Map serialization version " + std::to_string(forms_.map_version));
        std::string suffix = ".size" + std::to_string(place.array_level);
        // Columns n.a and n.b of a Nested share one sizes stream, n.size0. Old versions name it so
        // for any column with a dot, inside a Tuple too: n%2E1.size0.
        std::string shared;
        size_t dot = column_.name.find('.');
        if (dot != std::string::npos && dot > 0 && place.array_level == 0) {
            size_t own_bytes = format::escape_for_file_name(column_.name).size();
            shared = format::escape_for_file_name(std::string_view(column_.name).substr(0, dot)) +
                     place.prefix.substr(own_bytes) + suffix;
        }
        Substream& sizes =
            source_.open(place.prefix + suffix, shared, place.row_wise ? sizeof(uint64_t) : 0);
        Place inner{place.prefix, place.array_level + 1, true, false};
        std::vector<DecoderPtr> elements;
        for (size_t i = 0; i < type->children.size(); ++i) {
            Place at = inner;
            if (type->id == TypeId::Map) at.prefix += i == 0 ? "%2Ekeys" : "%2Evalues";
            elements.push_back(make(type->children[i], kDense, at));
        }
        return std::make_unique<ArrayDecoder>(type, sizes, std::move(elements), pool_);
    }

    DecoderPtr make_tuple(const TypePtr& type, const ColumnForm& form, const Place& place) {
        if (type->children.empty()) fail("an empty Tuple");
        std::vector<DecoderPtr> elements;
        for (size_t i = 0; i < type->children.size(); ++i) {
            std::string name =
                type->element_names.empty() ? std::to_string(i + 1) : type->element_names[i];
            Place at = place;
            at.prefix += "%2E" + format::escape_for_file_name(name);
            const ColumnForm& element = i < form.elements.size() ? form.elements[i] : kDense;
            elements.push_back(make(type->children[i], element, at));
        }
        return std::make_unique<TupleDecoder>(type, std::move(elements));
    }

    DecoderPtr make_low_cardinality(const TypePtr& type, const Place& place) {
        LowCardinalityDecoder::Streams streams{};
        if (source_.is_compact()) streams.prefix = &open(place, ".dict_prefix", 0);
        streams.dictionary = &open(place, ".dict", 0);
        streams.codes = &open(place, "", 0);
        const TypePtr& keys = type->children[0];
        return std::make_unique<LowCardinalityDecoder>(type, streams,
                                                       make_keys(keys, *streams.dictionary),
                                                       make_keys(keys, *streams.codes), pool_);
    }

    DecoderPtr make_keys(const TypePtr& type, Substream& stream) {
        if (type->id == TypeId::String) return std::make_unique<StringDecoder>(type, stream, pool_);
        if (type->width() == 0) fail("LowCardinality of type " + type->name());
        return std::make_unique<FixedDecoder>(type, stream, pool_);
    }

    Substream& open(const Place& place, const char* suffix, size_t row_bytes) {
        return source_.open(place.prefix + suffix, {}, place.row_wise ? row_bytes : 0);
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::Unsupported,
                    "column \"" + column_.name + "\": " + what + " is not read");
    }

    const column::NameAndType& column_;
    const format::Serialization& forms_;
    StreamSource& source_;
    const std::shared_ptr<BufferPool>& pool_;
};

}  // namespace

DecoderPtr make_decoder(const column::NameAndType& column, const format::Serialization& forms,
                        StreamSource& source, const std::shared_ptr<BufferPool>& pool) {
    return DecoderFactory(column, forms, source, pool).make();
}

}  // namespace ch::part
