#include "engine/format/skip_index.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/format/bloom_filter.h"
#include "engine/format/city_hash.h"
#include "engine/format/file_limits.h"
#include "engine/format/single_value.h"

// minmax:       per entry and column: min, max as single values
// set:          per entry: u64 rows (0 = not known), then per column [rows null bytes] rows values,
// or
//               of a LowCardinality u64 1, u64 code bytes (0 u8, 1 u16, 2 u32, 3 u64) | flags,
//               u64 count, keys, u64 rows, codes; its key 0 is NULL if it can be
// bloom_filter: per entry: varuint values, then per column ceil(values * bits / 8) bytes

namespace ch::format {

namespace {

using column::Int128;
using column::Scalar;
using column::Type;
using column::TypeId;

constexpr double kFalsePositivesDefault = 0.025;

std::string_view family_of(std::string_view type_text) {
    return type_text.substr(0, type_text.find_first_of("( "));
}

// An unreadable parameter gives the default; a wrong number of bits then shows in the size.
double parameter_of(std::string_view type_text) {
    size_t open = type_text.find('(');
    if (open == std::string_view::npos) return kFalsePositivesDefault;
    std::string_view text = type_text.substr(open + 1);
    while (text.starts_with(' ')) text.remove_prefix(1);
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value > 0 && value < 1 ? value : kFalsePositivesDefault;
}

// Types of which one value stands in an index as its stored bytes, and nothing else.
bool is_plain(const Type& type) {
    return type.id == TypeId::String || type.width() > 0;
}

Scalar read_plain(ByteReader& reader, const Type& type) {
    if (type.id == TypeId::String) return std::string(reader.read_string());
    return scalar_of_bytes(reader.take(type.width()), type);
}

const Type& plain_type(const Type& type) {
    return type.id == TypeId::LowCardinality ? *type.children[0] : type;
}

constexpr uint64_t kDictionaryVersion = 1;
constexpr uint64_t kCodeBytes = 0xff;
// Flags: keys of its own, as an index always has them, and a new dictionary, which says no more.
constexpr uint64_t kOwnKeys = 0x200;
constexpr uint64_t kNextDictionary = 0x400;

/// The distinct values of a LowCardinality in one entry.
std::vector<Scalar> read_dictionary_set(ByteReader& reader, const Type& type, uint64_t rows) {
    const bool has_null = type.nullable || plain_type(type).nullable;
    auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::Corrupt, "a set's dictionary " + what, {},
                    static_cast<int64_t>(reader.offset()));
    };
    auto version = reader.read<uint64_t>();
    auto form = reader.read<uint64_t>();
    const uint64_t code_shift = form & kCodeBytes;
    if (version != kDictionaryVersion || code_shift > 3 ||
        (form & ~kCodeBytes & ~kNextDictionary) != kOwnKeys)
        fail("has version " + std::to_string(version) + " and form " + std::to_string(form));
    auto count = reader.read<uint64_t>();
    // Every key has a byte at least, and no value stands in a set twice.
    if (count > reader.remaining() || rows > count)
        fail("has " + std::to_string(count) + " keys for " + std::to_string(rows) + " values");
    std::vector<Scalar> keys;
    for (uint64_t key = 0; key < count; ++key) keys.push_back(read_plain(reader, plain_type(type)));
    if (reader.read<uint64_t>() != rows) fail("has another number of codes than of values");
    std::vector<bool> is_taken(count);
    std::vector<Scalar> values;
    for (uint64_t row = 0; row < rows; ++row) {
        Bytes bytes = reader.take(size_t{1} << code_shift);
        uint64_t code = 0;
        std::memcpy(&code, bytes.data(), bytes.size());
        if (code >= count || is_taken[code]) fail("has the code " + std::to_string(code));
        is_taken[code] = true;
        values.push_back(has_null && code == 0 ? Scalar() : std::move(keys[code]));
    }
    return values;
}

bool is_float(TypeId id) {
    return id == TypeId::Float32 || id == TypeId::Float64 || id == TypeId::BFloat16;
}

}  // namespace

std::optional<SkipIndex::Kind> SkipIndex::kind_of(std::string_view type_text) {
    std::string_view family = family_of(type_text);
    if (family == "minmax") return Kind::MinMax;
    if (family == "set") return Kind::Set;
    if (family == "bloom_filter") return Kind::BloomFilter;
    return std::nullopt;
}

std::optional<SkipIndex> SkipIndex::parse(Bytes plain, std::string_view type_text,
                                          const std::vector<column::TypePtr>& types, size_t count) {
    std::optional<Kind> kind = kind_of(type_text);
    if (!kind || types.empty() || types.size() > kKeyColumnsMax) return std::nullopt;
    for (const column::TypePtr& type : types) {
        if (!is_plain(plain_type(*type))) return std::nullopt;
    }
    SkipIndex index;
    index.kind_ = *kind;
    index.count_ = count;
    index.types_ = types;
    ByteReader reader(plain);
    // Every entry of every kind has a byte at least.
    if (count > plain.size())
        throw Error(ErrorCode::Corrupt, std::to_string(plain.size()) + " bytes are too few for " +
                                            std::to_string(count) + " entries");
    if (*kind == Kind::MinMax) index.read_ranges(reader);
    if (*kind == Kind::Set) index.read_sets(reader);
    if (*kind == Kind::BloomFilter) index.read_filters(reader, parameter_of(type_text));
    if (!reader.at_end())
        throw Error(ErrorCode::Corrupt,
                    std::to_string(reader.remaining()) + " bytes are left behind the last of " +
                        std::to_string(count) + " entries",
                    {}, static_cast<int64_t>(reader.offset()));
    return index;
}

