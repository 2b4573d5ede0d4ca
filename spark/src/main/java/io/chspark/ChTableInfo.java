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
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

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

  /** Without the version of the root, which other tables' commits raise. */
  private final JsonObject json;

  /** Negative for a plain folder. */
  private final long version;

  /** Keeps the version readable; null where a query chooses its version by itself. */
  private final ChSnapshot snapshot;

  private ChTableInfo(String path, JsonObject json, ChSnapshot snapshot) {
    this.path = path;
    this.json = json;
    this.snapshot = snapshot;
    JsonElement at = json.remove("version");
    version = at == null ? -1 : at.getAsLong();
    List<ChColumn> all = new ArrayList<>();
    for (JsonElement column : json.getAsJsonArray("columns")) {
      all.add(ChColumn.of(column.getAsJsonObject()));
    }
    columns = Collections.unmodifiableList(all);
  }

  /**
   * Asks the library; of a table of a store at {@code point}, or the newest version if that is
   * null. Throws ChException; NOT_FOUND if there is no table.
   */
  static ChTableInfo load(String path, ChReadPoint point, long memoryBytes) {
    return load(path, point == null ? null : ChSnapshot.at(root(path), point), memoryBytes);
  }

  private static ChTableInfo load(String path, ChSnapshot snapshot, long memoryBytes) {
    try (ChSession session = ChSession.use(memoryBytes)) {
      long version = snapshot == null ? -1 : snapshot.version();
      String text = ChNative.describe(session.handle(), path, version);
      return new ChTableInfo(path, JsonParser.parseString(text).getAsJsonObject(), snapshot);
    }
  }

  /**
   * The table as the query reads it that is being planned: at the version that is its own (VERSION
   * AS OF), that the read's options ask for, or that all tables of the query have. Throws
   * ChException, CONFLICT if a column has changed since this was loaded.
   */
  ChTableInfo forQuery(CaseInsensitiveStringMap options) {
    if (snapshot != null) {
      return this;
    }
    ChReadPoint point = ChReadPoint.ofOptions(options);
    if (!isStore() && point == null) {
      return this;
    }
    ChSnapshot wanted =
        point == null ? ChQuerySnapshots.of(root(path)) : ChSnapshot.at(root(path), point);
    ChTableInfo then =
        wanted.version() == version
            ? new ChTableInfo(path, withVersion(), wanted)
            : load(path, wanted, new ChReadConf(options).memoryBytes);
    checkColumns(then);
    return then;
  }

  private JsonObject withVersion() {
    JsonObject whole = json.deepCopy();
    whole.addProperty("version", version);
    return whole;
  }

  /** Spark has resolved the query by these columns, and will not look at the table again. */
  private void checkColumns(ChTableInfo then) {
    for (ChColumn column : columns) {
      ChColumn other = then.column(column.name());
      if (other == null
          || !other.type().equals(column.type())
          || (other.nullable() && !column.nullable())) {
        throw new ChException(
            ChException.CONFLICT,
            "column '"
                + column.name()
                + "' of "
                + path
                + " is not the same at version "
                + then.version
                + " as at version "
                + version
                + ", by which the query was understood; make the DataFrame again, or read that"
                + " version by VERSION AS OF");
      }
    }
  }

  /** Of its store; negative for a plain folder. */
  long version() {
    return version;
  }

  /** What keeps the version readable, or null. */
  ChSnapshot snapshot() {
    return snapshot;
  }

  /** For EXPLAIN. */
  String versionText() {
    return snapshot == null ? "" : ", Version: " + snapshot.version();
  }

  /** Of a path root/database/table. */
  private static String root(String path) {
    int table = path.lastIndexOf('/');
    int database = table > 0 ? path.lastIndexOf('/', table - 1) : -1;
    return database < 0 ? "." : path.substring(0, Math.max(1, database));
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
    return new ChStore(root(path), text(json.get("database")), text(json.get("name")));
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

  /** Of all its parts, those included that others replace. */
  long rows() {
    return json.get("rows").getAsLong();
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
    if (version >= 0) {
      properties.put("version", String.valueOf(version));
    }
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
