#include "connector/arrow_array.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "connector/arrow_convert.h"
#include "connector/bitmap.h"

namespace ch::connector {

using column::Column;
using column::ColumnPtr;
using column::TypeId;
using column::TypePtr;

namespace {

/// Stands for the bytes of a buffer that has none: some readers refuse a null pointer.
alignas(Buffer::kAlignment) constexpr uint8_t kNoBytes[Buffer::kAlignment] = {};

/// What one ArrowArray owns; its children and dictionary are released with it unless they were
/// moved out.
struct ArrayNode {
    ColumnPtr column;  ///< offsets and nulls
    ColumnPtr values;  ///< data; the same column unless its values were converted
    Buffer validity;
    Buffer bits;
    std::array<const void*, 3> buffers{};
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> child_pointers;
    ArrowArray dictionary{};

    ArrayNode() = default;
    ArrayNode(const ArrayNode&) = delete;
    ArrayNode& operator=(const ArrayNode&) = delete;
    // A consumer may move a child out by copying its struct and setting `release` to null (Arrow's
    // C data interface): such a child is its new owner's.
    ~ArrayNode() {
        for (ArrowArray& child : children)
            if (child.release != nullptr) child.release(&child);
        if (dictionary.release != nullptr) dictionary.release(&dictionary);
    }
};

/// May run in any thread, and long after the query and its session were closed: what it frees is
/// held by shared pointers alone.
void release_array(ArrowArray* array) {
    std::unique_ptr<ArrayNode> node(static_cast<ArrayNode*>(array->private_data));
    array->release = nullptr;
}

void hand_over(std::unique_ptr<ArrayNode> node, size_t rows, size_t null_count, int64_t n_buffers,
               ArrowArray* array) {
    *array = ArrowArray{};
    // Only now, when `children` grows no more: the pointers go to its elements. They stay right
    // when the node changes hands, which lies on the heap.
    for (ArrowArray& child : node->children) node->child_pointers.push_back(&child);
    array->length = static_cast<int64_t>(rows);
    array->null_count = static_cast<int64_t>(null_count);
    array->n_buffers = n_buffers;
    array->buffers = node->buffers.data();
    array->n_children = static_cast<int64_t>(node->children.size());
    array->children = node->child_pointers.empty() ? nullptr : node->child_pointers.data();
    array->dictionary = node->dictionary.release == nullptr ? nullptr : &node->dictionary;
    array->release = release_array;
    array->private_data = node.release();
}

const void* bytes_of(const Buffer& buffer) {
    return buffer.data() == nullptr ? kNoBytes : buffer.data();
}

class Exporter {
public:
    Exporter(const ExportOptions& options, const std::shared_ptr<BufferPool>& pool)
        : options_(options), pool_(pool) {}

    void export_column(const ColumnPtr& column, const TypePtr& target, ArrowArray* array) const {
        auto node = std::make_unique<ArrayNode>();
        node->column = column;
        size_t null_count = set_validity(*node);
        int64_t n_buffers = 2;
        switch (target->id) {
            case TypeId::Array:
                node->buffers[1] = bytes_of(column->offsets);
                node->children.resize(1);
                export_column(column->children.at(0), target->children.at(0), &node->children[0]);
                break;
            case TypeId::Map:
                node->buffers[1] = bytes_of(column->offsets);
                node->children.resize(1);
                // Arrow's map is a list of structs of key and value; the entries have no NULLs of
                // their own.
                export_struct(column->children, *target, column->children.at(0)->rows,
                              &node->children[0]);
                break;
            case TypeId::Tuple:
                n_buffers = 1;
                export_elements(column->children, *target, *node);
                break;
            default:
                n_buffers = set_values(*node, target);
        }
        hand_over(std::move(node), column->rows, null_count, n_buffers, array);
    }

    void export_struct(const std::vector<ColumnPtr>& columns, const column::Type& type, size_t rows,
                       ArrowArray* array) const {
        auto node = std::make_unique<ArrayNode>();
        export_elements(columns, type, *node);
        hand_over(std::move(node), rows, 0, 1, array);
    }

private:
    void export_elements(const std::vector<ColumnPtr>& columns, const column::Type& type,
                         ArrayNode& node) const {
        CH_ASSERT(columns.size() == type.children.size());
        node.children.resize(columns.size());
        for (size_t i = 0; i < columns.size(); ++i)
            export_column(columns[i], type.children[i], &node.children[i]);
    }

    size_t set_validity(ArrayNode& node) const {
        const Column& column = *node.column;
        if (!column.has_nulls()) return 0;
        CH_ASSERT(column.nulls.size() >= column.rows);
        node.validity = pool_->make((column.rows + 7) / 8);
        size_t null_count =
            pack_bits(column.nulls.data(), column.rows, Bits::Zero, node.validity.data());
        // Without a NULL the bitmap stays away, which spares readers a look a row.
        if (null_count > 0) node.buffers[0] = node.validity.data();
        return null_count;
    }

    /// Buffers of a type without children; returns how many Arrow gives it.
    int64_t set_values(ArrayNode& node, const TypePtr& target) const {
        // No copy where types agree: Arrow then points into the engine's buffers, which the node
        // keeps.
        node.values = convert_values(node.column, target, options_, pool_);
        const Column& values = *node.values;
        if (target->id == TypeId::Bool) {
            node.bits = pool_->make((values.rows + 7) / 8);
            pack_bits(values.data.data(), values.rows, Bits::NotZero, node.bits.data());
            node.buffers[1] = node.bits.data();
            return 2;
        }
        if (target->id == TypeId::LowCardinality)
            export_column(values.children.at(0), target->children.at(0), &node.dictionary);
        if (target->id == TypeId::String) {
            node.buffers[1] = bytes_of(values.offsets);
            node.buffers[2] = bytes_of(values.data);
            return 3;
        }
        node.buffers[1] = bytes_of(values.data);
        return 2;
    }

    const ExportOptions& options_;
    const std::shared_ptr<BufferPool>& pool_;
};

}  // namespace

void export_block(const column::Block& block, const std::vector<TypePtr>& targets,
                  const ExportOptions& options, const std::shared_ptr<BufferPool>& pool,
                  ArrowArray* array) {
    column::Type root;
    root.id = TypeId::Tuple;
    root.children = targets;
    Exporter(options, pool).export_struct(block.columns, root, block.rows, array);
}

}  // namespace ch::connector
