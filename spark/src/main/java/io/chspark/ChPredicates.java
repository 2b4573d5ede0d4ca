package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.expressions.Cast;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Extract;
import org.apache.spark.sql.connector.expressions.GeneralScalarExpression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.AlwaysFalse;
import org.apache.spark.sql.connector.expressions.filter.AlwaysTrue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's V2 predicates as expressions of a plan (include/ch/ch.h). Only what the engine computes
 * exactly as Spark does, and what cannot raise an error, has a translation: so pushed predicates
 * may run before all others. Strings are compared by their bytes: collated ones have no
 * translation.
 */
final class ChPredicates {
  private static final Set<String> COMPARISONS = Set.of("=", "<=>", "<>", "<", "<=", ">", ">=");
  private static final Set<String> STRING_TESTS = Set.of("STARTS_WITH", "ENDS_WITH", "CONTAINS");
  private static final Set<String> DATE_PARTS =
      Set.of(
          "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAY_OF_WEEK", "DAY_OF_YEAR", "YEAR_OF_WEEK");
  private static final long DAY_MIN = LocalDate.of(0, 1, 1).toEpochDay();
  private static final long DAY_MAX = LocalDate.of(9999, 12, 31).toEpochDay();

  /** An expression and the Spark type of its value. */
  private record Term(JsonObject json, DataType type) {
    boolean isString() {
      return type.equals(DataTypes.StringType);
    }

    boolean isBoolean() {
      return type instanceof BooleanType;
    }
  }

  private final Map<String, DataType> columns;

  /** {@code columns}: the columns that a predicate may name, with their Spark types. */
  ChPredicates(Map<String, DataType> columns) {
    this.columns = columns;
  }

  /** The predicate as an expression of a plan, or null if it must stay with Spark. */
  JsonObject translate(Predicate predicate) {
    Term term = term(predicate);
    return term != null && term.isBoolean() ? term.json() : null;
  }

  /**
   * {@code column op literal}, for ranges made of runtime filters; null like {@link #translate}.
   */
  static JsonObject both(JsonObject left, JsonObject right) {
    return call("AND", left, right);
  }

  private Term term(Expression expression) {
    if (expression instanceof AlwaysTrue) {
      return new Term(literal("true", "Bool"), DataTypes.BooleanType);
    }
    if (expression instanceof AlwaysFalse) {
      return new Term(literal("false", "Bool"), DataTypes.BooleanType);
    }
    if (expression instanceof Literal<?> literal) {
      return constant(literal);
    }
    if (expression instanceof NamedReference reference) {
      return column(reference);
    }
    if (expression instanceof Cast cast) {
      return cast(cast);
    }
    if (expression instanceof Extract extract) {
      return extract(extract);
    }
    return expression instanceof GeneralScalarExpression call ? call(call) : null;
  }

  private Term column(NamedReference reference) {
    String[] names = reference.fieldNames();
    DataType type = names.length == 1 ? columns.get(names[0]) : null;
    if (type == null) {
      return null;
    }
    JsonObject json = new JsonObject();
    json.addProperty("column", names[0]);
    return new Term(json, type);
  }

  private Term call(GeneralScalarExpression call) {
    String name = call.name();
    Term[] arguments = new Term[call.children().length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = term(call.children()[i]);
      if (arguments[i] == null) {
        return null;
      }
    }
    if (name.equals("BOOLEAN_EXPRESSION")) {
      return arguments.length == 1 && arguments[0].isBoolean() ? arguments[0] : null;
    }
    DataType type = typeOf(name, arguments);
    return type == null ? null : new Term(call(engineName(name), arguments), type);
  }

  private static String engineName(String name) {
    return name.equals("CHAR_LENGTH") ? "LENGTH" : name;
  }

  /** The type of a call's value, or null if the call has no translation. */
  private static DataType typeOf(String name, Term[] arguments) {
    if (COMPARISONS.contains(name)) {
      boolean pair = arguments.length == 2 && comparable(arguments[0], arguments[1]);
      return pair ? DataTypes.BooleanType : null;
    }
    if (STRING_TESTS.contains(name)) {
      return arguments.length == 2 && allStrings(arguments) ? DataTypes.BooleanType : null;
    }
    return switch (name) {
      case "AND", "OR" ->
          arguments.length == 2 && allBoolean(arguments) ? DataTypes.BooleanType : null;
      case "NOT" -> arguments.length == 1 && allBoolean(arguments) ? DataTypes.BooleanType : null;
      case "IN" -> in(arguments) ? DataTypes.BooleanType : null;
      case "IS_NULL", "IS_NOT_NULL" -> arguments.length == 1 ? DataTypes.BooleanType : null;
      case "LIKE" -> like(arguments) ? DataTypes.BooleanType : null;
      case "SUBSTRING" -> substring(arguments) ? DataTypes.StringType : null;
      case "CHAR_LENGTH" ->
          arguments.length == 1 && allStrings(arguments) ? DataTypes.IntegerType : null;
      case "COALESCE" -> coalesce(arguments);
      case "CASE_WHEN" -> caseWhen(arguments);
      default -> null;
    };
  }

  private static boolean comparable(Term left, Term right) {
    return left.type().equals(right.type()) && isScalar(left.type());
  }

  private static boolean isScalar(DataType type) {
    return clickHouseName(type) != null;
  }

  private static boolean in(Term[] arguments) {
    for (int i = 1; i < arguments.length; i++) {
      if (!comparable(arguments[0], arguments[i]) || !arguments[i].json().has("literal")) {
        return false;
      }
    }
    return arguments.length > 1;
  }

