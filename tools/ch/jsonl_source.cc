#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/ch/row_batch.h"

namespace ch::tools {

using column::TypeId;
using nlohmann::json;
using table::Constant;

namespace {

/// An object's members as they come; numbers stay as they are written.
struct Value {
    Constant constant;
    std::vector<std::string> names;  ///< of an object's elements
    std::vector<Value> elements;
};

class ValueBuilder final : public nlohmann::json_sax<json> {
public:
    bool null() override { return put({}); }
    bool boolean(bool value) override { return put_text(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return put_text(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override {
        return put_text(std::to_string(value));
    }
    bool number_float(number_float_t, const string_t& text) override { return put_text(text); }
    bool string(string_t& value) override { return put_text(value); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(); }
    bool key(string_t& value) override {
        open_.back().names.push_back(value);
        return true;
    }
    bool end_object() override { return shut(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return shut(); }
    bool parse_error(std::size_t at, const std::string&, const json::exception& error) override {
        error_ = error.what();
        at_ = at;
        return false;
    }

    Value root;
    std::string error_;
    size_t at_ = 0;

private:
    static constexpr size_t kDepthMax = 100;

    bool put_text(const std::string& text) {
        Constant value;
        value.kind = Constant::Kind::Text;
        value.value = text;
        return put({std::move(value), {}, {}});
    }
    bool put(Value value) {
        if (open_.empty())
            root = std::move(value);
        else
            open_.back().elements.push_back(std::move(value));
        return true;
    }
    bool open() {
        error_ = "too deep";
        if (open_.size() == kDepthMax) return false;
        open_.emplace_back().constant.kind = Constant::Kind::Array;
        return true;
    }
    bool shut() {
        Value value = std::move(open_.back());
        open_.pop_back();
        return put(std::move(value));
    }
    std::vector<Value> open_;
};

/// A value as its column's type means it: an object is a Map, or a Tuple by its names.
Constant constant_of(const Value& value, const column::Type& type) {
    if (value.constant.kind != Constant::Kind::Array) return value.constant;
    Constant list = value.constant;
    if (type.id == TypeId::Map) {
        for (size_t i = 0; i < value.names.size(); ++i) {
            Constant key;
            key.kind = Constant::Kind::Text;
            key.value = value.names[i];
            list.elements.push_back(std::move(key));
            list.elements.push_back(constant_of(value.elements[i], *type.children[1]));
        }
        list.kind = Constant::Kind::Map;
        return list;
    }
    if (type.children.empty())
        throw Error(ErrorCode::InvalidArgument, "a list is no value of " + type.name());
    const bool is_tuple = type.id == TypeId::Tuple;
    if (is_tuple && value.elements.size() != type.children.size())
        throw Error(ErrorCode::InvalidArgument, "a list of " +
                                                    std::to_string(value.elements.size()) +
                                                    " is no value of " + type.name());
    if (is_tuple) list.kind = Constant::Kind::Tuple;
    for (size_t i = 0; i < value.elements.size(); ++i) {
        size_t from = i;
        for (size_t j = 0; is_tuple && j < value.names.size(); ++j)
            if (i < type.element_names.size() && value.names[j] == type.element_names[i]) from = j;
        list.elements.push_back(
            constant_of(value.elements[from], *type.children[is_tuple ? i : 0]));
    }
    return list;
}

class JsonlSource final : public RowSource {
public:
    JsonlSource(std::istream& from, RowSourceOptions options)
        : from_(from), batch_(std::move(options)) {}

    std::optional<column::Block> next() override {
        std::string text;
        while (!batch_.is_full() && std::getline(from_, text)) {
            ++line_;
            if (text.find_first_not_of(" \t\r") != std::string::npos) read_row(text);
        }
        if (batch_.rows() == 0) return std::nullopt;
        return batch_.take();
    }

private:
    void read_row(const std::string& text) {
        ValueBuilder builder;
        const bool is_whole = json::sax_parse(text, &builder);
        if (!is_whole || builder.root.names.size() != builder.root.elements.size())
            fail(is_whole ? "expected an object" : builder.error_);
        const Value& row = builder.root;
        for (size_t i = 0; i < row.names.size(); ++i) {
            const size_t column = batch_.find(row.names[i]);
            if (column == batch_.readers().size())
                fail("the table has no column '" + row.names[i] + "'");
            const column::Type& type = *batch_.readers()[column].column().type;
            batch_.set(column, constant_of(row.elements[i], type), line_);
        }
        batch_.end_row();
    }

    [[noreturn]] void fail(const std::string& why) const {
        throw Error(ErrorCode::InvalidArgument, "line " + std::to_string(line_) + ": " + why);
    }

    std::istream& from_;
    RowBatch batch_;
    uint64_t line_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> make_jsonl_source(std::istream& from, RowSourceOptions options) {
    return std::make_unique<JsonlSource>(from, std::move(options));
}

}  // namespace ch::tools
