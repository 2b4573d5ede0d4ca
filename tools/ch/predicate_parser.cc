#include "tools/ch/predicate_parser.h"

#include "base/error.h"
#include "tools/ch/comparison.h"
#include "tools/ch/limits.h"
#include "tools/ch/predicate_token.h"

namespace ch::tools {

using exec::ExpressionPtr;
using exec::Function;
using Kind = PredicateToken::Kind;

namespace {

std::string found(const PredicateToken& token) {
    return token.kind == Kind::End ? token.text : "'" + token.text + "'";
}

class Parser {
public:
    Parser(std::string_view text, const TypeOfColumn& type_of, const io::FileSystem& files)
        : text_(text), type_of_(type_of), files_(files), tokens_(read_tokens(text)) {}

    ExpressionPtr read() {
        ExpressionPtr predicate = read_or();
        if (peek().kind != Kind::End) fail("expected AND, OR or the end, found " + found(peek()));
        return predicate;
    }

private:
    [[nodiscard]] const PredicateToken& peek() const { return tokens_[at_]; }
    bool accept(Kind kind, std::string_view word) {
        if (peek().kind != kind || peek().text != word) return false;
        ++at_;
        return true;
    }
    bool accept_keyword(std::string_view word) { return accept(Kind::Keyword, word); }
    void expect(Kind kind, const char* word) {
        if (!accept(kind, word)) fail(std::string("expected ") + word + ", found " + found(peek()));
    }
    [[noreturn]] void fail(const std::string& message) const {
        fail_at(text_, peek().offset, message);
    }

    /// Errors of the layers below get the place of the operand that they are about.
    template <typename Make>
    ExpressionPtr make_at(size_t offset, Make make) const {
        try {
            return make();
        } catch (const Error& error) {
            // Not the predicate's fault.
            if (error.code() == ErrorCode::Bug || error.code() == ErrorCode::MemoryLimit) throw;
            fail_at(text_, offset, error.message());
        }
    }

    //   or      = and *( OR and )
    //   and     = not *( AND not )
    //   not     = NOT not | test
    //   test    = "(" or ")" | operand [ IS [NOT] NULL | [NOT] ( IN list | LIKE text | between )
    //                                  | comparison operand ]
    //   between = BETWEEN operand AND operand           its AND binds before that of `and`
    ExpressionPtr read_or() {
        ExpressionPtr left = read_and();
        while (accept_keyword("OR")) left = call(Function::Or, {left, read_and()});
        return left;
    }
    ExpressionPtr read_and() {
        ExpressionPtr left = read_not();
        // Left-deep: a chain of hundreds is as deep as exec's limit allows, and is refused there.
        while (accept_keyword("AND")) left = call(Function::And, {left, read_not()});
        return left;
    }
    ExpressionPtr read_not() {
        if (!accept_keyword("NOT")) return read_test();
        Depth depth(*this);
        return call(Function::Not, {read_not()});
    }

    ExpressionPtr read_test() {
        if (accept(Kind::Symbol, "(")) {
            Depth depth(*this);
            ExpressionPtr inner = read_or();
            expect(Kind::Symbol, ")");
            return inner;
        }
        const Operand left = read_operand();
        if (accept_keyword("IS")) return read_is_null(left);
        const bool negated = accept_keyword("NOT");
        ExpressionPtr test;
        if (accept_keyword("IN"))
            test = read_in(left);
        else if (accept_keyword("LIKE"))
            test = read_like(left);
        else if (accept_keyword("BETWEEN"))
            test = read_between(left);
        else if (negated)
            fail("expected IN, LIKE or BETWEEN, found " + found(peek()));
        else if (peek().kind == Kind::Symbol && peek().text != ")")
            test = read_comparison(left);
        else
            test = read_flag(left);
        return negated ? call(Function::Not, {test}) : test;
    }

    ExpressionPtr read_is_null(const Operand& operand) {
        const bool negated = accept_keyword("NOT");
        expect(Kind::Keyword, "NULL");
        need_column(operand);
        return make_at(operand.offset, [&] {
            return exec::make_call(negated ? Function::IsNotNull : Function::IsNull,
                                   {exec::make_column_reference(operand.text, *operand.stored)});
        });
    }

    ExpressionPtr read_in(const Operand& operand) {
        need_column(operand);
        expect(Kind::Symbol, "(");
        std::vector<Operand> literals;
        do {
            literals.push_back(read_operand());
            if (literals.back().kind == Operand::Kind::Column)
                fail_at(text_, literals.back().offset, "expected a literal, found a column");
        } while (accept(Kind::Symbol, ","));
        expect(Kind::Symbol, ")");
        return make_at(operand.offset, [&] { return make_membership(operand, literals, files_); });
    }

