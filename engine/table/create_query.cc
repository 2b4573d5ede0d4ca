#include "engine/table/create_query.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/error.h"
#include "engine/format/type_text.h"
#include "engine/table/limits.h"
#include "engine/table/sql_token.h"

namespace ch::table {

namespace {

using Tokens = std::span<const SqlToken>;

/// A list of words, of a constant or written at the call; does not outlive it.
class Words : public std::span<const std::string_view> {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a list at the call reads as the words that it is
    Words(std::initializer_list<std::string_view> words) : span(words.begin(), words.size()) {}
    template <size_t kCount>  // NOLINTNEXTLINE(google-explicit-constructor)
    Words(const std::array<std::string_view, kCount>& words) : span(words) {}
};

bool is_one_of(const SqlToken& token, Words words) {
    for (std::string_view word : words)
        if (token.is_word(word)) return true;
    return false;
}

bool is_name(const SqlToken& token) {
    return token.kind == SqlToken::Kind::Word || token.kind == SqlToken::Kind::QuotedName;
}

/// Walks over tokens, which end with an End token.
class Cursor {
public:
    explicit Cursor(Tokens tokens, SqlToken end) : tokens_(tokens), end_(end) {}

    const SqlToken& peek(size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end_;
    }
    const SqlToken& next() {
        const SqlToken& token = peek();
        if (at_ < tokens_.size()) ++at_;
        return token;
    }
    bool at_end() const { return peek().kind == SqlToken::Kind::End; }

