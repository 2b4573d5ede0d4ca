package io.chspark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * ClickHouse types as Spark sees them (design section 7), from their text as ClickHouse prints it.
 *
 * <p>Three Spark types have no ClickHouse counterpart; a marker anywhere in the column's COMMENT
 * chooses them:
 *
 * <ul>
 *   <li>{@code [spark:timestamp_ntz]} on a DateTime or DateTime64: a wall clock time, kept as if it
 *       were UTC
 *   <li>{@code [spark:binary]} on a String: bytes
 *   <li>{@code [spark:interval]} on an Int64: an INTERVAL DAY TO SECOND, in microseconds
 * </ul>
 *
 * A marker on a column of another type means nothing.
 */
final class ChTypes {
  static final String MARK_NTZ = "[spark:timestamp_ntz]";
  static final String MARK_BINARY = "[spark:binary]";
  static final String MARK_INTERVAL = "[spark:interval]";

  private static final int DEPTH_MAX = 64;

  /** A Spark type and whether its values may be NULL. */
  record Typed(DataType type, boolean nullable) {}

  private final String text;
  private final String comment;
  private int at;

  private ChTypes(String text, String comment) {
    this.text = text;
    this.comment = comment;
  }

  /** The Spark type of a column, or null if Spark has no place for its values. */
  static Typed of(String clickHouseType, String comment) {
    ChTypes parser = new ChTypes(clickHouseType, comment);
    try {
      Typed typed = parser.type(0);
      return typed != null && parser.at == clickHouseType.length() ? typed : null;
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      return null;
    }
  }

  private Typed type(int depth) {
    if (depth > DEPTH_MAX) {
      return null;
    }
    String name = word();
    boolean arguments = at < text.length() && text.charAt(at) == '(';
    if (!arguments) {
      return required(simple(name, depth));
    }
    at++;
    Typed typed =
        switch (name) {
          case "Nullable" -> nullable(type(depth + 1));
          case "LowCardinality" -> type(depth + 1);
          case "SimpleAggregateFunction" -> simpleAggregate(depth);
          case "Array" -> array(type(depth + 1));
          case "Map" -> map(depth);
          case "Tuple" -> tuple(depth);
          case "Nested" -> array(tuple(depth));
          default -> scalar(name, depth);
        };
    return typed != null && text.charAt(at++) == ')' ? typed : null;
  }

  private static Typed required(DataType type) {
    return type == null ? null : new Typed(type, false);
  }

  private static Typed nullable(Typed inner) {
    return inner == null ? null : new Typed(inner.type(), true);
  }

  private static Typed array(Typed element) {
    return element == null
        ? null
        : required(DataTypes.createArrayType(element.type(), element.nullable()));
  }

  private Typed simpleAggregate(int depth) {
    skipArgument();
    return separator() ? type(depth + 1) : null;
  }

  private Typed map(int depth) {
    Typed key = type(depth + 1);
    if (key == null || !separator()) {
      return null;
    }
    Typed value = type(depth + 1);
    return value == null
        ? null
        : required(DataTypes.createMapType(key.type(), value.type(), value.nullable()));
  }

  private Typed tuple(int depth) {
    List<StructField> fields = new ArrayList<>();
    do {
      String name = elementName();
      Typed element = type(depth + 1);
      if (element == null) {
        return null;
      }
      String field = name == null ? "_" + (fields.size() + 1) : name;
      fields.add(DataTypes.createStructField(field, element.type(), element.nullable()));
    } while (separator());
    return required(DataTypes.createStructType(fields));
  }

  /** A tuple element's name, or null if the element has none and its type comes next. */
  private String elementName() {
    int start = at;
    String name = text.charAt(at) == '`' || text.charAt(at) == '"' ? quoted() : word();
    if (at < text.length() && text.charAt(at) == ' ') {
      at++;
      return name;
    }
    at = start;
    return null;
  }

  /** A type with arguments that are not types. */
  private Typed scalar(String name, int depth) {
    List<String> arguments = new ArrayList<>();
    do {
      int start = at;
      skipArgument();
      arguments.add(text.substring(start, at));
    } while (separator());
    return switch (name) {
      case "Decimal" ->
          decimal(number(arguments, 0), arguments.size() > 1 ? number(arguments, 1) : 0);
      case "Decimal32" -> decimal(9, number(arguments, 0));
      case "Decimal64" -> decimal(18, number(arguments, 0));
      case "Decimal128" -> decimal(38, number(arguments, 0));
      case "FixedString" -> required(DataTypes.BinaryType);
      case "DateTime", "DateTime64", "Enum8", "Enum16", "Enum" -> required(simple(name, depth));
      default -> null;
    };
  }

  private static Typed decimal(int precision, int scale) {
    boolean fits = precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
    return fits ? required(DataTypes.createDecimalType(precision, scale)) : null;
  }

  private DataType simple(String name, int depth) {
    return switch (name) {
      case "Bool" -> DataTypes.BooleanType;
      case "Int8" -> DataTypes.ByteType;
      case "Int16", "UInt8" -> DataTypes.ShortType;
      case "Int32", "UInt16" -> DataTypes.IntegerType;
      case "UInt32" -> DataTypes.LongType;
      case "Int64" ->
          marked(MARK_INTERVAL, depth) ? DataTypes.createDayTimeIntervalType() : DataTypes.LongType;
      case "UInt64" -> DataTypes.createDecimalType(20, 0);
      case "Float32" -> DataTypes.FloatType;
      case "Float64" -> DataTypes.DoubleType;
      case "String" -> marked(MARK_BINARY, depth) ? DataTypes.BinaryType : DataTypes.StringType;
      case "UUID", "IPv4", "IPv6", "Enum8", "Enum16", "Enum" -> DataTypes.StringType;
      case "Date", "Date32" -> DataTypes.DateType;
      case "DateTime", "DateTime64" ->
          marked(MARK_NTZ, depth) ? DataTypes.TimestampNTZType : DataTypes.TimestampType;
      default -> null;
    };
  }

  /**
   * Markers hold for the column itself: below Nullable and LowCardinality, not inside arrays, maps
   * and tuples.
   */
  private boolean marked(String marker, int depth) {
    return comment.contains(marker)
        && depth <= 2
        && !text.contains("Array(")
        && !text.contains("Map(")
        && !text.contains("Tuple(")
        && !text.contains("Nested(");
  }

  private boolean separator() {
    if (text.charAt(at) != ',') {
      return false;
    }
    at++;
    while (text.charAt(at) == ' ') {
      at++;
    }
    return true;
  }

  private String word() {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Text between two quotes of the kind that stands here, backslash escapes resolved. */
  private String quoted() {
    char quote = text.charAt(at++);
    StringBuilder value = new StringBuilder();
    while (text.charAt(at) != quote) {
      if (text.charAt(at) == '\\') {
        at++;
      }
      value.append(text.charAt(at++));
    }
    at++;
    return value.toString();
  }

  /** To the comma or closing parenthesis that ends the argument here. */
  private void skipArgument() {
    int open = 0;
    while (open > 0 || (text.charAt(at) != ',' && text.charAt(at) != ')')) {
      char c = text.charAt(at);
      if (c == '\'' || c == '`') {
        quoted();
        continue;
      }
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
      at++;
    }
  }

  private static int number(List<String> arguments, int index) {
    return Integer.parseInt(arguments.get(index).trim());
  }
}
