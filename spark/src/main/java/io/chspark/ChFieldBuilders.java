package io.chspark;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.Platform;

/** The builder for each Spark type. */
final class ChFieldBuilders {
  private static final int PRECISION_MAX_32 = 9;
  private static final int PRECISION_MAX_64 = 18;

  private final ChArena arena;

  private ChFieldBuilders(ChArena arena) {
    this.arena = arena;
  }

  /** Of rows of that schema. Throws ChException for a type that is not written. */
  static ChStructBuilder of(ChArena arena, StructType schema) {
    ChFieldBuilders builders = new ChFieldBuilders(arena);
    return new ChStructBuilder(arena, "", false, builders.fields(schema));
  }

  private List<ChFieldBuilder> fields(StructType schema) {
    List<ChFieldBuilder> fields = new ArrayList<>();
    for (StructField field : schema.fields()) {
      fields.add(field(field.name(), field.dataType(), field.nullable()));
    }
    return fields;
  }

  private ChFieldBuilder field(String name, DataType type, boolean nullable) {
    if (type instanceof DecimalType decimal) {
      return decimal(name, decimal, nullable);
    }
    if (type instanceof ArrayType list) {
      ChFieldBuilder elements = field("element", list.elementType(), list.containsNull());
      return new ChListBuilder(arena, name, nullable, elements);
    }
    if (type instanceof MapType map) {
      ChFieldBuilder keys = field("key", map.keyType(), false);
      ChFieldBuilder values = field("value", map.valueType(), map.valueContainsNull());
      return new ChMapBuilder(arena, name, nullable, keys, values);
    }
    if (type instanceof StructType struct) {
      return new ChStructBuilder(arena, name, nullable, fields(struct));
    }
    if (type instanceof StringType) {
      return new ChBytesBuilder(arena, name, nullable, true);
    }
    if (type instanceof DayTimeIntervalType) {
      return longs(name, "l", nullable);
    }
    return simple(name, type, nullable);
  }

  private ChFieldBuilder simple(String name, DataType type, boolean nullable) {
    return switch (type.typeName()) {
      case "boolean" -> new ChBooleanBuilder(arena, name, nullable);
      case "byte" ->
          fixed(name, "c", nullable, 1, (at, row, i) -> Platform.putByte(null, at, row.getByte(i)));
      case "short" ->
          fixed(
              name, "s", nullable, 2, (at, row, i) -> Platform.putShort(null, at, row.getShort(i)));
      case "integer" -> ints(name, "i", nullable);
      case "date" -> ints(name, "tdD", nullable);
      case "long" -> longs(name, "l", nullable);
      case "timestamp", "timestamp_ntz" -> longs(name, "tsu:", nullable);
      case "float" ->
          fixed(
              name, "f", nullable, 4, (at, row, i) -> Platform.putFloat(null, at, row.getFloat(i)));
      case "double" ->
          fixed(
              name,
              "g",
              nullable,
              8,
              (at, row, i) -> Platform.putDouble(null, at, row.getDouble(i)));
      case "binary" -> new ChBytesBuilder(arena, name, nullable, false);
      default ->
          throw new ChException(
              ChException.UNSUPPORTED,
              "column '" + name + "' of type " + type.sql() + " cannot be written; cast it");
    };
  }

  private ChFieldBuilder fixed(
      String name, String format, boolean nullable, int width, ChFixedBuilder.Put put) {
    return new ChFixedBuilder(arena, name, format, nullable, width, put);
  }

  private ChFieldBuilder ints(String name, String format, boolean nullable) {
    return fixed(
        name, format, nullable, 4, (at, row, i) -> Platform.putInt(null, at, row.getInt(i)));
  }

  private ChFieldBuilder longs(String name, String format, boolean nullable) {
    return fixed(
        name, format, nullable, 8, (at, row, i) -> Platform.putLong(null, at, row.getLong(i)));
  }

  private ChFieldBuilder decimal(String name, DecimalType type, boolean nullable) {
    int precision = type.precision();
    int scale = type.scale();
    String format = "d:" + precision + "," + scale;
    if (precision <= PRECISION_MAX_32) {
      return fixed(
          name,
          format + ",32",
          nullable,
          4,
          (at, row, i) -> Platform.putInt(null, at, (int) unscaled(row, i, precision, scale)));
    }
    if (precision <= PRECISION_MAX_64) {
      return fixed(
          name,
          format + ",64",
          nullable,
          8,
          (at, row, i) -> Platform.putLong(null, at, unscaled(row, i, precision, scale)));
    }
    return fixed(name, format, nullable, 16, (at, row, i) -> putWide(at, row, i, precision, scale));
  }

  private static long unscaled(SpecializedGetters row, int i, int precision, int scale) {
    return row.getDecimal(i, precision, scale).toUnscaledLong();
  }

  /** 128 bits, the low 64 first. */
  private static void putWide(long at, SpecializedGetters row, int i, int precision, int scale) {
    BigInteger value =
        row.getDecimal(i, precision, scale).toJavaBigDecimal().setScale(scale).unscaledValue();
    Platform.putLong(null, at, value.longValue());
    Platform.putLong(null, at + 8, value.shiftRight(64).longValue());
  }
}
