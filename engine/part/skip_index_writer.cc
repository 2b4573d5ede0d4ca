#include "engine/part/skip_index_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "engine/exec/sort.h"
#include "engine/exec/stored_order.h"
#include "engine/format/bloom_filter.h"
#include "engine/format/city_hash.h"
#include "engine/format/small_files.h"
#include "engine/format/stream_name.h"
#include "engine/format/write_value.h"

namespace ch::part {

using column::Column;
using column::ColumnPtr;
using column::Type;
using column::TypeId;

namespace {

/// Cuts the granules into entries and writes them; what an entry holds is the derived class's.
class EntryWriter : public SkipIndexWriter {
public:
    EntryWriter(const PartSpec::Index& index, PartKind kind, const char* extension,
                PartFiles& files, const format::FrameCodec& codec,
                const std::shared_ptr<BufferPool>& pool)
        : index_(index),
          kind_(kind),
          files_(files),
          base_("skp_idx_" + format::escape_for_file_name(index.name)),
          encoder_(codec, pool),
          stream_(files.create(base_ + extension), encoder_, pool) {}

    void write(const column::Block& block, const std::vector<GranulePiece>& pieces) final {
        std::vector<ColumnPtr> columns = exec::columns_of(block, index_.columns);
        for (const GranulePiece& piece : pieces) {
            if (piece.begins_granule && granules_++ % index_.granularity == 0) begin_entry();
            add(columns, piece.from, piece.rows);
        }
    }

    void finish() final {
        if (granules_ > 0) write_entry(stream_);
        std::vector<uint64_t> rows(marks_.size(), 1);
        std::string marks = format::marks_with_rows(marks_, rows, 1);
        stream_.finish(files_, false);
        files_.write(base_ + (kind_ == PartKind::Wide ? ".mrk2" : ".mrk3"), as_bytes(marks));
    }

protected:
    virtual void add(const std::vector<ColumnPtr>& columns, size_t from, size_t rows) = 0;
    /// Writes what was added since the last time.
    virtual void write_entry(StreamWriter& to) = 0;

private:
    void begin_entry() {
        if (!marks_.empty()) write_entry(stream_);
        marks_.push_back(stream_.mark());
    }

    const PartSpec::Index& index_;
    PartKind kind_;
    PartFiles& files_;
    std::string base_;
    format::FrameEncoder encoder_;
    StreamWriter stream_;
    std::vector<format::Mark> marks_;
    uint64_t granules_ = 0;
};

class MinMaxWriter final : public EntryWriter {
public:
    using EntryWriter::EntryWriter;

protected:
    void add(const std::vector<ColumnPtr>& columns, size_t from, size_t rows) override {
        for (size_t i = 0; i < columns.size(); ++i) {
            if (ranges_.size() == i) ranges_.emplace_back(columns[i]->type);
            ranges_[i].add(*columns[i], from, rows);
        }
    }

    void write_entry(StreamWriter& to) override {
        std::string entry;
        for (const exec::StoredRange& range : ranges_) {
            format::append_value(entry, *range.type(), range.min());
            format::append_value(entry, *range.type(), range.max());
        }
        to.append(entry.data(), entry.size());
        ranges_.clear();
    }

private:
    std::vector<exec::StoredRange> ranges_;
};

/// The filters that mergetree.md knows bit for bit. A reader that sets out from more hashes than
/// were written would miss rows, so no other rate is written.
struct KnownFilter {
    double false_positives;
    size_t bits_per_value;
    size_t hash_count;
};
constexpr std::array<KnownFilter, 17> kKnownFilters = {{{0.5, 2, 2},
                                                        {0.283, 2, 2},
                                                        {0.25, 3, 2},
                                                        {0.2, 4, 2},
                                                        {0.15, 4, 3},
                                                        {0.1, 5, 3},
                                                        {0.05, 7, 3},
                                                        {0.03, 8, 4},
                                                        {0.025, 8, 4},
                                                        {0.02, 9, 4},
                                                        {0.01, 10, 5},
                                                        {0.005, 12, 5},
                                                        {0.003, 13, 6},
                                                        {0.001, 15, 7},
                                                        {0.0005, 16, 10},
                                                        {0.0001, 19, 13},
                                                        {0.00001, 19, 13}}};

const KnownFilter* known_filter(std::string_view type_text) {
    double wanted = 0.025;
    size_t open = type_text.find('(');
    if (open != std::string_view::npos) {
        std::string_view text = type_text.substr(open + 1);
        while (text.starts_with(' ')) text.remove_prefix(1);
        bool is_empty = text.starts_with(')');
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
        if (!is_empty && error != std::errc()) return nullptr;
    }
    for (const KnownFilter& known : kKnownFilters)
        if (known.false_positives == wanted) return &known;
    return nullptr;
}

bool is_hashed(const Type& type) {
    if (type.id == TypeId::LowCardinality) return is_hashed(*type.children[0]);
    switch (type.id) {
        case TypeId::String:
        case TypeId::Int8:
        case TypeId::Int16:
        case TypeId::Int32:
        case TypeId::Int64:
        case TypeId::UInt8:
        case TypeId::UInt16:
        case TypeId::UInt32:
        case TypeId::UInt64:
        case TypeId::Date:
        case TypeId::Date32:
        case TypeId::DateTime:
        case TypeId::DateTime64:
        case TypeId::Enum8:
        case TypeId::Enum16:
            return true;
        default:
            return false;
    }
}

class BloomFilterWriter final : public EntryWriter {
public:
    template <typename... Arguments>
    explicit BloomFilterWriter(const KnownFilter& filter, Arguments&&... arguments)
        : EntryWriter(std::forward<Arguments>(arguments)...), filter_(filter) {}

protected:
    void add(const std::vector<ColumnPtr>& columns, size_t from, size_t rows) override {
        const Column& column = *columns[0];
        for (size_t row = from; row < from + rows; ++row) hashes_.insert(hash_at(column, row));
    }

