#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ch/ch.h"

namespace ch::tools {

// stream  = schema-message *( *dictionary-message record-batch-message ) end
// message = FF FF FF FF | i32 bytes of metadata and padding | metadata | padding to 8 | body
// end     = FF FF FF FF | i32 0
// The metadata is a Message of third_party/arrow-format/Message.fbs.

/// Appends a message of this metadata and body. Requires: the body's length is a multiple of 8.
void append_message(std::string& to, Bytes metadata, std::string_view body);
/// Appends what stands behind the last message.
void append_end_of_stream(std::string& to);

/// Bytes of a value of a type without offsets and children, of the C data interface's format, e.g.
/// d:15,2,64 (digits, scale, bits; 128 if left out), w:16, tdD, tsu:UTC; "b" has a bit.
int64_t value_width(std::string_view format);

/// Appends the message of a schema: `schema` is a struct whose children are the columns. Its
/// dictionaries are numbered in the order in which a walk down the columns meets them, from 0.
/// Throws Error{Unsupported} naming the column for a format that this writer does not know.
void append_schema_message(std::string& to, const ArrowSchema& schema);

/// The arrays of a batch taken apart: one node an array, buffers in the order of Arrow's columnar
/// format, padded, and the dictionaries that were met.
class IpcBody {
public:
    /// The first `rows` rows of an array. Requires: arrays without an offset, as export_block()
    /// makes them.
    void add(const ArrowSchema& schema, const ArrowArray& array, int64_t rows);

    struct Dictionary {
        const ArrowSchema* schema;
        const ArrowArray* array;
    };
    /// In the order of append_schema_message().
    [[nodiscard]] const std::vector<Dictionary>& dictionaries() const { return dictionaries_; }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

    void append_record_batch_message(std::string& to, int64_t rows) const;
    void append_dictionary_message(std::string& to, int64_t rows, int64_t id) const;

private:
    struct Node {
        int64_t rows;
        int64_t nulls;
    };
    struct Extent {
        int64_t offset;
        int64_t bytes;
    };

    void add_buffer(const void* data, int64_t bytes);
    void add_validity(const ArrowArray& array, int64_t rows);

    std::vector<Node> nodes_;
    std::vector<Extent> extents_;
    std::vector<Dictionary> dictionaries_;
    std::string bytes_;
};

}  // namespace ch::tools
