#include "connector/arrow_schema.h"

#include <memory>
#include <utility>

#include "base/bytes.h"

namespace ch::connector {

using column::NameAndType;
using column::Type;
using column::TypeId;
using column::TypePtr;

namespace {

/// What one ArrowSchema owns; its children and dictionary are released with it unless they were
/// moved out.
struct SchemaNode {
    std::string format;
    std::string name;
    std::string metadata;
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> child_pointers;
    ArrowSchema dictionary{};

    SchemaNode() = default;
    SchemaNode(const SchemaNode&) = delete;
    SchemaNode& operator=(const SchemaNode&) = delete;
    ~SchemaNode() {
        for (ArrowSchema& child : children)
            if (child.release != nullptr) child.release(&child);
        if (dictionary.release != nullptr) dictionary.release(&dictionary);
    }
};

void release_schema(ArrowSchema* schema) {
    std::unique_ptr<SchemaNode> node(static_cast<SchemaNode*>(schema->private_data));
    schema->release = nullptr;
}

void hand_over(std::unique_ptr<SchemaNode> node, bool nullable, ArrowSchema* schema) {
    *schema = ArrowSchema{};
    for (ArrowSchema& child : node->children) node->child_pointers.push_back(&child);
    schema->format = node->format.c_str();
    schema->name = node->name.c_str();
    schema->metadata = node->metadata.empty() ? nullptr : node->metadata.data();
    schema->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
    schema->n_children = static_cast<int64_t>(node->children.size());
    schema->children = node->child_pointers.empty() ? nullptr : node->child_pointers.data();
    schema->dictionary = node->dictionary.release == nullptr ? nullptr : &node->dictionary;
    schema->release = release_schema;
    schema->private_data = node.release();
}

/// Key-value pairs as the C data interface has them: int32 count, then each text after its int32
/// length.
std::string extension_metadata(const std::string& extension) {
    std::string metadata;
    append<int32_t>(metadata, 2);
    for (const std::string& text : {std::string("ARROW:extension:name"), extension,
                                    std::string("ARROW:extension:metadata"), std::string()}) {
        append(metadata, static_cast<int32_t>(text.size()));
        metadata += text;
    }
    return metadata;
}

void export_field(const std::string& name, const TypePtr& type, const ExportOptions& options,
                  ArrowSchema* schema);

/// The fields of a nested type's children, as Arrow names them.
std::vector<NameAndType> child_fields(const Type& type) {
    switch (type.id) {
        case TypeId::Array:
            return {{"item", type.children.at(0)}};
        case TypeId::Map: {
            auto entries = std::make_shared<Type>();
            entries->id = TypeId::Tuple;
            entries->element_names = {"key", "value"};
            // Arrow forbids NULL as a key, and ClickHouse has none.
            entries->children = {type.children.at(0)->with_nullable(false), type.children.at(1)};
            return {{"entries", entries}};
        }
        case TypeId::Tuple: {
            std::vector<NameAndType> fields;
            // ClickHouse's own names of elements without one: t.1, t.2.
            for (size_t i = 0; i < type.children.size(); ++i)
                fields.push_back(
                    {type.element_names.empty() ? std::to_string(i + 1) : type.element_names[i],
                     type.children[i]});
            return fields;
        }
        default:
            return {};
    }
}

void export_children(const std::vector<NameAndType>& fields, const ExportOptions& options,
                     SchemaNode& node) {
    node.children.resize(fields.size());
    for (size_t i = 0; i < fields.size(); ++i)
        export_field(fields[i].name, fields[i].type, options, &node.children[i]);
}

void export_field(const std::string& name, const TypePtr& type, const ExportOptions& options,
                  ArrowSchema* schema) {
    auto node = std::make_unique<SchemaNode>();
    node->name = name;
    node->format = arrow_format(*type, options);
    // 16 bytes to whoever does not know the extension.
    if (type->id == TypeId::Uuid) node->metadata = extension_metadata("arrow.uuid");
    if (type->id == TypeId::LowCardinality)
        export_field("", type->children.at(0), options, &node->dictionary);
    else
        export_children(child_fields(*type), options, *node);
    hand_over(std::move(node), type->nullable, schema);
}

}  // namespace

void export_schema(const std::vector<NameAndType>& fields, const ExportOptions& options,
                   ArrowSchema* schema) {
    auto node = std::make_unique<SchemaNode>();
    node->format = "+s";
    export_children(fields, options, *node);
    hand_over(std::move(node), false, schema);
}

}  // namespace ch::connector