    ExpressionPtr read_like(const Operand& operand) {
        need_column(operand);
        if (peek().kind != Kind::Text) fail("expected a pattern in '', found " + found(peek()));
        const PredicateToken pattern = tokens_[at_++];
        return make_at(operand.offset, [&] {
            auto text = column::make_type(column::TypeId::String);
            return exec::make_call(Function::Like,
                                   {exec::make_column_reference(operand.text, *operand.stored),
                                    exec::make_literal(text, pattern.text)});
        });
    }

    ExpressionPtr read_between(const Operand& operand) {
        const Operand low = read_operand();
        expect(Kind::Keyword, "AND");
        const Operand high = read_operand();
        ExpressionPtr above = compare(Function::GreaterOrEqual, operand, low);
        return call(Function::And, {above, compare(Function::LessOrEqual, operand, high)});
    }

    ExpressionPtr read_comparison(const Operand& left) {
        const PredicateToken symbol = tokens_[at_++];
        const Function function = function_of(symbol);
        return compare(function, left, read_operand());
    }

    Function function_of(const PredicateToken& symbol) const {
        if (symbol.text == "=" || symbol.text == "==") return Function::Equal;
        if (symbol.text == "!=" || symbol.text == "<>") return Function::NotEqual;
        if (symbol.text == "<") return Function::Less;
        if (symbol.text == "<=") return Function::LessOrEqual;
        if (symbol.text == ">") return Function::Greater;
        if (symbol.text == ">=") return Function::GreaterOrEqual;
        fail_at(text_, symbol.offset, "expected a comparison, found " + found(symbol));
    }

    ExpressionPtr compare(Function function, const Operand& left, const Operand& right) {
        const Operand& place = right.kind == Operand::Kind::Column ? left : right;
        return make_at(place.offset,
                       [&] { return make_comparison(function, left, right, files_); });
    }

    /// A Bool column, or TRUE and FALSE, as a whole test.
    ExpressionPtr read_flag(const Operand& operand) {
        if (operand.kind == Operand::Kind::Flag)
            return exec::make_literal(column::make_type(column::TypeId::Bool),
                                      column::Int128{operand.text == "TRUE" ? 1 : 0});
        if (operand.kind != Operand::Kind::Column || operand.stored->id != column::TypeId::Bool)
            fail("expected a comparison, found " + found(peek()));
        return exec::make_column_reference(operand.text, *operand.stored);
    }

    Operand read_operand() {
        const PredicateToken token = tokens_[at_];
        if (token.kind != Kind::End) ++at_;
        switch (token.kind) {
            case Kind::Name:
                if (peek().kind == Kind::Symbol && peek().text == "(")
                    fail_at(text_, token.offset,
                            "functions are not known here, found " + token.text + "()");
                return {Operand::Kind::Column, token.text, find_column(token), token.offset};
            case Kind::Number:
                return {Operand::Kind::Number, token.text, nullptr, token.offset};
            case Kind::Text:
                return {Operand::Kind::Text, token.text, nullptr, token.offset};
            case Kind::Keyword:
                if (token.text == "NULL")
                    return {Operand::Kind::Null, token.text, nullptr, token.offset};
                if (token.text == "TRUE" || token.text == "FALSE")
                    return {Operand::Kind::Flag, token.text, nullptr, token.offset};
                // DATE '2024-01-31', and a column that is called date.
                if (token.text == "DATE" && peek().kind == Kind::Text) return read_operand();
                if (token.text == "DATE") {
                    PredicateToken name = token;
                    name.text = text_.substr(token.offset, 4);
                    return {Operand::Kind::Column, name.text, find_column(name), token.offset};
                }
                break;
            default:
                break;
        }
        fail_at(text_, token.offset, "expected a column or a literal, found " + found(token));
    }

    column::TypePtr find_column(const PredicateToken& name) const {
        try {
            return type_of_(name.text);
        } catch (const Error& error) {
            fail_at(text_, name.offset, error.message());
        }
    }

    void need_column(const Operand& operand) const {
        if (operand.kind != Operand::Kind::Column)
            fail_at(text_, operand.offset, "expected a column, found '" + operand.text + "'");
    }

    static ExpressionPtr call(Function function, std::vector<ExpressionPtr> arguments) {
        return exec::make_call(function, std::move(arguments));
    }

    /// Counts brackets and NOTs while they are open: each is a level of recursion here and below.
    class Depth {
    public:
        explicit Depth(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > kPredicateDepthMax)
                parser_.fail("nested deeper than " + std::to_string(kPredicateDepthMax));
        }
        ~Depth() { --parser_.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

    private:
        Parser& parser_;
    };

    std::string_view text_;
    const TypeOfColumn& type_of_;
    const io::FileSystem& files_;
    std::vector<PredicateToken> tokens_;
    size_t at_ = 0;
    size_t depth_ = 0;
};

}  // namespace

ExpressionPtr parse_predicate(std::string_view text, const TypeOfColumn& type_of,
                              const io::FileSystem& files) {
    return Parser(text, type_of, files).read();
}

}  // namespace ch::tools
