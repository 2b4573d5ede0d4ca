#include <algorithm>

#include "engine/part/column_reader.h"

namespace ch::part {

namespace {

class WideStreams final : public StreamSource {
public:
    WideStreams(const Part& part, const PartReader::Options& options)
        : part_(part), options_(options) {}

    Substream& open(const std::string& name, const std::string& other, size_t row_bytes) override {
        const PartFolder& folder = part_.folder();
        std::optional<std::string> base = folder.stream_base(name, ".bin");
        if (!base && !other.empty()) base = folder.stream_base(other, ".bin");
        if (!base)
            throw Error(ErrorCode::Corrupt, "the part has no file for this stream",
                        folder.path_of(name + ".bin"));
        std::string file = *base + ".bin";
        const format::FileChecksum* listed = folder.checksums().find(file);
        std::optional<uint64_t> uncompressed_bytes;
        if (listed != nullptr && listed->compressed) uncompressed_bytes = listed->uncompressed_size;
        if (uncompressed_bytes && row_bytes > 0 && *uncompressed_bytes / row_bytes != part_.rows())
            throw Error(ErrorCode::Corrupt,
                        "checksums.txt says that it holds " + std::to_string(*uncompressed_bytes) +
                            " bytes; " + std::to_string(part_.rows()) + " rows of " +
                            std::to_string(row_bytes) +
                            " bytes were expected by columns.txt and count.txt",
                        folder.path_of(file));
        auto frames =
            std::make_unique<FrameStream>(folder.open(file), uncompressed_bytes, options_);
        return streams_.emplace_back(std::move(frames), part_.stream_marks(*base));
    }
    [[nodiscard]] bool is_compact() const override { return false; }

    void expect_end(size_t granule) {
        for (Substream& stream : streams_) stream.expect_end(granule);
    }

private:
    const Part& part_;
    const PartReader::Options& options_;
    std::deque<Substream> streams_;
};

class WideReader final : public ColumnReader {
public:
    WideReader(std::shared_ptr<const Part> part, size_t column, const PartReader::Options& options)
        : part_(std::move(part)),
          position_(part_->granules()),
          streams_(*part_, options),
          decoder_(make_decoder(part_->columns()[column], part_->serialization(), streams_,
                                options.pool)) {}

    void seek(size_t granule) override {
        if (placed_ && position_.at_granule_begin() && position_.granule() == granule) return;
        position_.seek(granule);
        decoder_->seek(granule);
        placed_ = true;
    }
    void expect_end(size_t granule) override { streams_.expect_end(granule); }

    column::Column read(size_t rows) override {
        place(rows);
        decoder_->begin(rows);
        walk(rows, [&](size_t piece) { decoder_->read(piece); });
        return decoder_->finish();
    }
    void skip(size_t rows) override {
        place(rows);
        // Whole granules are passed over by their marks.
        if (rows >= position_.rows_left_in_granule()) {
            const format::Granules& granules = part_->granules();
            uint64_t target = position_.row() + rows;
            auto above =
                std::upper_bound(granules.first_row.begin(), granules.first_row.end() - 1, target);
            auto granule = static_cast<size_t>(above - granules.first_row.begin()) - 1;
            if (granule > position_.granule()) {
                seek(granule);
                rows = static_cast<size_t>(target - granules.first_row[granule]);
            }
        }
        walk(rows, [&](size_t piece) { decoder_->skip(piece); });
    }

private:
    void place(size_t rows) {
        if (!placed_) seek(0);
        CH_ASSERT(rows <= position_.rows_left());
    }

    template <typename F>
    void walk(size_t rows, F action) {
        while (rows > 0) {
            if (position_.at_granule_begin()) decoder_->enter_granule(position_.granule());
            auto piece =
                static_cast<size_t>(std::min<uint64_t>(rows, position_.rows_left_in_granule()));
            action(piece);
            position_.advance(piece);
            rows -= piece;
        }
    }

    std::shared_ptr<const Part> part_;
    RowPosition position_;
    WideStreams streams_;
    DecoderPtr decoder_;
    bool placed_ = false;
};

}  // namespace

std::unique_ptr<ColumnReader> make_wide_reader(std::shared_ptr<const Part> part, size_t column,
                                               const PartReader::Options& options) {
    return std::make_unique<WideReader>(std::move(part), column, options);
}

}  // namespace ch::part
