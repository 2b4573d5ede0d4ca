#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/format/serialization_json.h"
#include "engine/part/substream.h"

namespace ch::part {

/// Turns the streams of one column, or of a piece of one, into a Column: begin(), then read() and
/// skip() in any order, then finish(). Rows run on over granules; a decoder that keeps state by
/// granule is told of each border. Used by one thread.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Goes to the first row of a granule.
    virtual void seek(size_t granule) = 0;
    /// Called when the next row is the first of a granule, behind seek() too; reads what stands at
    /// its head.
    virtual void enter_granule(size_t granule) = 0;
    /// Starts a new column; `rows` are expected.
    virtual void begin(size_t rows) = 0;
    /// Appends `rows` rows. Throws Error{Corrupt | Io | MemoryLimit}.
    virtual void read(size_t rows) = 0;
    virtual void skip(size_t rows) = 0;
    /// The rows since begin().
    virtual column::Column finish() = 0;
};
using DecoderPtr = std::unique_ptr<Decoder>;

/// Where a column's streams come from. A name is the stream's, without extension, before hashing.
class StreamSource {
public:
    virtual ~StreamSource() = default;
    /// `other`: a name that the stream may have instead (sizes shared by the columns of a Nested),
    /// or empty. `row_bytes`: what each row of the column takes in it, 0 when that varies. The
    /// stream lives as long as the source. Throws Error{NotFound}.
    virtual Substream& open(const std::string& name, const std::string& other,
                            size_t row_bytes) = 0;
    [[nodiscard]] virtual bool is_compact() const = 0;
};

/// The decoder for a column, its streams taken from `source`. Throws Error{Unsupported} for types
/// and forms that are not read.
DecoderPtr make_decoder(const column::NameAndType& column, const format::Serialization& forms,
                        StreamSource& source, const std::shared_ptr<BufferPool>& pool);

}  // namespace ch::part
