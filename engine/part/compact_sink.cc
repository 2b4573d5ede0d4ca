#include "engine/format/small_files.h"
#include "engine/part/column_sink.h"

namespace ch::part {

namespace {

class CompactSink final : public ColumnSink {
public:
    CompactSink(const PartSpec& spec, PartFiles& files, const std::shared_ptr<BufferPool>& pool)
        : files_(files),
          encoders_(pool),
          data_(files.create("data.bin"), encoders_.get(spec.codec), pool),
          target_(data_) {
        for (const PartSpec::Column& column : spec.columns) {
            frames_.push_back(&encoders_.get(column.codec.value_or(spec.codec)));
            columns_.push_back(make_encoder({column.name, column.type}, target_));
        }
    }

    /// Each column of a granule has frames of its own.
    void write(const std::vector<column::ColumnPtr>& columns,
               const std::vector<GranulePiece>& pieces) override {
        for (const GranulePiece& piece : pieces) {
            for (size_t i = 0; i < columns.size(); ++i) {
                data_.set_encoder(*frames_[i]);
                marks_.push_back(data_.position());
                columns_[i]->write_prefix();
                columns_[i]->write(*columns[i], piece.from, piece.rows);
                data_.flush();
            }
        }
    }

    void finish(const std::vector<uint64_t>& granule_rows) override {
        std::string marks;
        if (granule_rows.size() > 1) {
            marks_.insert(marks_.end(), columns_.size(), data_.position());
            marks = format::marks_with_rows(marks_, granule_rows, columns_.size());
        }
        data_.finish(files_, true);
        files_.write("data.mrk3", as_bytes(marks));
    }

private:
    struct Target final : public StreamTarget {
        explicit Target(StreamWriter& data) : stream(data, false) {}
        MarkedStream* open(const std::string&) override { return &stream; }
        [[nodiscard]] bool is_compact() const override { return true; }
        MarkedStream stream;
    };

    PartFiles& files_;
    EncoderSet encoders_;
    StreamWriter data_;
    Target target_;
    std::vector<format::FrameEncoder*> frames_;
    std::vector<EncoderPtr> columns_;
    std::vector<format::Mark> marks_;
};

}  // namespace

std::unique_ptr<ColumnSink> make_compact_sink(const PartSpec& spec, PartFiles& files,
                                              const std::shared_ptr<BufferPool>& pool) {
    return std::make_unique<CompactSink>(spec, files, pool);
}

}  // namespace ch::part
