package io.chspark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.colstats.ColumnStatistics;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a scan tells the optimizer: rows and bytes of what pruning left, and what parts know of
 * numbers and dates. A column's least and greatest values hold for the whole table, so also for
 * what is left of it.
 */
final class ChStatistics implements Statistics {
  /** Nothing is told. */
  static final Statistics UNKNOWN =
      new ChStatistics(OptionalLong.empty(), OptionalLong.empty(), Map.of());

  private final OptionalLong rows;
  private final OptionalLong bytes;
  private final Map<NamedReference, ColumnStatistics> columns;

  private ChStatistics(
      OptionalLong rows, OptionalLong bytes, Map<NamedReference, ColumnStatistics> columns) {
    this.rows = rows;
    this.bytes = bytes;
    this.columns = columns;
  }

  ChStatistics(ChTableInfo info, StructType schema, ChSplits splits) {
    this(
        OptionalLong.of(splits.rows()),
        OptionalLong.of(Math.max(1, splits.bytes())),
        columns(info, schema));
  }

  private static Map<NamedReference, ColumnStatistics> columns(
      ChTableInfo info, StructType schema) {
    Map<NamedReference, ColumnStatistics> known = new LinkedHashMap<>();
    for (StructField field : schema.fields()) {
      JsonObject json = info.statistics(field.name());
      if (json != null) {
        known.put(
            Expressions.column("`" + field.name().replace("`", "``") + "`"),
            column(json, field.dataType()));
      }
    }
    return known;
  }

  private static ColumnStatistics column(JsonObject json, DataType type) {
    JsonElement nulls = json.get("null_count");
    boolean counted = nulls != null && !nulls.isJsonNull();
    return new Known(
        value(json.get("min"), type),
        value(json.get("max"), type),
        counted ? OptionalLong.of(nulls.getAsLong()) : OptionalLong.empty());
  }

  /** A value in Spark's internal form; empty for types of which the optimizer makes nothing. */
  static Optional<Object> value(JsonElement json, DataType type) {
    if (json == null || json.isJsonNull()) {
      return Optional.empty();
    }
    String text = json.getAsString();
    try {
      return Optional.ofNullable(
          type instanceof DecimalType decimal
              ? Decimal.apply(new BigDecimal(text), decimal.precision(), decimal.scale())
              : switch (type.typeName()) {
                case "byte" -> (Object) Byte.valueOf(text);
                case "short" -> Short.valueOf(text);
                case "integer" -> Integer.valueOf(text);
                case "long" -> Long.valueOf(text);
                case "date" -> (int) LocalDate.parse(text).toEpochDay();
                default -> null;
              });
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public OptionalLong sizeInBytes() {
    return bytes;
  }

  @Override
  public OptionalLong numRows() {
    return rows;
  }

  @Override
  public Map<NamedReference, ColumnStatistics> columnStats() {
    return columns;
  }

  /** Spark's interface as it stands takes the record's accessors for its own methods. */
  private record Known(Optional<Object> min, Optional<Object> max, OptionalLong nullCount)
      implements ColumnStatistics {}
}
