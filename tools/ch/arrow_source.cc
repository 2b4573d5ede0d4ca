#include "connector/arrow_import.h"
#include "tools/ch/ipc_reader.h"
#include "tools/ch/row_source.h"

namespace ch::tools {

namespace {

class ArrowSource final : public RowSource {
public:
    ArrowSource(std::istream& from, const RowSourceOptions& options)
        : pool_(options.pool), reader_(from, options.pool) {
        for (const table::TableColumn& column : options.columns)
            wanted_.push_back({column.name, column.type});
    }

    std::optional<column::Block> next() override {
        while (const ArrowArray* batch = reader_.next()) {
            try {
                column::Block block =
                    connector::import_block(reader_.schema(), *batch, wanted_, pool_);
                if (block.rows > 0) return block;
            } catch (const Error& error) {
                throw Error(error.code(), error.message(), {},
                            static_cast<int64_t>(reader_.offset()));
            }
        }
        return std::nullopt;
    }

private:
    const std::shared_ptr<BufferPool> pool_;
    IpcReader reader_;
    std::vector<column::NameAndType> wanted_;
};

}  // namespace

std::unique_ptr<RowSource> make_arrow_source(std::istream& from, const RowSourceOptions& options) {
    return std::make_unique<ArrowSource>(from, options);
}

}  // namespace ch::tools