  private static boolean like(Term[] arguments) {
    return (arguments.length == 2 || arguments.length == 3)
        && allStrings(arguments)
        && arguments[1].json().has("literal");
  }

  private static boolean substring(Term[] arguments) {
    if (arguments.length < 2 || arguments.length > 3 || !arguments[0].isString()) {
      return false;
    }
    for (int i = 1; i < arguments.length; i++) {
      if (!arguments[i].type().equals(DataTypes.IntegerType)
          || !arguments[i].json().has("literal")) {
        return false;
      }
    }
    return true;
  }

  private static DataType coalesce(Term[] arguments) {
    for (Term argument : arguments) {
      if (!comparable(arguments[0], argument)) {
        return null;
      }
    }
    return arguments.length > 0 ? arguments[0].type() : null;
  }

  /** condition, value, condition, value, ..., [otherwise]. */
  private static DataType caseWhen(Term[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      boolean isCondition = i % 2 == 0 && i + 1 < arguments.length;
      if (isCondition ? !arguments[i].isBoolean() : !comparable(arguments[1], arguments[i])) {
        return null;
      }
    }
    return arguments.length > 1 ? arguments[1].type() : null;
  }

  private static boolean allStrings(Term[] arguments) {
    for (Term argument : arguments) {
      if (!argument.isString()) {
        return false;
      }
    }
    return true;
  }

  private static boolean allBoolean(Term[] arguments) {
    for (Term argument : arguments) {
      if (!argument.isBoolean()) {
        return false;
      }
    }
    return true;
  }

  /** Parts of a date only: those of a timestamp depend on the session's time zone. */
  private Term extract(Extract extract) {
    Term source = term(extract.source());
    if (source == null
        || !source.type().equals(DataTypes.DateType)
        || !DATE_PARTS.contains(extract.field())) {
      return null;
    }
    return new Term(call(extract.field(), source), DataTypes.IntegerType);
  }

  private Term cast(Cast cast) {
    Term source = term(cast.expression());
    if (source == null) {
      return null;
    }
    if (source.type().equals(cast.dataType())) {
      return source;
    }
    if (!widens(source.type(), cast.dataType())) {
      return null;
    }
    JsonObject json = call("CAST", source);
    json.addProperty("type", clickHouseName(cast.dataType()));
    return new Term(json, cast.dataType());
  }

  /** Whether every value of {@code from} is exactly a value of {@code to}. */
  private static boolean widens(DataType from, DataType to) {
    int digits = integerDigits(from);
    if (digits > 0) {
      if (to instanceof DecimalType decimal) {
        return decimal.precision() - decimal.scale() >= digits;
      }
      return integerDigits(to) > digits || (to.equals(DataTypes.DoubleType) && digits <= 10);
    }
    if (from instanceof DecimalType narrow && to instanceof DecimalType wide) {
      return wide.scale() >= narrow.scale()
          && wide.precision() - wide.scale() >= narrow.precision() - narrow.scale();
    }
    return from.equals(DataTypes.FloatType) && to.equals(DataTypes.DoubleType);
  }

  /** Digits that hold every value of an integer type; 0 for all other types. */
  private static int integerDigits(DataType type) {
    return switch (type.typeName()) {
      case "byte" -> 3;
      case "short" -> 5;
      case "integer" -> 10;
      case "long" -> 19;
      default -> 0;
    };
  }

  /**
   * The ClickHouse type in which the engine computes values of a Spark type; null if it computes
   * none.
   */
  private static String clickHouseName(DataType type) {
    if (type instanceof DecimalType decimal) {
      return "Decimal(" + decimal.precision() + ", " + decimal.scale() + ")";
    }
    if (type instanceof DayTimeIntervalType) {
      return "Int64";
    }
    if (type.equals(DataTypes.StringType)) {
      return "String";
    }
    return switch (type.typeName()) {
      case "boolean" -> "Bool";
      case "byte" -> "Int8";
      case "short" -> "Int16";
      case "integer" -> "Int32";
      case "long" -> "Int64";
      case "float" -> "Float32";
      case "double" -> "Float64";
      case "date" -> "Date32";
      case "timestamp", "timestamp_ntz" -> "DateTime64(6)";
      case "binary" -> "FixedString";
      default -> null;
    };
  }

  private static Term constant(Literal<?> literal) {
    DataType type = literal.dataType();
    String name = clickHouseName(type);
    if (name == null) {
      return null;
    }
    Object value = literal.value();
    if (value == null) {
      return new Term(literal(null, name.equals("FixedString") ? "String" : name), type);
    }
    String text = text(value, type);
    return text == null ? null : new Term(literal(text, name), type);
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

  private static JsonObject literal(String value, String type) {
    JsonObject json = new JsonObject();
    if (value == null) {
      json.add("literal", JsonNull.INSTANCE);
    } else {
      json.addProperty("literal", value);
    }
    json.addProperty("type", type);
    return json;
  }

  private static JsonObject call(String name, Term... arguments) {
    JsonArray list = new JsonArray();
    for (Term argument : arguments) {
      list.add(argument.json());
    }
    return call(name, list);
  }

  private static JsonObject call(String name, JsonObject left, JsonObject right) {
    JsonArray list = new JsonArray();
    list.add(left);
    list.add(right);
    return call(name, list);
  }

  private static JsonObject call(String name, JsonArray arguments) {
    JsonObject json = new JsonObject();
    json.addProperty("call", name);
    json.add("args", arguments);
    return json;
  }
}
