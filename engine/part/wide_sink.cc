#include <set>

#include "engine/format/small_files.h"
#include "engine/format/stream_name.h"
#include "engine/part/column_sink.h"

namespace ch::part {

namespace {

/// ClickHouse's max_file_name_length; longer names of streams are hashed.
constexpr size_t kStreamNameBytesMax = 127;

std::string file_base(const std::string& stream) {
    return stream.size() > kStreamNameBytesMax ? format::hashed_stream_name(stream) : stream;
}

class WideSink final : public ColumnSink {
public:
    WideSink(const PartSpec& spec, PartFiles& files, const std::shared_ptr<BufferPool>& pool)
        : files_(files), pool_(pool), encoders_(pool) {
        std::set<std::string> names;
        for (const PartSpec::Column& column : spec.columns)
            columns_.push_back(std::make_unique<Target>(
                *this, names, encoders_.get(column.codec.value_or(spec.codec))));
        for (size_t i = 0; i < columns_.size(); ++i)
            columns_[i]->encoder =
                make_encoder({spec.columns[i].name, spec.columns[i].type}, *columns_[i]);
    }

    void write(const std::vector<column::ColumnPtr>& columns,
               const std::vector<GranulePiece>& pieces) override {
        for (size_t i = 0; i < columns.size(); ++i) {
            Encoder& encoder = *columns_[i]->encoder;
            for (const GranulePiece& piece : pieces) {
                if (piece.begins_granule) encoder.begin_granule();
                encoder.write(*columns[i], piece.from, piece.rows);
            }
        }
    }

    void finish(const std::vector<uint64_t>& granule_rows) override {
        bool is_empty = granule_rows.size() < 2;
        for (const std::unique_ptr<Target>& column : columns_) {
            if (!is_empty) column->encoder->finish();
            for (const std::unique_ptr<Stream>& stream : column->streams) {
                std::string marks;
                if (!is_empty) {
                    stream->marked.marks.push_back(stream->writer.position());
                    marks = format::marks_with_rows(stream->marked.marks, granule_rows, 1);
                }
                stream->writer.finish(files_, false);
                files_.write(stream->base + ".mrk2", as_bytes(marks));
            }
        }
    }

private:
    struct Stream {
        Stream(HashedFile file, format::FrameEncoder& encoder,
               const std::shared_ptr<BufferPool>& pool, std::string file_base)
            : writer(std::move(file), encoder, pool),
              marked(writer, true),
              base(std::move(file_base)) {}
        StreamWriter writer;
        MarkedStream marked;
        std::string base;
    };

    /// One column's streams.
    struct Target final : public StreamTarget {
        Target(WideSink& to, std::set<std::string>& names, format::FrameEncoder& frame_encoder)
            : sink(to), stream_names(names), frames(frame_encoder) {}
        MarkedStream* open(const std::string& name) override {
            if (!stream_names.insert(name).second) return nullptr;
            std::string base = file_base(name);
            streams.push_back(std::make_unique<Stream>(sink.files_.create(base + ".bin"), frames,
                                                       sink.pool_, base));
            return &streams.back()->marked;
        }
        [[nodiscard]] bool is_compact() const override { return false; }

        WideSink& sink;
        std::set<std::string>& stream_names;
        format::FrameEncoder& frames;
        std::vector<std::unique_ptr<Stream>> streams;
        EncoderPtr encoder;
    };

    PartFiles& files_;
    std::shared_ptr<BufferPool> pool_;
    EncoderSet encoders_;
    std::vector<std::unique_ptr<Target>> columns_;
};

}  // namespace

format::FrameEncoder& EncoderSet::get(format::FrameCodec codec) {
    for (const auto& encoder : encoders_)
        if (encoder->codec() == codec) return *encoder;
    encoders_.push_back(std::make_unique<format::FrameEncoder>(codec, pool_));
    return *encoders_.back();
}

std::unique_ptr<ColumnSink> make_wide_sink(const PartSpec& spec, PartFiles& files,
                                           const std::shared_ptr<BufferPool>& pool) {
    return std::make_unique<WideSink>(spec, files, pool);
}

}  // namespace ch::part
