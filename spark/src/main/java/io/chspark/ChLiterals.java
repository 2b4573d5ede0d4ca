package io.chspark;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;

/** Constants of Spark's expressions as a plan writes them (include/ch/ch.h). */
final class ChLiterals {
  private static final long DAY_MIN = LocalDate.of(0, 1, 1).toEpochDay();
  private static final long DAY_MAX = LocalDate.of(9999, 12, 31).toEpochDay();

  private ChLiterals() {}

  /** The literal, or null if the plan cannot say it. */
  static JsonObject of(Literal<?> literal) {
    String name = clickHouseName(literal.dataType());
    if (name == null) {
      return null;
    }
    if (literal.value() == null) {
      return literal(null, name.equals("FixedString") ? "String" : name);
    }
    String text = text(literal.value(), literal.dataType());
    return text == null ? null : literal(text, name);
  }

  /**
   * The ClickHouse type in which the engine computes values of a Spark type; null if it computes
   * none.
   */
  static String clickHouseName(DataType type) {
    boolean isCollated = type instanceof StringType && !type.equals(DataTypes.StringType);
    return switch (type.typeName()) {
      case "timestamp", "timestamp_ntz" -> "DateTime64(6)";
      case "binary" -> "FixedString";
      default -> isCollated ? null : ChTypeName.base(type);
    };
  }

  /** A value of Spark's internal form as the plan writes it, or null if it cannot. */
  private static String text(Object value, DataType type) {
    if (value instanceof UTF8String string) {
      String decoded = string.toString();
      return UTF8String.fromString(decoded).equals(string) ? decoded : null;
    }
    if (value instanceof Decimal decimal) {
      return plain(decimal, (DecimalType) type);
    }
    if (value instanceof byte[] bytes) {
      return hex(bytes);
    }
    if (value instanceof Float || value instanceof Double) {
      return floating(((Number) value).doubleValue(), value.toString());
    }
    if (type.equals(DataTypes.DateType)) {
      long day = ((Number) value).longValue();
      return day < DAY_MIN || day > DAY_MAX ? null : LocalDate.ofEpochDay(day).toString();
    }
    return value instanceof Number || value instanceof Boolean ? value.toString() : null;
  }

  private static String plain(Decimal value, DecimalType type) {
    BigDecimal exact = value.toJavaBigDecimal();
    return exact.scale() <= type.scale() ? exact.setScale(type.scale()).toPlainString() : null;
  }

  private static String floating(double value, String text) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return text;
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder(2 * bytes.length);
    for (byte b : bytes) {
      text.append(Character.forDigit((b >> 4) & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
    }
    return text.toString();
  }

  static JsonObject literal(String value, String type) {
    JsonObject json = new JsonObject();
    if (value == null) {
      json.add("literal", JsonNull.INSTANCE);
    } else {
      json.addProperty("literal", value);
    }
    json.addProperty("type", type);
    return json;
  }
}
