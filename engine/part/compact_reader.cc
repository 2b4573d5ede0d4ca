#include <algorithm>

#include "engine/part/column_reader.h"

namespace ch::part {

namespace {

class CompactStreams final : public StreamSource {
public:
    explicit CompactStreams(std::string path) : path_(std::move(path)), locator_(path_) {}

    Substream& open(const std::string&, const std::string&, size_t) override {
        return streams_.emplace_back(path_);
    }
    [[nodiscard]] bool is_compact() const override { return true; }

    /// Finds where the streams begin in a granule's bytes; `walk` passes over all its rows.
    template <typename F>
    void place(Bytes granule, F walk) {
        locator_.reset(granule);
        for (Substream& stream : streams_) stream.set_locator(&locator_);
        if (streams_.size() > 1) {
            walk();
        } else {
            (void)streams_.front().bytes();
        }
        for (Substream& stream : streams_) {
            stream.set_locator(nullptr);
            stream.rewind(granule);
        }
    }

private:
    std::string path_;
    MemoryStream locator_;
    std::deque<Substream> streams_;
};

class CompactReader final : public ColumnReader {
public:
    CompactReader(std::shared_ptr<const Part> part, size_t column,
                  const PartReader::Options& options)
        : part_(std::move(part)),
          column_(column),
          pool_(options.pool),
          position_(part_->granules()),
          frames_(part_->folder().open("data.bin"), std::nullopt, options),
          streams_(part_->folder().path_of("data.bin")),
          decoder_(
              make_decoder(part_->columns()[column], part_->serialization(), streams_, pool_)) {}

    void seek(size_t granule) override {
        if (position_.at_granule_begin() && position_.granule() == granule) return;
        position_.seek(granule);
        loaded_ = kNone;
    }
    void expect_end(size_t) override {}

    column::Column read(size_t rows) override {
        CH_ASSERT(rows <= position_.rows_left());
        decoder_->begin(rows);
        walk(rows, [&](size_t piece) { decoder_->read(piece); });
        return decoder_->finish();
    }
    void skip(size_t rows) override {
        CH_ASSERT(rows <= position_.rows_left());
        while (rows > 0 && rows >= position_.rows_left_in_granule()) {
            rows -= position_.rows_left_in_granule();
            position_.advance(position_.rows_left_in_granule());
        }
        walk(rows, [&](size_t piece) { decoder_->skip(piece); });
    }

private:
    static constexpr size_t kNone = SIZE_MAX;

    template <typename F>
    void walk(size_t rows, F action) {
        while (rows > 0) {
            if (loaded_ != position_.granule()) load();
            auto piece =
                static_cast<size_t>(std::min<uint64_t>(rows, position_.rows_left_in_granule()));
            action(piece);
            position_.advance(piece);
            rows -= piece;
        }
    }

    void load() {
        size_t granule = position_.granule();
        auto [begin, end] = part_->column_extent(column_, granule);
        granule_ = pool_->make(0);
        frames_.seek(begin);
        frames_.expect_end(end.frame_offset);
        frames_.append_until(end, granule_);
        Bytes bytes(granule_.data(), granule_.size());
        streams_.place(bytes, [&] {
            decoder_->seek(granule);
            decoder_->enter_granule(granule);
            decoder_->skip(part_->granules().rows(granule));
        });
        decoder_->seek(granule);
        decoder_->enter_granule(granule);
        loaded_ = granule;
    }

    std::shared_ptr<const Part> part_;
    size_t column_;
    std::shared_ptr<BufferPool> pool_;
    RowPosition position_;
    FrameStream frames_;
    Buffer granule_;
    size_t loaded_ = kNone;  // the granule that granule_ holds, its rows up to position_ passed
    CompactStreams streams_;
    DecoderPtr decoder_;
};

}  // namespace

std::unique_ptr<ColumnReader> make_compact_reader(std::shared_ptr<const Part> part, size_t column,
                                                  const PartReader::Options& options) {
    return std::make_unique<CompactReader>(std::move(part), column, options);
}

}  // namespace ch::part