    void write_entry(StreamWriter& to) override {
        std::string entry;
        append_varuint(entry, hashes_.size());
        std::vector<uint8_t> bits((hashes_.size() * filter_.bits_per_value + 7) / 8);
        for (uint64_t hash : hashes_) format::bloom_filter_add(bits, hash, filter_.hash_count);
        to.append(entry.data(), entry.size());
        to.append(bits.data(), bits.size());
        hashes_.clear();
    }

private:
    /// NULL counts as the default value.
    static uint64_t hash_at(const Column& column, size_t row) {
        bool null = column.is_null(row);
        const Type& type = *column.type;
        if (type.id == TypeId::LowCardinality) {
            auto code = static_cast<size_t>(column.data.as<int32_t>()[row]);
            return null ? hash_of_default(*type.children[0]) : hash_at(*column.children[0], code);
        }
        if (null) return hash_of_default(type);
        if (type.id == TypeId::String) return format::city_hash_64(as_bytes(column.text(row)));
        uint64_t bits = 0;
        std::memcpy(&bits, column.data.data() + row * type.width(), type.width());
        return format::bloom_filter_hash(bits);
    }
    static uint64_t hash_of_default(const Type& type) {
        return type.id == TypeId::String ? format::city_hash_64({}) : format::bloom_filter_hash(0);
    }

    KnownFilter filter_;
    std::unordered_set<uint64_t> hashes_;
};

std::vector<column::TypePtr> types_of(const PartSpec& spec, const PartSpec::Index& index) {
    if (!index.types.empty()) return index.types;
    std::vector<column::TypePtr> types;
    for (const std::string& name : index.columns) {
        auto found = std::find_if(spec.columns.begin(), spec.columns.end(),
                                  [&](const auto& column) { return column.name == name; });
        types.push_back(found == spec.columns.end() ? nullptr : found->type);
    }
    return types;
}

}  // namespace

std::vector<std::unique_ptr<SkipIndexWriter>> make_skip_index_writers(
    const PartSpec& spec, PartKind kind, PartFiles& files,
    const std::shared_ptr<BufferPool>& pool) {
    std::vector<std::unique_ptr<SkipIndexWriter>> writers;
    for (const PartSpec::Index& index : spec.indices) {
        std::vector<column::TypePtr> types = types_of(spec, index);
        auto all = [&](auto&& fits) {
            return std::all_of(types.begin(), types.end(), [&](const column::TypePtr& type) {
                return type != nullptr && fits(*type);
            });
        };
        std::string_view family = std::string_view(index.type).substr(0, index.type.find('('));
        if (family == "minmax" && all(exec::has_stored_order))
            writers.push_back(
                std::make_unique<MinMaxWriter>(index, kind, ".idx2", files, spec.codec, pool));
        const KnownFilter* filter = family == "bloom_filter" ? known_filter(index.type) : nullptr;
        if (filter != nullptr && index.columns.size() == 1 && all(is_hashed))
            writers.push_back(std::make_unique<BloomFilterWriter>(*filter, index, kind, ".idx",
                                                                  files, spec.codec, pool));
    }
    return writers;
}

}  // namespace ch::part
