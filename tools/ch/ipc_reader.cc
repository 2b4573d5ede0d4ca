#include "tools/ch/ipc_reader.h"

#include <Message_generated.h>

#include "base/error.h"

namespace ch::tools {

namespace fb = org::apache::arrow::flatbuf;

IpcReader::IpcReader(std::istream& from, std::shared_ptr<BufferPool> pool)
    : pool_(std::move(pool)), stream_(from, pool_) {
    const std::optional<IpcMessage> first = stream_.next();
    if (!first) throw Error(ErrorCode::Corrupt, "the input has no schema, only its end", {}, 0);
    schema_ = read_ipc_schema(*first);
}

const ArrowArray* IpcReader::next() {
    batch_.reset();
    while (std::optional<IpcMessage> message = stream_.next()) {
        offset_ = message->offset;
        try {
            switch (fb::GetMessage(message->metadata.data())->header_type()) {
                case fb::MessageHeader_RecordBatch:
                    batch_ = read_ipc_batch(std::move(*message), *schema_, dictionaries_, pool_);
                    return &batch_->array;
                case fb::MessageHeader_DictionaryBatch:
                    read_ipc_dictionary(std::move(*message), *schema_, dictionaries_, pool_);
                    break;
                default:
                    throw Error(ErrorCode::Corrupt,
                                "neither a record batch nor a dictionary, which alone may follow "
                                "the schema");
            }
        } catch (const Error& error) {
            throw Error(error.code(), error.message(), {}, static_cast<int64_t>(offset_));
        }
    }
    return nullptr;
}

}  // namespace ch::tools
