package io.chspark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What the native library tells of a table, at the moment it was asked. Immutable. */
final class ChTableInfo {
  /** Columns that every table has beside its own, by name. */
  static final Map<String, DataType> METADATA =
      Map.of(
          "_part",
          DataTypes.StringType,
          "_partition_id",
          DataTypes.StringType,
          "_part_offset",
          DataTypes.createDecimalType(20, 0));

  final String path;
  final List<ChColumn> columns;
  private final JsonObject json;

  private ChTableInfo(String path, JsonObject json) {
    this.path = path;
    this.json = json;
    List<ChColumn> all = new ArrayList<>();
    for (JsonElement column : json.getAsJsonArray("columns")) {
      all.add(ChColumn.of(column.getAsJsonObject()));
    }
    columns = Collections.unmodifiableList(all);
  }

  /** Asks the library. Throws ChException; NOT_FOUND if there is no table. */
  static ChTableInfo load(String path, long memoryBytes) {
    try (ChSession session = ChSession.use(memoryBytes)) {
      String text = ChNative.describe(session.handle(), path);
      return new ChTableInfo(path, JsonParser.parseString(text).getAsJsonObject());
    }
  }

  StructType schema() {
    List<StructField> fields = new ArrayList<>();
    for (ChColumn column : columns) {
      if (!isHidden(column.name())) {
        fields.add(column.field());
      }
    }
    return DataTypes.createStructType(fields);
  }

  /** Whether it is a table of a store, which can be written. */
  boolean isStore() {
    JsonElement store = json.get("store");
    return store != null && store.getAsBoolean();
  }

  /** Requires: isStore(). */
  ChStore store() {
    String database = path.substring(0, path.lastIndexOf('/'));
    String root = database.substring(0, Math.max(0, database.lastIndexOf('/')));
    return new ChStore(root, text(json.get("database")), text(json.get("name")));
  }

  ChLayout layout() {
    return new ChLayout(plainColumns("order_by"), plainColumns("partition_by"), replaces());
  }

  private boolean replaces() {
    return isStore() && text(json.get("engine")).startsWith(ChDefinition.REPLACING + "(");
  }

  /** Columns that the store keeps for itself: Spark's are behind the metadata columns. */
  List<ChColumn> hidden() {
    return columns.stream().filter(column -> isHidden(column.name())).toList();
  }

  private boolean isHidden(String column) {
    boolean isOwn = column.equals(ChDefinition.VERSION) || column.equals(ChDefinition.IS_DELETED);
    return isOwn && replaces();
  }

  /** The columns that a key lists; empty where it is more than columns. */
  private List<String> plainColumns(String key) {
    JsonElement value = json.get(key);
    List<String> items = new ArrayList<>();
    if (value.isJsonArray()) {
      value.getAsJsonArray().forEach(item -> items.add(item.getAsString()));
    } else {
      String list = value.getAsString().replaceFirst("^(?:tuple)?\\((.*)\\)$", "$1");
      items.addAll(List.of(list.split(", ")));
    }
    List<String> names = new ArrayList<>();
    for (String item : items) {
      ChColumn found = column(unquoted(item));
      if (found == null) {
        return List.of();
      }
      names.add(found.name());
    }
    return names;
  }

  private static String unquoted(String name) {
    boolean isQuoted = name.length() > 1 && name.startsWith("`") && name.endsWith("`");
    return isQuoted
        ? name.substring(1, name.length() - 1).replace("\\`", "`").replace("\\\\", "\\")
        : name;
  }

  /** The column of that name, or null. */
  ChColumn column(String name) {
    for (ChColumn column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }

  /** Types of the columns that can be read, the metadata columns too. */
  Map<String, DataType> readable() {
    Map<String, DataType> types = new LinkedHashMap<>(METADATA);
    for (ChColumn column : columns) {
      types.remove(column.name());
      if (column.problem() == null) {
        types.put(column.name(), column.type());
      }
    }
    return types;
  }

  /** Compressed bytes of all its parts. */
  long bytes() {
    return json.get("bytes").getAsLong();
  }

  /** What DESCRIBE EXTENDED shows. */
  Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("provider", ChDataSource.NAME);
    properties.put("location", path);
    for (String key :
        List.of(
            "engine",
            "order_by",
            "primary_key",
            "partition_by",
            "parts",
            "rows",
            "bytes",
            "path")) {
      String value = text(json.get(key));
      if (!value.isEmpty()) {
        properties.put(key, value);
      }
    }
    JsonElement broken = json.get("broken");
    if (broken != null && broken.isJsonArray() && !broken.getAsJsonArray().isEmpty()) {
      properties.put("broken_parts", broken.toString());
    }
    return properties;
  }

  private static String text(JsonElement value) {
    if (value == null || value.isJsonNull()) {
      return "";
    }
    if (!value.isJsonArray()) {
      return value.getAsString();
    }
    List<String> items = new ArrayList<>();
    for (JsonElement item : value.getAsJsonArray()) {
      items.add(item.getAsString());
    }
    return String.join(", ", items);
  }

  /** What the parts know of a column's values ({"min","max","null_count"}), or null. */
  JsonObject statistics(String column) {
    JsonElement all = json.get("statistics");
    JsonElement one = all != null && all.isJsonObject() ? all.getAsJsonObject().get(column) : null;
    return one != null && one.isJsonObject() ? one.getAsJsonObject() : null;
  }

  /** The same table in the same state, as far as all that the library tells shows it. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChTableInfo that && path.equals(that.path) && json.equals(that.json);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }
}