    bool accept_word(std::string_view word) {
        if (!peek().is_word(word)) return false;
        ++at_;
        return true;
    }
    bool accept_symbol(std::string_view symbol) {
        if (!peek().is_symbol(symbol)) return false;
        ++at_;
        return true;
    }
    void expect_word(std::string_view word) {
        if (!accept_word(word)) fail("expected " + std::string(word));
    }
    void expect_symbol(std::string_view symbol) {
        if (!accept_symbol(symbol)) fail("expected '" + std::string(symbol) + "'");
    }
    std::string expect_name() {
        if (!is_name(peek())) fail("expected a name");
        return unquote(next());
    }
    std::string expect_string() {
        if (peek().kind != SqlToken::Kind::String) fail("expected a text in quotes");
        return unquote(next());
    }
    /// The tokens inside the brackets that open here; stands behind them afterwards.
    Tokens brackets() {
        if (!peek().is_symbol("(")) fail("expected '('");
        size_t close = closing_bracket(tokens_, at_);
        Tokens inner = tokens_.subspan(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        return inner;
    }
    /// Tokens up to one of the words (outside brackets, where an operator would stand), or to the
    /// end.
    Tokens until(Words stop) {
        size_t from = at_;
        while (!at_end()) {
            if (at_ > from && is_one_of(peek(), stop) && ends_operand(tokens_[at_ - 1])) break;
            bool opens = peek().is_symbol("(") || peek().is_symbol("[") || peek().is_symbol("{");
            at_ = opens ? closing_bracket(tokens_, at_) + 1 : at_ + 1;
        }
        if (at_ == from) fail("expected an expression");
        return tokens_.subspan(from, at_ - from);
    }

    [[noreturn]] void fail(const std::string& expected) const {
        std::string found =
            at_end() ? "the end" : "'" + std::string(peek().text.substr(0, 40)) + "'";
        throw Error(ErrorCode::Corrupt, "table definition: " + expected + ", found " + found, {},
                    static_cast<int64_t>(peek().offset));
    }

private:
    static bool ends_operand(const SqlToken& token) {
        if (token.kind == SqlToken::Kind::Symbol)
            return token.is_symbol(")") || token.is_symbol("]") || token.is_symbol("}");
        return !is_one_of(token, {"AND", "OR", "NOT", "LIKE", "ILIKE", "IN", "BETWEEN", "IS",
                                  "CASE", "WHEN", "THEN", "ELSE", "DIV", "MOD"});
    }

    Tokens tokens_;
    SqlToken end_;
    size_t at_ = 0;
};

Cursor cursor_over(Tokens tokens, const SqlToken& behind) {
    SqlToken end;
    end.offset = behind.offset;
    return Cursor(tokens, end);
}

/// `( a, b )`, `tuple(a, b)` and `a` are lists of expressions; `tuple()` and `()` are empty ones.
std::vector<std::string> key_expressions(Tokens tokens) {
    if (!tokens.empty() && tokens[0].is_word("TUPLE") && tokens.size() > 1 &&
        tokens[1].is_symbol("("))
        tokens = tokens.subspan(1);
    if (!tokens.empty() && tokens[0].is_symbol("(") &&
        closing_bracket(tokens, 0) == tokens.size() - 1)
        tokens = tokens.subspan(1, tokens.size() - 2);
    std::vector<std::string> out;
    for (Tokens piece : split_commas(tokens)) out.push_back(render_sql(piece));
    return out;
}

column::TypePtr parse_column_type(Cursor& cursor) {
    SqlToken first = cursor.peek();
    std::string text = cursor.expect_name();
    if (cursor.peek().is_symbol("(")) text += "(" + render_sql(cursor.brackets()) + ")";
    try {
        return format::parse_type(text);
    } catch (const Error& error) {
        throw Error(error.code(), "table definition: " + error.message() + ", in the type " + text,
                    {}, static_cast<int64_t>(first.offset));
    }
}

constexpr std::array<std::string_view, 12> kColumnClauses = {
    "DEFAULT", "MATERIALIZED", "ALIAS",     "EPHEMERAL",  "COMMENT", "CODEC",
    "TTL",     "PRIMARY",      "STATISTIC", "STATISTICS", "COLLATE", "SETTINGS"};

void parse_column_clause(Cursor& cursor, TableColumn& column, std::vector<std::string>& unkept) {
    if (is_one_of(cursor.peek(), {"DEFAULT", "MATERIALIZED", "ALIAS", "EPHEMERAL"})) {
        for (char c : cursor.next().text) column.default_kind += static_cast<char>(c & ~0x20);
        bool without_value = column.default_kind == "EPHEMERAL" &&
                             (cursor.at_end() || is_one_of(cursor.peek(), kColumnClauses));
        if (!without_value) column.default_expression = render_sql(cursor.until(kColumnClauses));
    } else if (cursor.accept_word("COMMENT")) {
        column.comment = cursor.expect_string();
    } else if (cursor.accept_word("CODEC")) {
        column.codec = render_sql(cursor.brackets());
    } else if (is_one_of(cursor.peek(), {"STATISTIC", "STATISTICS", "SETTINGS"})) {
        unkept.push_back(std::string(cursor.next().text) + " of column " + column.name);
        cursor.brackets();
    } else if (cursor.accept_word("TTL")) {
        unkept.push_back("TTL of column " + column.name);
        cursor.until(kColumnClauses);
    } else if (cursor.accept_word("COLLATE")) {
        cursor.expect_name();
    } else if (cursor.accept_word("NOT")) {
        cursor.expect_word("NULL");
    } else if (cursor.accept_word("NULL")) {
        column.type = column.type->with_nullable(true);
    } else {
        cursor.fail("expected a clause of column " + quote_name(column.name));
    }
}

TableColumn parse_column(Cursor cursor, std::vector<std::string>& unkept) {
    TableColumn column;
    column.name = cursor.expect_name();
    while (cursor.accept_symbol(".")) column.name += "." + cursor.expect_name();
    column.type = parse_column_type(cursor);
    while (!cursor.at_end()) parse_column_clause(cursor, column, unkept);
    return column;
}

/// INDEX name expression TYPE type[(arguments)] [GRANULARITY n]
TableSchema::SkipIndex parse_skip_index(Cursor cursor) {
    TableSchema::SkipIndex index;
    cursor.expect_word("INDEX");
    index.name = cursor.expect_name();
    index.expression = render_sql(cursor.until({"TYPE"}));
    cursor.expect_word("TYPE");
    index.type = cursor.expect_name();
    if (cursor.peek().is_symbol("(")) index.type += "(" + render_sql(cursor.brackets()) + ")";
    if (cursor.accept_word("GRANULARITY")) {
        index.granularity = unsigned_number(cursor.next()).value_or(0);
        if (index.granularity == 0) cursor.fail("expected the granularity of index " + index.name);
    }
    if (!cursor.at_end()) cursor.fail("expected the end of index " + index.name);
    return index;
}

// SETTINGS by which parts are written.
constexpr std::array<std::string_view, 3> kWriteNumbers = {
    "index_granularity_bytes", "min_bytes_for_wide_part", "min_rows_for_wide_part"};
constexpr std::string_view kWriteCodec = "default_compression_codec";

bool has_word(Tokens tokens, std::string_view word) {
    for (const SqlToken& token : tokens)
        if (token.is_word(word)) return true;
    return false;
}

class CreateParser {
public:
    explicit CreateParser(Tokens tokens) : cursor_(tokens, tokens.back()) {}

