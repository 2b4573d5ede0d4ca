#include "base/error.h"
#include "engine/table/sql_token.h"
#include "tools/ch/row_batch.h"

namespace ch::tools {

using column::TypeId;
using table::Constant;

namespace {

/// The SQL text of an array or a map as lists of texts: each element is read by its own type.
Constant texts_of(Constant value) {
    if (value.kind == Constant::Kind::Integer) {
        const auto number = std::get<column::Int128>(value.value);
        const auto magnitude = number < 0 ? -number : number;
        std::string text = magnitude == 0 ? "0" : "";
        for (column::Int128 rest = magnitude; rest != 0; rest /= 10)
            text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
        value.kind = Constant::Kind::Text;
        value.value = (number < 0 ? "-" : "") + text;
    }
    for (Constant& element : value.elements) element = texts_of(std::move(element));
    return value;
}

class CsvSource final : public RowSource {
public:
    CsvSource(std::istream& from, RowSourceOptions options)
        : from_(from), batch_(std::move(options)) {}

    std::optional<column::Block> next() override {
        while (!batch_.is_full() && from_.peek() != std::istream::traits_type::eof()) read_row();
        if (batch_.rows() == 0) return std::nullopt;
        return batch_.take();
    }

private:
    void read_row() {
        ++line_;
        const uint64_t row_line = line_;
        const size_t count = batch_.readers().size();
        for (size_t i = 0;; ++i) {
            const bool is_quoted = from_.peek() == '"';
            const bool is_last = is_quoted ? read_quoted() : read_bare();
            if (i == count || (is_last && i + 1 < count))
                throw Error(ErrorCode::InvalidArgument,
                            "line " + std::to_string(row_line) + " has " +
                                (is_last ? std::to_string(i + 1) : "more") + " cells, expected " +
                                std::to_string(count));
            batch_.set(i, cell_of(batch_.readers()[i].column().type->id, is_quoted), row_line);
            if (is_last) break;
        }
        batch_.end_row();
    }

    /// True behind the last cell of a row.
    bool ends_row(int separator) {
        if (separator == '\r' && from_.peek() == '\n') from_.get();
        if (separator == ',') return false;
        if (separator == '\n' || separator == '\r' || separator < 0) return true;
        throw Error(ErrorCode::InvalidArgument,
                    "line " + std::to_string(line_) + ": expected a comma behind a quoted cell");
    }

    bool read_quoted() {
        text_.clear();
        from_.get();
        for (;;) {
            const int c = from_.get();
            if (c < 0)
                throw Error(ErrorCode::InvalidArgument,
                            "line " + std::to_string(line_) + ": a quote is not closed");
            if (c == '\n') ++line_;
            if (c == '"' && from_.peek() != '"') return ends_row(from_.get());
            if (c == '"') from_.get();
            text_ += static_cast<char>(c);
        }
    }

    bool read_bare() {
        text_.clear();
        for (;;) {
            const int c = from_.get();
            if (c < 0 || c == ',' || c == '\n' || c == '\r') return ends_row(c);
            text_ += static_cast<char>(c);
        }
    }

    [[nodiscard]] Constant cell_of(TypeId id, bool is_quoted) const {
        Constant cell;
        if (!is_quoted && text_ == "\\N") return cell;
        if (id == TypeId::Array || id == TypeId::Map) {
            std::vector<table::SqlToken> tokens = table::tokenize_sql(text_);
            tokens.pop_back();
            return texts_of(table::parse_constant(tokens));
        }
        cell.kind = Constant::Kind::Text;
        cell.value = text_;
        return cell;
    }

    std::istream& from_;
    RowBatch batch_;
    uint64_t line_ = 0;
    std::string text_;
};

}  // namespace

std::unique_ptr<RowSource> make_csv_source(std::istream& from, RowSourceOptions options) {
    return std::make_unique<CsvSource>(from, std::move(options));
}

}  // namespace ch::tools
