// Goal: no bytes make a column decoder do anything but give a consistent column or throw Error. The
// first bytes pick type, form and batch sizes; the rest is the bytes of a granule, placed as in a
// Compact part.
#include <deque>

#include "base/buffer.h"
#include "engine/format/type_text.h"
#include "engine/part/decoder.h"

namespace ch::part {
namespace {

const char* const kTypes[] = {
    "UInt64",
    "String",
    "Nullable(Int32)",
    "Nullable(String)",
    "Array(String)",
    "Array(Array(Nullable(UInt16)))",
    "Map(String, UInt8)",
    "Tuple(UInt32, String)",
    "LowCardinality(String)",
    "LowCardinality(Nullable(String))",
    "LowCardinality(UInt16)",
    "Array(LowCardinality(Nullable(String)))",
    "Map(LowCardinality(String), Array(Tuple(Int8, LowCardinality(Nullable(String)))))",
    "FixedString(5)",
};

class FuzzStreams final : public StreamSource {
public:
    Substream& open(const std::string&, const std::string&, size_t) override {
        return streams_.emplace_back("granule");
    }
    [[nodiscard]] bool is_compact() const override { return true; }

    void place(Bytes granule, Decoder& decoder, size_t rows) {
        locator_.reset(granule);
        for (Substream& stream : streams_) stream.set_locator(&locator_);
        decoder.seek(0);
        decoder.enter_granule(0);
        decoder.skip(rows);
        for (Substream& stream : streams_) {
            stream.set_locator(nullptr);
            stream.rewind(granule);
        }
    }

private:
    MemoryStream locator_{"granule"};
    std::deque<Substream> streams_;
};

void check(const column::Column& column) {
    if (column.has_nulls() && column.nulls.size() != column.rows) __builtin_trap();
    using column::TypeId;
    TypeId id = column.type->id;
    if (id == TypeId::LowCardinality) {
        const int32_t* codes = column.data.as<int32_t>();
        for (size_t i = 0; i < column.rows; ++i)
            if (codes[i] < 0 || static_cast<size_t>(codes[i]) >= column.children[0]->rows)
                __builtin_trap();
    } else if (id == TypeId::String || id == TypeId::Array || id == TypeId::Map) {
        const int32_t* ends = column.offsets.as<int32_t>();
        for (size_t i = 0; i < column.rows; ++i)
            if (ends[i] > ends[i + 1]) __builtin_trap();
        size_t inner = id == TypeId::String ? column.data.size() : column.children[0]->rows;
        if (ends[0] != 0 || static_cast<size_t>(ends[column.rows]) != inner) __builtin_trap();
    } else if (column.data.size() != column.rows * column.type->width()) {
        __builtin_trap();
    }
    for (const column::ColumnPtr& child : column.children) check(*child);
}

void decode(const uint8_t* data, size_t size) {
    column::NameAndType column{"c", format::parse_type(kTypes[data[0] % std::size(kTypes)])};
    format::Serialization forms;
    forms.string_sizes = (data[1] & 1) != 0;
    forms.nested_string_sizes = (data[1] & 3) == 3;
    bool may_be_sparse = column.type->width() > 0 || column.type->id == column::TypeId::String;
    forms.columns["c"].sparse = (data[1] & 4) != 0 && may_be_sparse && !column.type->nullable;
    auto pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(64U << 20));
    Buffer granule = pool->make(size - 4);
    if (size > 4) std::memcpy(granule.data(), data + 4, size - 4);
    FuzzStreams streams;
    DecoderPtr decoder = make_decoder(column, forms, streams, pool);
    size_t rows = data[2];
    streams.place({granule.data(), granule.size()}, *decoder, rows);
    decoder->seek(0);
    decoder->enter_granule(0);
    for (size_t left = rows, batch = data[3] % 16U + 1U; left > 0; left -= batch) {
        batch = std::min(batch, left);
        decoder->begin(batch);
        decoder->read(batch);
        column::Column read = decoder->finish();
        if (read.rows != batch) __builtin_trap();
        check(read);
    }
}

}  // namespace
}  // namespace ch::part

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 4) return 0;
    try {
        ch::part::decode(data, size);
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) __builtin_trap();
    }
    return 0;
}