    CreateQuery run() {
        parse_head();
        parse_list(cursor_.brackets());
        if (query_.schema.columns.empty()) cursor_.fail("expected at least one column");
        while (!cursor_.at_end() && !cursor_.accept_symbol(";")) parse_clause();
        if (!cursor_.at_end()) cursor_.fail("expected the end");
        check_engine();
        TableSchema& schema = query_.schema;
        if (schema.sorting_key.empty() && !has_order_by_) schema.sorting_key = schema.primary_key;
        if (schema.primary_key.empty()) schema.primary_key = schema.sorting_key;
        return std::move(query_);
    }

private:
    void parse_head() {
        if (!cursor_.accept_word("ATTACH")) cursor_.expect_word("CREATE");
        if (is_one_of(cursor_.peek(),
                      {"VIEW", "MATERIALIZED", "LIVE", "WINDOW", "DICTIONARY", "FUNCTION"}))
            throw Error(ErrorCode::Unsupported, "the object is a " +
                                                    std::string(cursor_.peek().text) +
                                                    ", not a table of the MergeTree family");
        cursor_.accept_word("TEMPORARY");
        cursor_.expect_word("TABLE");
        if (cursor_.accept_word("IF")) {
            cursor_.expect_word("NOT");
            cursor_.expect_word("EXISTS");
        }
        query_.schema.name = cursor_.expect_name();
        if (cursor_.accept_symbol(".")) {
            query_.schema.database = std::move(query_.schema.name);
            query_.schema.name = cursor_.expect_name();
        }
        if (cursor_.accept_word("UUID")) query_.uuid = cursor_.expect_string();
        if (cursor_.accept_word("ON")) {
            cursor_.expect_word("CLUSTER");
            cursor_.next();
        }
    }

    void parse_list(Tokens list) {
        std::vector<Tokens> lines = split_commas(list);
        if (lines.size() > kColumnsMax) cursor_.fail("expected fewer columns");
        for (Tokens line : lines) {
            Cursor cursor = cursor_over(line, line.empty() ? cursor_.peek() : line.back());
            auto word_at = [&](size_t i, std::string_view word) {
                return cursor.peek(i).is_word(word);
            };
            if (word_at(0, "INDEX") && line.size() > 3 && has_word(line.subspan(2), "TYPE")) {
                query_.schema.skip_indices.push_back(parse_skip_index(cursor));
            } else if (word_at(0, "PRIMARY") && word_at(1, "KEY")) {
                query_.schema.primary_key = key_expressions(line.subspan(2));
            } else if (is_constraint_or_projection(cursor)) {
                query_.unkept.emplace_back(cursor.peek().text);
            } else {
                query_.schema.columns.push_back(parse_column(cursor, query_.unkept));
            }
        }
    }

    /// A 18.16 text has its names bare: a column may be called like the word that starts such a
    /// line.
    static bool is_constraint_or_projection(const Cursor& cursor) {
        if (cursor.peek().is_word("CONSTRAINT"))
            return is_one_of(cursor.peek(2), {"CHECK", "ASSUME"});
        if (!cursor.peek().is_word("PROJECTION")) return false;
        return cursor.peek(2).is_word("INDEX") ||
               (cursor.peek(2).is_symbol("(") && is_one_of(cursor.peek(3), {"SELECT", "WITH"}));
    }

