#include "engine/part/part.h"

#include <algorithm>
#include <charconv>

#include "engine/format/compressed_frame.h"
#include "engine/format/file_limits.h"
#include "engine/format/single_value.h"
#include "engine/format/stream_name.h"
#include "engine/part/limits.h"

namespace ch::part {

namespace {

std::string last_component(const std::string& path) {
    size_t end = path.find_last_not_of('/');
    size_t slash = path.find_last_of('/', end);
    return path.substr(slash == std::string::npos ? 0 : slash + 1,
                       end - (slash == std::string::npos ? -1 : slash));
}

// Runs a parser over one file's content and names the file in what it throws.
template <typename F>
auto named(const std::string& path, F parse) {
    try {
        return parse();
    } catch (const Error& error) {
        throw error.with_path(path);
    }
}

}  // namespace

std::shared_ptr<const Part> Part::open(std::shared_ptr<const io::FileSystem> files,
                                       const std::string& path, Options options) {
    std::string folder = path;
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    return std::make_shared<const Part>(Key(), PartFolder(std::move(files), folder),
                                        std::move(options));
}

Part::Part(Key, PartFolder folder, Options options)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      name_(last_component(folder_.path())) {
    if (!folder_.has("count.txt") && !folder_.has("columns.txt") && !folder_.has_checksums())
        throw Error(ErrorCode::NotFound,
                    "the folder is no part: it has no count.txt, columns.txt or checksums.txt; "
                    "expected a folder such as TABLE/all_1_1_0",
                    folder_.path());
    std::string count = folder_.read("count.txt");
    auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), rows_);
    if (error != std::errc() || end != count.data() + count.size())
        throw Error(ErrorCode::Corrupt,
                    "expected the number of rows, found \"" + count.substr(0, 40) + "\"",
                    folder_.path_of("count.txt"));
    read_columns();
    find_kind();
    folder_charge_ = charge(sizeof(Part) + folder_.memory_bytes());
}

MemoryCharge Part::charge(size_t bytes) const {
    return options_.pool == nullptr ? MemoryCharge() : MemoryCharge(options_.pool, bytes);
}

void Part::read_columns() {
    layout_ = named(folder_.path_of("columns.txt"), [&] {
        std::string text = folder_.read("columns.txt");
        return options_.layouts ? options_.layouts->of(text)
                                : std::make_shared<const ColumnLayout>(ColumnLayout::parse(text));
    });
}

const format::Serialization& Part::serialization() const {
    {
        std::lock_guard lock(mutex_);
        if (serialization_ != nullptr) return *serialization_;
    }
    auto read = std::make_unique<const format::Serialization>();
    if (folder_.has("serialization.json"))
        read = named(folder_.path_of("serialization.json"), [&] {
            return std::make_unique<const format::Serialization>(
                format::Serialization::parse(folder_.read("serialization.json")));
        });
    std::lock_guard lock(mutex_);
    if (serialization_ == nullptr) serialization_ = std::move(read);
    return *serialization_;
}

void Part::find_kind() {
    std::optional<format::MarksKind> wide;
    std::optional<format::MarksKind> compact;
    for (const io::DirectoryEntry& entry : folder_.entries()) {
        std::optional<format::MarksKind> kind = format::MarksKind::of_file(entry.name);
        if (!kind || entry.name.starts_with("skp_idx_")) continue;
        bool is_data = entry.name == "data" + kind->extension();
        if (kind->is_compact() && is_data) compact = kind;
        if (!kind->is_compact()) wide = kind;
    }
    if (compact && folder_.has("data.bin")) {
        kind_ = PartKind::Compact;
        marks_kind_ = *compact;
    } else if (wide) {
        marks_kind_ = *wide;
    } else if (rows_ > 0) {
        throw Error(ErrorCode::Corrupt, "the part has rows, but no marks file", folder_.path());
    }
}

std::optional<size_t> Part::find_column(std::string_view name) const {
    for (size_t i = 0; i < columns().size(); ++i)
        if (columns()[i].name == name) return i;
    return std::nullopt;
}

