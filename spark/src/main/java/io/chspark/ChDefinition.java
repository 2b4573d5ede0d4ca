package io.chspark;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A CREATE TABLE of Spark's as one of ClickHouse's. Columns of the key and of PARTITION BY are NOT
 * NULL, as ClickHouse's keys are.
 *
 * @param sql for the library
 */
record ChDefinition(String sql, ChLayout layout) {
  static final String ORDER_BY = "order_by";
  static final String PRIMARY_KEY = "primary_key";
  static final String ENGINE = "engine";
  static final String MERGE_TREE = "MergeTree";
  static final String REPLACING = "ReplacingMergeTree";
  static final String VERSION = "_version";
  static final String IS_DELETED = "_is_deleted";

  private static final Set<String> KNOWN =
      Set.of(
          ORDER_BY,
          PRIMARY_KEY,
          ENGINE,
          TableCatalog.PROP_COMMENT,
          TableCatalog.PROP_PROVIDER,
          TableCatalog.PROP_OWNER);

  /** Throws ChException, INVALID_ARGUMENT or UNSUPPORTED, naming what it cannot take. */
  static ChDefinition of(
      Identifier table,
      StructType schema,
      Transform[] partitioning,
      Map<String, String> properties) {
    checkProperties(properties);
    boolean replaces = replaces(properties.getOrDefault(ENGINE, MERGE_TREE));
    List<String> key = names(properties, ORDER_BY, schema);
    List<String> primary = names(properties, PRIMARY_KEY, schema);
    List<String> partition = identities(partitioning, schema);
    if (replaces && key.isEmpty()) {
      throw refusal(REPLACING + " needs TBLPROPERTIES ('order_by'='...'), the key of its rows");
    }
    Set<String> notNull = new LinkedHashSet<>(key);
    notNull.addAll(partition);
    ChStorageProperties storage = new ChStorageProperties(properties);
    storage.columns().forEach(name -> existing(name, ChStorageProperties.CODEC_OF + name, schema));
    List<String> columns = new ArrayList<>();
    for (StructField field : schema.fields()) {
      columns.add(column(field, notNull.contains(field.name())) + storage.codecOf(field.name()));
    }
    if (replaces) {
      columns.add("`" + VERSION + "` UInt64");
      columns.add("`" + IS_DELETED + "` UInt8");
    }
    for (ChStorageProperties.Index index : storage.indices()) {
      String column = existing(index.column(), index.property(), schema);
      columns.add("INDEX " + quoted(index.name(), '`') + " " + quoted(column, '`') + index.rest());
    }
    String engine = replaces ? REPLACING + "(`" + VERSION + "`, `" + IS_DELETED + "`)" : MERGE_TREE;
    String comment = properties.getOrDefault(TableCatalog.PROP_COMMENT, "");
    String sql =
        "CREATE TABLE "
            + quoted(table.namespace()[0], '`')
            + "."
            + quoted(table.name(), '`')
            + " ("
            + String.join(", ", columns)
            + ") ENGINE = "
            + engine
            + (partition.isEmpty() ? "" : " PARTITION BY " + tuple(partition))
            + (primary.isEmpty() ? "" : " PRIMARY KEY " + tuple(primary))
            + " ORDER BY "
            + tuple(key)
            + storage.settings()
            + (comment.isEmpty() ? "" : " COMMENT " + quoted(comment, '\''));
    return new ChDefinition(sql, new ChLayout(key, partition, replaces));
  }

  private static void checkProperties(Map<String, String> properties) {
    for (String name : properties.keySet()) {
      // Spark gives a writer's options twice, once with a prefix; they are no properties.
      boolean isOption =
          name.startsWith(TableCatalog.OPTION_PREFIX)
              || properties.containsKey(TableCatalog.OPTION_PREFIX + name);
      if (!isOption && !KNOWN.contains(name) && !ChStorageProperties.isKnown(name)) {
        throw refusal(
            "TBLPROPERTIES ('"
                + name
                + "'): known are "
                + ORDER_BY
                + ", "
                + PRIMARY_KEY
                + ", "
                + ENGINE
                + ", codec, codec.<column>, index.<name>, "
                + String.join(", ", ChStorageProperties.SETTINGS));
      }
    }
    String provider = properties.getOrDefault(TableCatalog.PROP_PROVIDER, ChDataSource.NAME);
    // saveAsTable() names the session's default format where nobody chose one.
    boolean isDefault = provider.equals(SQLConf.get().defaultDataSourceName());
    if (!provider.equals(ChDataSource.NAME) && !isDefault) {
      throw refusal("USING " + provider + ": this catalog's tables are " + ChDataSource.NAME);
    }
  }

  private static boolean replaces(String engine) {
    if (!engine.equals(MERGE_TREE) && !engine.equals(REPLACING)) {
      throw refusal("engine '" + engine + "': known are " + MERGE_TREE + " and " + REPLACING);
    }
    return engine.equals(REPLACING);
  }

  /** Columns that a property lists, separated by commas. */
  private static List<String> names(
      Map<String, String> properties, String property, StructType schema) {
    List<String> names = new ArrayList<>();
    for (String name : properties.getOrDefault(property, "").split(",", -1)) {
      if (name.isBlank()) {
        continue;
      }
      names.add(existing(name.trim(), property, schema));
    }
    return names;
  }

  private static String existing(String name, String use, StructType schema) {
    for (String column : schema.fieldNames()) {
      if (column.equalsIgnoreCase(name)) {
        return column;
      }
    }
    throw refusal(use + ": the table has no column '" + name + "'");
  }

  private static List<String> identities(Transform[] partitioning, StructType schema) {
    List<String> columns = new ArrayList<>();
    for (Transform transform : partitioning) {
      boolean isColumn =
          transform.name().equals("identity")
              && transform.references().length == 1
              && transform.references()[0].fieldNames().length == 1;
      if (!isColumn) {
        throw refusal(
            "PARTITIONED BY "
                + transform.describe()
                + ": tables are partitioned by columns; make one of the expression");
      }
      columns.add(existing(transform.references()[0].fieldNames()[0], "PARTITIONED BY", schema));
    }
    return columns;
  }

  private static String column(StructField field, boolean notNull) {
    ChTypeName type = ChTypeName.of(field.name(), field.dataType(), field.nullable() && !notNull);
    String given = field.getComment().isDefined() ? field.getComment().get() : "";
    String comment = type.comment(given);
    return quoted(field.name(), '`')
        + " "
        + type.name()
        + (comment.isEmpty() ? "" : " COMMENT " + quoted(comment, '\''));
  }

  private static String tuple(List<String> columns) {
    String list = columns.stream().map(name -> quoted(name, '`')).collect(Collectors.joining(", "));
    return columns.size() == 1 ? list : columns.isEmpty() ? "tuple()" : "(" + list + ")";
  }

  /** A name or a text as ClickHouse's SQL has it. */
  static String quoted(String text, char quote) {
    StringBuilder sql = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote || c == '\\') {
        sql.append('\\');
      }
      sql.append(c);
    }
    return sql.append(quote).toString();
  }

  private static ChException refusal(String why) {
    return new ChException(ChException.UNSUPPORTED, why);
  }
}