    void parse_clause() {
        static constexpr std::array<std::string_view, 9> kClauses = {
            "ENGINE", "PARTITION", "PRIMARY", "ORDER", "SAMPLE",
            "TTL",    "SETTINGS",  "COMMENT", "AS"};
        TableSchema& schema = query_.schema;
        if (cursor_.accept_word("ENGINE")) {
            cursor_.accept_symbol("=");
            schema.engine = cursor_.expect_name();
            if (cursor_.peek().is_symbol("(")) {
                Tokens arguments = cursor_.brackets();
                arguments_count_ = split_commas(arguments).size();
                if (!arguments.empty()) schema.engine += "(" + render_sql(arguments) + ")";
            }
        } else if (cursor_.accept_word("PARTITION")) {
            cursor_.expect_word("BY");
            Tokens key = cursor_.until(kClauses);
            if (!key_expressions(key).empty()) schema.partition_key = render_sql(key);
        } else if (cursor_.accept_word("PRIMARY")) {
            cursor_.expect_word("KEY");
            schema.primary_key = key_expressions(cursor_.until(kClauses));
        } else if (cursor_.accept_word("ORDER")) {
            cursor_.expect_word("BY");
            schema.sorting_key = key_expressions(cursor_.until(kClauses));
            has_order_by_ = true;
        } else if (cursor_.accept_word("SAMPLE")) {
            cursor_.expect_word("BY");
            cursor_.until(kClauses);
            query_.unkept.emplace_back("SAMPLE BY");
        } else if (cursor_.accept_word("TTL")) {
            query_.unkept.emplace_back("TTL");
            cursor_.until(kClauses);
        } else if (cursor_.accept_word("SETTINGS")) {
            parse_settings(cursor_.until({"COMMENT", "AS"}));
        } else if (cursor_.accept_word("COMMENT")) {
            cursor_.expect_string();
        } else {
            cursor_.fail("expected a clause of the table");
        }
    }

    void parse_settings(Tokens settings) {
        for (Tokens setting : split_commas(settings)) {
            if (setting.empty()) continue;
            const std::string name(setting[0].text);
            const bool is_plain = setting.size() == 3 && setting[1].is_symbol("=");
            const bool is_granularity = setting[0].is_word("INDEX_GRANULARITY");
            if (is_plain && name == kWriteCodec && setting[2].kind == SqlToken::Kind::String) {
                query_.schema.write_settings.emplace_back(name, unquote(setting[2]));
            } else if (is_plain && (is_granularity || std::count(kWriteNumbers.begin(),
                                                                 kWriteNumbers.end(), name) > 0)) {
                const std::optional<uint64_t> number = unsigned_number(setting[2]);
                if (!number || (is_granularity && *number == 0))
                    cursor_.fail("expected a number of rows or bytes in " + name);
                if (is_granularity)
                    query_.schema.index_granularity = *number;
                else
                    query_.schema.write_settings.emplace_back(name, std::to_string(*number));
            } else {
                query_.unkept.push_back("setting " + name);
            }
        }
    }

    void check_engine() const {
        const std::string& engine = query_.schema.engine;
        std::string_view name = std::string_view(engine).substr(0, engine.find('('));
        if (engine.empty()) cursor_.fail("expected an ENGINE clause");
        if (!name.ends_with("MergeTree"))
            throw Error(ErrorCode::Unsupported,
                        "the table's engine is " + std::string(name) +
                            "; only the MergeTree family keeps parts that can be read");
        bool has_key = has_order_by_ || !query_.schema.primary_key.empty();
        if (!has_key && arguments_count_ >= 3)
            throw Error(ErrorCode::Unsupported,
                        "the engine " + engine +
                            " has the syntax of before 2017, whose parts have other names; create "
                            "a table with "
                            "PARTITION BY and ORDER BY and INSERT ... SELECT the rows into it");
        if (!has_key) cursor_.fail("expected an ORDER BY clause");
    }

    Cursor cursor_;
    CreateQuery query_;
    size_t arguments_count_ = 0;
    bool has_order_by_ = false;
};

}  // namespace

CreateQuery parse_create_query(std::string_view sql) {
    std::vector<SqlToken> tokens = tokenize_sql(sql);
    CreateQuery query = CreateParser(tokens).run();
    query.schema.create_sql = std::string(sql);
    return query;
}

DatabaseQuery parse_database_query(std::string_view sql) {
    std::vector<SqlToken> tokens = tokenize_sql(sql);
    Cursor cursor(tokens, tokens.back());
    DatabaseQuery query;
    if (!cursor.accept_word("ATTACH")) cursor.expect_word("CREATE");
    cursor.expect_word("DATABASE");
    cursor.expect_name();
    if (cursor.accept_word("UUID")) query.uuid = cursor.expect_string();
    cursor.expect_word("ENGINE");
    cursor.expect_symbol("=");
    query.engine = cursor.expect_name();
    return query;
}

}  // namespace ch::table
