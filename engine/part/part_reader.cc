#include "engine/part/part_reader.h"

#include "engine/part/column_reader.h"

namespace ch::part {

struct PartReader::State {
    std::shared_ptr<const Part> part;
    Options options;
    std::vector<std::unique_ptr<ColumnReader>> columns;

    ColumnReader& column(size_t index) {
        CH_ASSERT(index < columns.size());
        if (columns[index] == nullptr)
            columns[index] = part->kind() == PartKind::Wide
                                 ? make_wide_reader(part, index, options)
                                 : make_compact_reader(part, index, options);
        return *columns[index];
    }

    // Errors that name no file are about the column as a whole.
    template <typename F>
    auto named(size_t index, F action) {
        try {
            return action(column(index));
        } catch (const Error& error) {
            throw error.with_path(part->path() + "/" + part->columns()[index].name);
        }
    }
};

PartReader::PartReader(std::shared_ptr<const Part> part, Options options)
    : state_(std::make_unique<State>()) {
    state_->columns.resize(part->columns().size());
    state_->part = std::move(part);
    state_->options = std::move(options);
}

PartReader::~PartReader() = default;

void PartReader::seek(size_t column, size_t granule) {
    CH_ASSERT(granule < state_->part->granules().count());
    state_->named(column, [&](ColumnReader& reader) { reader.seek(granule); });
}

void PartReader::seek(size_t column, size_t granule, size_t end) {
    CH_ASSERT(granule < end && end <= state_->part->granules().count());
    state_->named(column, [&](ColumnReader& reader) {
        reader.seek(granule);
        reader.expect_end(end);
    });
}

column::Column PartReader::read(size_t column, size_t rows) {
    return state_->named(column, [&](ColumnReader& reader) { return reader.read(rows); });
}

void PartReader::skip(size_t column, size_t rows) {
    state_->named(column, [&](ColumnReader& reader) { reader.skip(rows); });
}

}  // namespace ch::part