void SkipIndex::read_ranges(ByteReader& reader) {
    for (size_t entry = 0; entry < count_; ++entry) {
        for (const column::TypePtr& type : types_) {
            Range range;
            range.min = read_single_value(reader, *type);
            range.max = read_single_value(reader, *type);
            ranges_.push_back(std::move(range));
        }
    }
}

void SkipIndex::read_sets(ByteReader& reader) {
    for (size_t entry = 0; entry < count_; ++entry) {
        auto rows = reader.read<uint64_t>();
        // Every value has a byte at least. 0 rows: more distinct values than the set may hold, so
        // nothing is known.
        if (rows > reader.remaining())
            throw Error(ErrorCode::Corrupt, "a set of " + std::to_string(rows) + " values", {},
                        static_cast<int64_t>(reader.offset()));
        for (const column::TypePtr& type : types_) {
            Values set;
            set.known = rows > 0;
            if (type->id == TypeId::LowCardinality) {
                if (rows > 0) set.values = read_dictionary_set(reader, *type, rows);
                std::sort(set.values.begin(), set.values.end());
                sets_.push_back(std::move(set));
                continue;
            }
            Bytes nulls;
            if (type->nullable) nulls = reader.take(rows);
            for (uint64_t row = 0; row < rows; ++row) {
                Scalar value = read_plain(reader, *type);
                bool null = type->nullable && nulls[row] != 0;
                set.values.push_back(null ? Scalar() : std::move(value));
            }
            std::sort(set.values.begin(), set.values.end());
            sets_.push_back(std::move(set));
        }
    }
}

void SkipIndex::read_filters(ByteReader& reader, double false_positives) {
    BloomFilterShape shape = bloom_filter_shape(false_positives);
    hash_count_ = shape.hash_count;
    for (size_t entry = 0; entry < count_; ++entry) {
        uint64_t values = reader.read_varuint();
        if (values > reader.remaining() * 8)
            throw Error(ErrorCode::Corrupt, "a filter of " + std::to_string(values) + " values", {},
                        static_cast<int64_t>(reader.offset()));
        // No overflow: values is at most 8 times the bytes left, bits_per_value at most 19.
        uint64_t bytes = (values * shape.bits_per_value + 7) / 8;
        for (size_t column = 0; column < types_.size(); ++column)
            filters_.emplace_back(as_text(reader.take(bytes)));
    }
}

std::optional<SkipIndex::Range> SkipIndex::range(size_t entry, size_t column) const {
    if (kind_ != Kind::MinMax) return std::nullopt;
    return ranges_[entry * types_.size() + column];
}

bool SkipIndex::may_contain(size_t entry, size_t column, const Scalar& value) const {
    size_t at = entry * types_.size() + column;
    const Type& type = *types_[column];
    // 0.0 equals -0.0, and NaN equals nothing or itself by who asks: both are left to the rows.
    if (is_float(plain_type(type).id)) return true;
    if (kind_ == Kind::Set)
        return !sets_[at].known ||
               std::binary_search(sets_[at].values.begin(), sets_[at].values.end(), value);
    if (kind_ == Kind::BloomFilter) return filter_may_contain(as_bytes(filters_[at]), type, value);
    return true;
}

bool SkipIndex::filter_may_contain(Bytes filter, const Type& type, const Scalar& value) const {
    const Type& plain = plain_type(type);
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (plain.id != TypeId::String) return true;
        return bloom_filter_may_contain(filter, city_hash_64(as_bytes(*text)), hash_count_);
    }
    const auto* number = std::get_if<Int128>(&value);
    size_t width = plain.width();
    // NULL counts as the default value in the filter, so it cannot be told from it.
    if (number == nullptr || width == 0 || width > 8) return true;
    auto bits = static_cast<uint64_t>(*number);
    // ClickHouse hashes the type's own bits: Int32 -1 is 0xffffffff, not sixteen fs.
    if (width < 8) bits &= (uint64_t{1} << (width * 8)) - 1;
    return bloom_filter_may_contain(filter, bloom_filter_hash(bits), hash_count_);
}

std::vector<PackedFile> parse_packed_directory(Bytes content) {
    ByteReader reader(content);
    auto version = reader.read<uint8_t>();
    if (version != 1)
        throw Error(ErrorCode::Unsupported, "packed indices of version " + std::to_string(version) +
                                                " are not read, only 1");
    auto count = reader.read<uint64_t>();
    // 1 byte of name length and three u64.
    if (count > reader.remaining() / 25)
        throw Error(ErrorCode::Corrupt, std::to_string(count) + " packed files announced");
    std::vector<PackedFile> files;
    for (uint64_t i = 0; i < count; ++i) {
        PackedFile file;
        file.name = reader.read_string();
        file.offset = reader.read<uint64_t>();
        file.size = reader.read<uint64_t>();
        // The uncompressed size, which nothing needs here.
        reader.take(sizeof(uint64_t));
        if (file.offset > content.size() || file.size > content.size() - file.offset)
            throw Error(ErrorCode::Corrupt,
                        "packed file \"" + file.name + "\" stands outside the file");
        files.push_back(std::move(file));
    }
    return files;
}

}  // namespace ch::format
