#include "tools/ch/read_table.h"

namespace ch::tools {

storage::ReadPoint read_point(const CommandContext& context) {
    storage::ReadPoint point =
        context.version ? storage::ReadPoint::of_number(*context.version) : storage::ReadPoint();
    point.latch = context.latch;
    return point;
}

std::shared_ptr<const table::Table> open_table(const CommandContext& context,
                                               const std::string& path) {
    return storage::open_table(context.files, path, read_point(context), nullptr, context.pool)
        .table;
}

}  // namespace ch::tools
