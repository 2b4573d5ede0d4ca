#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/column/column.h"
#include "engine/part/stream_writer.h"

namespace ch::part {

/// Turns the rows of one column, or of a piece of one, into the bytes of its streams
/// (mergetree.md 5). For each granule: begin_granule(), then write() of its rows, in one piece in a
/// Compact part and in any number of them in a Wide one. Used by one thread.
class Encoder {
public:
    virtual ~Encoder() = default;
    /// Compact: what stands before a granule's data, for all streams.
    virtual void write_prefix() {}
    /// Wide: notes the marks of a new granule.
    virtual void begin_granule() {}
    virtual void write(const column::Column& column, size_t from, size_t rows) = 0;
    /// Wide: what is written behind the last granule.
    virtual void finish() {}
};
using EncoderPtr = std::unique_ptr<Encoder>;

/// A stream of a Wide part and the marks noted for it; in a Compact part all streams are data.bin.
struct MarkedStream {
    MarkedStream(StreamWriter& to, bool has_marks) : writer(&to), marked(has_marks) {}
    void begin_granule() {
        if (marked) marks.push_back(writer->mark());
    }

    StreamWriter* writer;
    bool marked;
    std::vector<format::Mark> marks;
};

/// Where the streams of a column go.
class StreamTarget {
public:
    virtual ~StreamTarget() = default;
    /// `name`: the stream's, without extension, before hashing. Null: another column writes this
    /// stream (the sizes that the columns of a Nested share). The stream lives as long as the
    /// target.
    virtual MarkedStream* open(const std::string& name) = 0;
    [[nodiscard]] virtual bool is_compact() const = 0;
};

/// The encoder for a column. Throws Error{Unsupported} for types that are not written.
EncoderPtr make_encoder(const column::NameAndType& column, StreamTarget& target);

}  // namespace ch::part
