package io.chspark;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * The types of columns. The library tells as which of ClickHouse's types Spark sees a column
 * ("spark" in include/ch/ch.h); this is Spark's name for that.
 *
 * <p>Three Spark types have no ClickHouse counterpart; a marker anywhere in the column's COMMENT
 * chooses them, on the column itself, also below Nullable and LowCardinality:
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

  /** The name of a type behind what may stand around it where a marker holds. */
  private static final Pattern MARKABLE =
      Pattern.compile("(?:LowCardinality\\(|Nullable\\()*(\\w+).*", Pattern.DOTALL);

  /** A Spark type and whether its values may be NULL. */
  record Typed(DataType type, boolean nullable) {}

  private final String text;
  private int at;

  private ChTypes(String text) {
    this.text = text;
  }

  /**
   * The Spark type of a column that the library shows to Spark as {@code sparkType}, or null if
   * that is empty or names no type that it shows.
   */
  static Typed of(String clickHouseType, String sparkType, String comment) {
    ChTypes parser = new ChTypes(sparkType);
    try {
      Typed typed = parser.type(0);
      if (typed == null || parser.at != sparkType.length()) {
        return null;
      }
      DataType marked = marked(clickHouseType, comment);
      return marked == null ? typed : new Typed(marked, typed.nullable());
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      return null;
    }
  }

  /** The type that a marker chooses, or null. */
  private static DataType marked(String clickHouseType, String comment) {
    Matcher matcher = MARKABLE.matcher(clickHouseType);
    String name = matcher.matches() ? matcher.group(1) : "";
    return switch (name) {
      case "DateTime", "DateTime64" ->
          comment.contains(MARK_NTZ) ? DataTypes.TimestampNTZType : null;
      case "String" -> comment.contains(MARK_BINARY) ? DataTypes.BinaryType : null;
      case "Int64" ->
          comment.contains(MARK_INTERVAL) ? DataTypes.createDayTimeIntervalType() : null;
      default -> null;
    };
  }

  private Typed type(int depth) {
    if (depth > DEPTH_MAX) {
      return null;
    }
    String name = word();
    if (at == text.length() || text.charAt(at) != '(') {
      return required(simple(name));
    }
    at++;
    Typed typed =
        switch (name) {
          case "Nullable" -> nullable(type(depth + 1));
          case "LowCardinality" -> type(depth + 1);
          case "Array" -> array(type(depth + 1));
          case "Map" -> map(depth);
          case "Tuple" -> tuple(depth);
          case "Decimal" -> decimal();
          case "FixedString" -> sized(DataTypes.BinaryType);
          case "DateTime64" -> sized(DataTypes.TimestampType);
          default -> null;
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
    String name = text.charAt(at) == '`' ? quoted() : word();
    if (at < text.length() && text.charAt(at) == ' ') {
      at++;
      return name;
    }
    at = start;
    return null;
  }

  private Typed decimal() {
    int precision = Integer.parseInt(word());
    int scale = separator() ? Integer.parseInt(word()) : -1;
    boolean fits = precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
    return fits ? required(DataTypes.createDecimalType(precision, scale)) : null;
  }

  /** A type of which Spark does not say the size. */
  private Typed sized(DataType type) {
    return Integer.parseInt(word()) > 0 ? required(type) : null;
  }

  private static DataType simple(String name) {
    return switch (name) {
      case "Bool" -> DataTypes.BooleanType;
      case "Int8" -> DataTypes.ByteType;
      case "Int16" -> DataTypes.ShortType;
      case "Int32" -> DataTypes.IntegerType;
      case "Int64" -> DataTypes.LongType;
      case "Float32" -> DataTypes.FloatType;
      case "Float64" -> DataTypes.DoubleType;
      case "String" -> DataTypes.StringType;
      case "Date32" -> DataTypes.DateType;
      default -> null;
    };
  }

  private boolean separator() {
    boolean found = text.startsWith(", ", at);
    at += found ? 2 : 0;
    return found;
  }

  private String word() {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Text between two backquotes, backslash escapes resolved. */
  private String quoted() {
    at++;
    StringBuilder value = new StringBuilder();
    while (text.charAt(at) != '`') {
      char c = text.charAt(at++);
      value.append(c == '\\' ? unescaped(text.charAt(at++)) : c);
    }
    at++;
    return value.toString();
  }

  private static char unescaped(char c) {
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '0' -> '\0';
      default -> c;
    };
  }
}
