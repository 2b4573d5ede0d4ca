#include "tests/corruption/damaged_table.h"

#include <algorithm>
#include <set>

#include "engine/exec/expression.h"
#include "engine/exec/spark_types.h"
#include "engine/table/scan.h"

namespace ch::corruption {

namespace {

using column::Column;

void append_bytes(std::string& to, const Buffer& buffer) {
    to += std::to_string(buffer.size()) + ":";
    to.append(as_text({buffer.data(), buffer.size()}));
}

void append_column(std::string& to, const Column& column) {
    to += column.type->name() + " " + std::to_string(column.rows) + ";";
    append_bytes(to, column.data);
    append_bytes(to, column.offsets);
    append_bytes(to, column.nulls);
    for (const column::ColumnPtr& child : column.children) append_column(to, *child);
}

/// A DEFAULT over other columns, which is refused where a part lacks the column.
bool is_computed(const table::TableColumn& column) {
    return column.default_expression.find('+') != std::string::npos;
}

table::ScanRequest whole_request(const table::Table& table) {
    table::ScanRequest request;
    for (const table::TableColumn& column : table.schema().columns)
        if (column.default_kind != "ALIAS" && column.default_kind != "EPHEMERAL" &&
            column.type->id != column::TypeId::Unsupported && !is_computed(column))
            request.columns.push_back(column.name);
    request.columns.emplace_back("_part");
    return request;
}

/// `first integer column < 1000`: goes through the primary index, min/max and skip indices.
void add_filter(const table::Table& table, table::ScanRequest& request) {
    for (const table::TableColumn& column : table.schema().columns) {
        column::TypeId id = column.type->id;
        if (id != column::TypeId::Int32 && id != column::TypeId::Int16) continue;
        auto reference = exec::make_column_reference(column.name, *column.type);
        auto bound = exec::make_literal(reference->type, column::Int128(1000));
        request.predicate.push_back(exec::make_call(exec::Function::Less, {reference, bound}));
    }
}

void append_scan(std::string& to, const table::Table& table, const table::ScanRequest& request,
                 const std::shared_ptr<BufferPool>& pool) {
    table::ScanOptions options;
    options.pool = pool;
    for (const table::Split& split : table::plan_scan(table, request, 1U << 20).splits) {
        table::Scan scan(part::Part::open(table.files(), split.part_path, {split.granule_rows}),
                         split, request, options);
        while (std::optional<column::Block> block = scan.next())
            for (const column::ColumnPtr& column : block->columns) append_column(to, *column);
    }
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

/// A definition for a part: its columns as columns.txt has them, but what ClickHouse adds itself.
std::string definition_of(const std::string& columns_txt) {
    std::string columns;
    size_t begin = columns_txt.find('`');
    while (begin < columns_txt.size()) {
        size_t end = std::min(columns_txt.find('\n', begin), columns_txt.size());
        std::string line = columns_txt.substr(begin, end - begin);
        if (!line.starts_with("`_") && !line.empty())
            columns += (columns.empty() ? "    " : ",\n    ") + line;
        begin = end + 1;
    }
    return "ATTACH TABLE t\n(\n" + columns + "\n)\nENGINE = MergeTree\nORDER BY tuple()\n";
}

Subject part_subject(const std::string& golden, const std::string& version,
                     const std::string& part) {
    Subject subject{version + "/" + part, "/t", nullptr, {}, {}};
    Files files = load_folder(golden + "/parts/" + version + "/" + part, "/t/all_1_1_0");
    files["/t/table.sql"] =
        std::make_shared<const std::string>(definition_of(*files.at("/t/all_1_1_0/columns.txt")));
    for (const auto& [path, content] : files) subject.targets.push_back(path);
    subject.files = std::make_shared<const Files>(std::move(files));
    return subject;
}

Subject table_subject(const std::string& version, std::shared_ptr<const Files> files,
                      const std::string& name) {
    Subject subject{version + "/" + name, "/r/d/" + name, std::move(files), {}, {}};
    auto table =
        table::Table::open(std::make_shared<OverlayFs>(subject.files, Files()), subject.path);
    std::set<std::string> folders;
    for (const auto& part : table->parts()) folders.insert(part->path());
    for (const auto& [path, content] : *subject.files)
        if (folders.count(folder_of(path)) > 0) subject.targets.push_back(path);
    return subject;
}

}  // namespace

std::vector<Subject> golden_subjects(const std::string& golden) {
    std::vector<Subject> subjects;
    for (const char* version : {"1.4.1", "4.4.0"}) {
        std::set<std::string> parts;
        std::string folder = golden + "/parts/" + version;
        for (const auto& [path, content] : load_folder(folder, ""))
            if (path.rfind('/') > 0) parts.insert(path.substr(1, path.find('/', 1) - 1));
        for (const std::string& part : parts)
            subjects.push_back(part_subject(golden, version, part));
        std::string tables = std::string("chdb-") + version;
        auto files = std::make_shared<const Files>(load_folder(golden + "/tables/" + tables, "/r"));
        for (const char* name : {"ordered", "evolved", "deleted", "k ey`s"})
            subjects.push_back(table_subject(tables, files, name));
    }
    return subjects;
}

Outcome read_all(const std::shared_ptr<const io::FileSystem>& files, const std::string& path,
                 size_t budget_bytes) {
    Outcome outcome;
    auto budget = std::make_shared<MemoryBudget>(budget_bytes);
    auto pool = std::make_shared<BufferPool>(budget);
    try {
        auto table = table::Table::open(files, path);
        table::ScanRequest request = whole_request(*table);
        append_scan(outcome.rows, *table, request, pool);
        add_filter(*table, request);
        outcome.rows += "|";
        if (!request.predicate.empty()) append_scan(outcome.rows, *table, request, pool);
    } catch (const Error& error) {
        outcome.is_error = true;
        outcome.code = error.code();
        outcome.message = error.what();
    }
    outcome.peak_bytes = budget->peak_bytes();
    return outcome;
}

}  // namespace ch::corruption
