#include "engine/table/replacing.h"

#include "engine/table/sql_token.h"

namespace ch::table {

namespace {

bool is_name(const SqlToken& token) {
    return token.kind == SqlToken::Kind::Word || token.kind == SqlToken::Kind::QuotedName;
}

}  // namespace

std::optional<ReplacingColumns> replacing_columns(std::string_view engine) {
    const std::vector<SqlToken> tokens = tokenize_sql(engine);
    // ReplacingMergeTree ( version , is_deleted ) End
    constexpr size_t kTokensCount = 7;
    if (tokens.size() != kTokensCount || !tokens[0].is_word("REPLACINGMERGETREE") ||
        !tokens[1].is_symbol("(") || !is_name(tokens[2]) || !tokens[3].is_symbol(",") ||
        !is_name(tokens[4]))
        return std::nullopt;
    return ReplacingColumns{unquote(tokens[2]), unquote(tokens[4])};
}

std::string plain_column(std::string_view sql) {
    const std::vector<SqlToken> tokens = tokenize_sql(sql);
    return tokens.size() == 2 && is_name(tokens[0]) ? unquote(tokens[0]) : std::string();
}

}  // namespace ch::table
