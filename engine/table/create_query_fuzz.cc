#include "base/bytes.h"
#include "base/error.h"
#include "engine/table/constant.h"
#include "engine/table/create_query.h"

namespace ch::table {

// Any text is a table definition or an Error; each of its defaults is a constant of its column's
// type or an Error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::vector<TableColumn> columns;
    try {
        columns = parse_create_query(as_text({data, size})).schema.columns;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Bug) __builtin_trap();
    }
    for (const TableColumn& column : columns) {
        try {
            std::vector<SqlToken> tokens = tokenize_sql(column.default_expression);
            Constant constant = parse_constant(std::span(tokens).first(tokens.size() - 1));
            cast_constant(constant, *column.type);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Bug) __builtin_trap();
        }
    }
    return 0;
}

}  // namespace ch::table
