package io.chspark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * {@code <table>.snapshots}, {@code <table>.parts}, {@code <table>.columns_stats}: what is known of
 * a table without reading its rows, at the version of the query. Few rows, made on the driver.
 */
final class ChHistoryTable implements SupportsRead {
  /** Each with its columns, which are the fields of the library's answer but for "published". */
  enum Kind {
    SNAPSHOTS(
        "version bigint, published timestamp, operation string, note string, parts_added bigint,"
            + " parts_removed bigint, parts bigint, rows bigint, bytes bigint"),
    PARTS(
        "part string, partition_id string, level bigint, rows bigint, rows_hidden bigint,"
            + " bytes bigint, added_version bigint, min_commit_ts bigint, max_commit_ts bigint,"
            + " schema_id bigint"),
    COLUMNS_STATS("column string, type string, null_count bigint, min string, max string");

    private final String columns;

    Kind(String columns) {
      this.columns = columns;
    }

    StructType schema() {
      StructType built = new StructType();
      for (String column : columns.split(", ")) {
        String[] nameAndType = column.split(" ");
        built = built.add(nameAndType[0], type(nameAndType[1]));
      }
      return built;
    }

    private static DataType type(String name) {
      return switch (name) {
        case "bigint" -> DataTypes.LongType;
        case "timestamp" -> DataTypes.TimestampType;
        default -> DataTypes.StringType;
      };
    }
  }

  private final String name;
  private final ChTableInfo of;
  private final Kind kind;

  ChHistoryTable(String name, ChTableInfo of, Kind kind) {
    this.name = name;
    this.of = of;
    this.kind = kind;
  }

  /** Which of these tables an identifier of two namespaces, database and table, means; or null. */
  static Kind kind(Identifier identifier) {
    for (Kind kind : Kind.values()) {
      if (identifier.namespace().length == 2
          && kind.name().toLowerCase(Locale.ROOT).equals(identifier.name())) {
        return kind;
      }
    }
    return null;
  }

  /** The only form of it that Spark 3.5 asks for. */
  @Override
  @SuppressWarnings("deprecation")
  public StructType schema() {
    return kind.schema();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public Map<String, String> properties() {
    return Map.of("provider", ChDataSource.NAME);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    ChTableInfo info = of.forQuery(options);
    return () -> new ChLocalRows(kind.schema(), description(info), rows(info));
  }

  private String description(ChTableInfo info) {
    return ChDataSource.NAME + " " + name + info.versionText();
  }

  private List<InternalRow> rows(ChTableInfo info) {
    List<InternalRow> rows = new ArrayList<>();
    if (kind == Kind.COLUMNS_STATS) {
      for (ChColumn column : info.columns) {
        rows.add(row(statistics(info, column)));
      }
      return rows;
    }
    if (!info.isStore()) {
      throw new ChException(
          ChException.UNSUPPORTED,
          name + ": a plain ClickHouse folder keeps no history; system.parts of ClickHouse tells");
    }
    JsonObject request = info.store().request();
    request.addProperty("of", kind.name().toLowerCase(Locale.ROOT));
    request.addProperty("version", info.version());
    String text;
    try (ChSession session = ChSession.use(ChReadConf.ofSession().memoryBytes)) {
      text = ChNative.history(session.handle(), request.toString());
    }
    JsonObject answer = JsonParser.parseString(text).getAsJsonObject();
    for (JsonElement row : answer.getAsJsonArray("rows")) {
      rows.add(row(row.getAsJsonObject()));
    }
    return rows;
  }

  private static JsonObject statistics(ChTableInfo info, ChColumn column) {
    JsonObject known = info.statistics(column.name());
    JsonObject row = known == null ? new JsonObject() : known.deepCopy();
    row.addProperty("column", column.name());
    row.addProperty("type", column.clickHouseType());
    return row;
  }

  private InternalRow row(JsonObject json) {
    StructField[] fields = kind.schema().fields();
    Object[] values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      boolean isTime = fields[i].dataType().equals(DataTypes.TimestampType);
      JsonElement value = json.get(isTime ? "time_ms" : fields[i].name());
      if (value == null || value.isJsonNull()) {
        continue;
      }
      if (isTime) {
        values[i] = Math.multiplyExact(value.getAsLong(), 1000L);
      } else if (fields[i].dataType().equals(DataTypes.LongType)) {
        values[i] = value.getAsLong();
      } else {
        values[i] = UTF8String.fromString(value.getAsString());
      }
    }
    return new GenericInternalRow(values);
  }
}
