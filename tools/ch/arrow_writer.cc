#include "connector/arrow_array.h"
#include "connector/arrow_schema.h"
#include "connector/arrow_type.h"
#include "tools/ch/ipc_message.h"
#include "tools/ch/row_writer.h"

namespace ch::tools {

namespace {

/// An ArrowSchema or ArrowArray that is released in the end.
template <typename T>
class Released {
public:
    Released() = default;
    Released(const Released&) = delete;
    Released& operator=(const Released&) = delete;
    ~Released() {
        if (value.release != nullptr) value.release(&value);
    }
    T value{};
};

class ArrowWriter final : public RowWriter {
public:
    ArrowWriter(const std::vector<column::NameAndType>& columns, std::shared_ptr<BufferPool> pool)
        : pool_(std::move(pool)) {
        std::vector<column::NameAndType> fields;
        for (const column::NameAndType& column : columns) {
            try {
                fields.push_back({column.name, connector::arrow_type(column.type, {})});
            } catch (const Error& error) {
                throw Error(error.code(), "column \"" + column.name + "\": " + error.message());
            }
            targets_.push_back(fields.back().type);
        }
        connector::export_schema(fields, {}, &schema_.value);
    }

    // A record batch is one message, whatever its rows: a block is written as it comes.
    [[nodiscard]] size_t rows_at_once() const override { return SIZE_MAX; }

    void begin(std::string& to) override { append_schema_message(to, schema_.value); }

    void append_rows(std::string& to, const column::Block& block, size_t from,
                     size_t until) override {
        CH_ASSERT(from == 0);
        Released<ArrowArray> array;
        connector::export_block(block, targets_, {}, pool_, &array.value);
        const auto rows = static_cast<int64_t>(until);
        IpcBody body;
        for (int64_t i = 0; i < array.value.n_children; ++i)
            body.add(*schema_.value.children[i], *array.value.children[i], rows);
        append_dictionaries(to, body);
        body.append_record_batch_message(to, rows);
    }

    void finish(std::string& to) override { append_end_of_stream(to); }

private:
    /// Each part has dictionaries of its own; only those that changed are written again.
    void append_dictionaries(std::string& to, const IpcBody& body) {
        const auto& dictionaries = body.dictionaries();
        written_.resize(dictionaries.size());
        for (size_t id = 0; id < dictionaries.size(); ++id) {
            IpcBody values;
            const int64_t rows = dictionaries[id].array->length;
            values.add(*dictionaries[id].schema, *dictionaries[id].array, rows);
            std::string message;
            values.append_dictionary_message(message, rows, static_cast<int64_t>(id));
            // Arrow lets a stream replace a dictionary. Whole messages are compared: parts of one
            // column often have equal ones, which lie at other addresses.
            if (message == written_[id]) continue;
            to += message;
            written_[id] = std::move(message);
        }
    }

    const std::shared_ptr<BufferPool> pool_;
    Released<ArrowSchema> schema_;
    std::vector<column::TypePtr> targets_;
    std::vector<std::string> written_;  // of each dictionary the message that holds now
};

}  // namespace

std::unique_ptr<RowWriter> make_arrow_writer(const std::vector<column::NameAndType>& columns,
                                             std::shared_ptr<BufferPool> pool) {
    return std::make_unique<ArrowWriter>(columns, std::move(pool));
}

}  // namespace ch::tools
