package io.chspark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The ClickHouse type in which a new column keeps a Spark type: the other way round than {@link
 * ChTypes}.
 *
 * @param name as ClickHouse writes it
 * @param marker what the column's COMMENT must hold for Spark to see the type again; often empty
 */
record ChTypeName(String name, String marker) {
  /**
   * Of a column; {@code column} is for the message. Throws ChException for a type that has no
   * counterpart.
   */
  static ChTypeName of(String column, DataType type, boolean nullable) {
    String marker = marker(type);
    String name = marker.isEmpty() ? nested(column, type) : base(type);
    return new ChTypeName(nullable && isNullable(type) ? "Nullable(" + name + ")" : name, marker);
  }

  /** The comment with the marker in it. */
  String comment(String comment) {
    boolean isThere = marker.isEmpty() || comment.contains(marker);
    return isThere ? comment : comment.isEmpty() ? marker : comment + " " + marker;
  }

  private static String marker(DataType type) {
    if (type instanceof DayTimeIntervalType) {
      return ChTypes.MARK_INTERVAL;
    }
    return switch (type.typeName()) {
      case "binary" -> ChTypes.MARK_BINARY;
      case "timestamp_ntz" -> ChTypes.MARK_NTZ;
      default -> "";
    };
  }

  /** ClickHouse has no NULL in place of an array, a map or a tuple. */
  private static boolean isNullable(DataType type) {
    return !(type instanceof ArrayType || type instanceof MapType || type instanceof StructType);
  }

  private static String nested(String column, DataType type) {
    if (type instanceof ArrayType list) {
      return "Array(" + inner(column, list.elementType(), list.containsNull()) + ")";
    }
    if (type instanceof MapType map) {
      return "Map("
          + inner(column, map.keyType(), false)
          + ", "
          + inner(column, map.valueType(), map.valueContainsNull())
          + ")";
    }
    if (type instanceof StructType struct) {
      List<String> fields = new ArrayList<>();
      for (StructField field : struct.fields()) {
        String inner = inner(column, field.dataType(), field.nullable());
        fields.add(ChDefinition.quoted(field.name(), '`') + " " + inner);
      }
      return "Tuple(" + String.join(", ", fields) + ")";
    }
    String name = base(type);
    if (name == null) {
      throw new ChException(
          ChException.UNSUPPORTED,
          "column '" + column + "': ClickHouse has no type for " + type.sql());
    }
    return name;
  }

  private static String inner(String column, DataType type, boolean nullable) {
    ChTypeName name = of(column, type, nullable);
    if (!name.marker.isEmpty()) {
      throw new ChException(
          ChException.UNSUPPORTED,
          "column '"
              + column
              + "': "
              + type.sql()
              + " inside an array, a map or a struct cannot be told from "
              + name.name
              + " when it is read; make it a column of its own, or cast it");
    }
    return name.name;
  }

  /** Of a type that holds no other; null if it has no counterpart. */
  static String base(DataType type) {
    if (type instanceof DecimalType decimal) {
      return "Decimal(" + decimal.precision() + ", " + decimal.scale() + ")";
    }
    if (type instanceof StringType) {
      return "String";
    }
    if (type instanceof DayTimeIntervalType) {
      return "Int64";
    }
    return switch (type.typeName()) {
      case "boolean" -> "Bool";
      case "byte" -> "Int8";
      case "short" -> "Int16";
      case "integer" -> "Int32";
      case "long" -> "Int64";
      case "float" -> "Float32";
      case "double" -> "Float64";
      case "binary" -> "String";
      case "date" -> "Date32";
      case "timestamp", "timestamp_ntz" -> "DateTime64(6, 'UTC')";
      default -> null;
    };
  }
}
