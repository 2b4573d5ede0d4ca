package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A scan as the native library takes it (include/ch/ch.h): columns of a table, the rows for which
 * all predicates are true, at most {@code limit} of them a split (negative = all), at a version of
 * the table's store (negative = as it is now). With an aggregate, which may be null, its results
 * stand in place of the columns. Immutable.
 */
record ChPlan(
    String path,
    long version,
    List<String> columns,
    List<JsonObject> predicates,
    int limit,
    ChAggregate aggregate) {
  ChPlan(String path, long version, List<String> columns, List<JsonObject> predicates, int limit) {
    this(path, version, columns, predicates, limit, null);
  }

  ChPlan with(List<JsonObject> more) {
    List<JsonObject> all = new ArrayList<>(predicates);
    all.addAll(more);
    return new ChPlan(path, version, columns, all, limit, aggregate);
  }

  /** The plan as JSON. */
  String json(ChReadConf conf, long splitBytes) {
    JsonObject root = nodes();
    JsonObject options = new JsonObject();
    options.addProperty("types", "spark");
    options.addProperty("batch_rows", conf.batchRows);
    options.addProperty("dictionary", conf.dictionary);
    options.addProperty("split_bytes", splitBytes);
    root.add("options", options);
    return root.toString();
  }

  /** The plan without options. */
  JsonObject nodes() {
    Set<String> read = new LinkedHashSet<>(columns);
    if (aggregate != null) {
      addInputs(aggregate.keys(), read);
      addInputs(aggregate.calls(), read);
    }
    for (JsonObject predicate : predicates) {
      addColumns(predicate, read);
    }
    JsonObject node = node("scan");
    node.addProperty("table", path);
    if (version >= 0) {
      node.addProperty("version", version);
    }
    JsonArray names = new JsonArray();
    read.forEach(names::add);
    node.add("columns", names);
    if (!predicates.isEmpty()) {
      node = above(node, "filter");
      node.add("predicate", ChPredicates.all(predicates));
    }
    if (aggregate != null) {
      node = above(node, "aggregate");
      node.add("keys", aggregate.keys());
      node.add("aggregates", aggregate.calls());
    } else if (read.size() > columns.size()) {
      node = above(node, "project");
      node.add("columns", projection());
    }
    if (limit >= 0) {
      node = above(node, "limit");
      node.addProperty("rows", limit);
    }
    return node;
  }

  private static JsonObject node(String kind) {
    JsonObject node = new JsonObject();
    node.addProperty("node", kind);
    return node;
  }

  private static JsonObject above(JsonObject input, String kind) {
    JsonObject node = node(kind);
    node.add("input", input);
    return node;
  }

  private JsonArray projection() {
    JsonArray list = new JsonArray();
    for (String column : columns) {
      JsonObject reference = new JsonObject();
      reference.addProperty("column", column);
      JsonObject item = new JsonObject();
      item.addProperty("name", column);
      item.add("expr", reference);
      list.add(item);
    }
    return list;
  }

  private static void addInputs(JsonArray named, Set<String> to) {
    for (JsonElement each : named) {
      JsonElement expression = each.getAsJsonObject().get("expr");
      if (expression != null) {
        addColumns(expression.getAsJsonObject(), to);
      }
    }
  }

  private static void addColumns(JsonObject expression, Set<String> to) {
    JsonElement column = expression.get("column");
    if (column != null) {
      to.add(column.getAsString());
    }
    JsonElement arguments = expression.get("args");
    if (arguments != null) {
      arguments.getAsJsonArray().forEach(argument -> addColumns(argument.getAsJsonObject(), to));
    }
  }
}