uint64_t Part::column_bytes(size_t column) const {
    CH_ASSERT(column < columns().size());
    uint64_t total = 0;
    if (kind_ == PartKind::Compact) {
        for (size_t g = 0; g < granules().count(); ++g) {
            auto [begin, end] = column_extent(column, g);
            // Columns that share a frame: a third of their plain bytes is a fair guess.
            total += end.frame_offset > begin.frame_offset
                         ? end.frame_offset - begin.frame_offset
                         : (end.inner_offset - begin.inner_offset + 2) / 3;
        }
        return total;
    }
    // By name, so that columns of unsupported types are counted too.
    std::string prefix = format::escape_for_file_name(columns()[column].name);
    for (const io::DirectoryEntry& entry : folder_.entries()) {
        std::string_view rest = entry.name;
        if (!rest.starts_with(prefix) || !rest.ends_with(".bin")) continue;
        rest.remove_prefix(prefix.size());
        if (rest.starts_with('.') || rest.starts_with("%2E"))
            total += folder_.file_bytes(entry.name);
    }
    if (total > 0 || rows_ == 0) return total;
    for (const std::string& base : column_streams(column))
        total += folder_.file_bytes(base + ".bin");
    return total;
}

const std::vector<column::ColumnPtr>& Part::primary_index(
    const std::vector<column::TypePtr>& key_types) const {
    auto same = [&](const std::unique_ptr<const KeyRows>& rows) {
        return std::equal(rows->types.begin(), rows->types.end(), key_types.begin(),
                          key_types.end(), [](const auto& a, const auto& b) { return *a == *b; });
    };
    {
        std::lock_guard lock(mutex_);
        auto found = std::find_if(key_rows_.begin(), key_rows_.end(), same);
        if (found != key_rows_.end()) return (*found)->columns;
    }
    auto rows = std::make_unique<KeyRows>();
    rows->types = key_types;
    std::string file = folder_.has("primary.cidx") ? "primary.cidx" : "primary.idx";
    auto pool = options_.pool;
    if (!pool)
        pool = std::make_shared<BufferPool>(std::make_shared<MemoryBudget>(kIndexMemoryBytesMax));
    size_t expected = granules().count() + (granules().has_final_mark ? 1 : 0);
    rows->columns = named(folder_.path_of(file), [&] {
        std::string content = key_types.empty() ? std::string() : folder_.read(file);
        if (file == "primary.cidx")
            content = format::decompress_all(as_bytes(content), format::kSmallFileBytesMax);
        auto columns = format::read_value_rows(as_bytes(content), key_types, pool);
        for (const column::ColumnPtr& column : columns)
            if (column->rows != expected)
                throw Error(ErrorCode::Corrupt, "the index has " + std::to_string(column->rows) +
                                                    " rows, the part has " +
                                                    std::to_string(expected) + " marks");
        return columns;
    });
    std::lock_guard lock(mutex_);
    key_rows_.push_back(std::move(rows));
    return key_rows_.back()->columns;
}

size_t Part::memory_bytes() const {
    size_t total = sizeof(Part) + folder_.memory_bytes();
    std::lock_guard lock(mutex_);
    auto add_marks = [&](const std::vector<format::Mark>& marks) {
        total += marks.capacity() * sizeof(format::Mark);
    };
    if (granules_ != nullptr) total += granules_->first_row.capacity() * sizeof(uint64_t);
    for (const auto& [base, marks] : marks_) add_marks(*marks);
    if (compact_marks_ != nullptr) {
        add_marks(compact_marks_->marks);
        total += compact_marks_->rows.capacity() * sizeof(uint64_t);
    }
    for (const auto& rows : key_rows_)
        for (const column::ColumnPtr& column : rows->columns) total += column->bytes();
    return total;
}

std::optional<MinMax> Part::min_max(std::string_view column, const column::Type& type) const {
    std::string stream = "minmax_" + format::escape_for_file_name(column);
    std::optional<std::string> base = folder_.stream_base(stream, ".idx");
    if (!base) return std::nullopt;
    return named(folder_.path_of(*base + ".idx"), [&] {
        std::string content = folder_.read(*base + ".idx");
        ByteReader reader(as_bytes(content));
        MinMax range;
        range.min = format::read_single_value(reader, type);
        range.max = format::read_single_value(reader, type);
        if (!reader.at_end())
            throw Error(ErrorCode::Corrupt, "more bytes behind the two values of a " + type.name());
        return std::optional<MinMax>(std::move(range));
    });
}

std::optional<std::vector<column::Scalar>> Part::partition_values(
    const std::vector<column::TypePtr>& types) const {
    if (!folder_.has("partition.dat")) return std::nullopt;
    return named(folder_.path_of("partition.dat"), [&] {
        std::string content = folder_.read("partition.dat");
        ByteReader reader(as_bytes(content));
        std::vector<column::Scalar> values;
        for (const column::TypePtr& type : types)
            values.push_back(format::read_single_value(reader, *type));
        if (!reader.at_end())
            throw Error(ErrorCode::Corrupt, "more bytes behind the partition key's values");
        return std::optional<std::vector<column::Scalar>>(std::move(values));
    });
}

}  // namespace ch::part
