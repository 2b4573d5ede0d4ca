package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
import org.apache.spark.sql.types.DecimalType;

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

  /** An expression, the Spark type of its value, and whether a row's values may be an error. */
  record Term(JsonObject json, DataType type, boolean raises) {
    Term(JsonObject json, DataType type) {
      this(json, type, false);
    }

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
    return term != null && !term.raises() && term.isBoolean() ? term.json() : null;
  }

  /**
   * Rows for which all of one or more are true. One call of many: a plan's depth is limited, its
   * width is not.
   */
  static JsonObject all(List<JsonObject> predicates) {
    JsonArray operands = new JsonArray();
    for (JsonObject predicate : predicates) {
      JsonElement name = predicate.get("call");
      if (name != null && name.getAsString().equals("AND")) {
        operands.addAll(predicate.getAsJsonArray("args"));
      } else {
        operands.add(predicate);
      }
    }
    return operands.size() == 1 ? operands.get(0).getAsJsonObject() : call("AND", operands);
  }

  /** The expression and its type, or null if it has no translation. */
  Term term(Expression expression) {
    if (expression instanceof AlwaysTrue) {
      return new Term(ChLiterals.literal("true", "Bool"), DataTypes.BooleanType);
    }
    if (expression instanceof AlwaysFalse) {
      return new Term(ChLiterals.literal("false", "Bool"), DataTypes.BooleanType);
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
    Expression[] operands =
        name.equals("AND") || name.equals("OR") ? operands(call) : call.children();
    Term[] arguments = new Term[operands.length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = term(operands[i]);
      if (arguments[i] == null) {
        return null;
      }
    }
    if (name.equals("BOOLEAN_EXPRESSION")) {
      return arguments.length == 1 && arguments[0].isBoolean() ? arguments[0] : null;
    }
    if (ChArithmetic.FUNCTIONS.contains(name)) {
      return ChArithmetic.of(name, arguments);
    }
    for (Term argument : arguments) {
      // Evaluated in a branch that is not taken, it would be an error that Spark does not see.
      if (argument.raises()) {
        return null;
      }
    }
    DataType type = typeOf(name, arguments);
    return type == null ? null : new Term(call(engineName(name), arguments), type);
  }

  /** What a tree of ANDs, or of ORs, connects: Spark offers a chain of pairs. */
  private static Expression[] operands(GeneralScalarExpression connective) {
    List<Expression> found = new ArrayList<>();
    Deque<Expression> open = new ArrayDeque<>();
    open.push(connective);
    while (!open.isEmpty()) {
      Expression next = open.pop();
      if (next instanceof GeneralScalarExpression call && call.name().equals(connective.name())) {
        for (int i = call.children().length - 1; i >= 0; i--) {
          open.push(call.children()[i]);
        }
      } else {
        found.add(next);
      }
    }
    return found.toArray(new Expression[0]);
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
          arguments.length >= 2 && allBoolean(arguments) ? DataTypes.BooleanType : null;
      case "NOT" -> arguments.length == 1 && allBoolean(arguments) ? DataTypes.BooleanType : null;
      case "IN" -> in(arguments) ? DataTypes.BooleanType : null;
      case "IS_NULL", "IS_NOT_NULL" -> arguments.length == 1 ? DataTypes.BooleanType : null;
      case "LIKE" -> like(arguments) ? DataTypes.BooleanType : null;
      case "SUBSTRING" -> substring(arguments) ? DataTypes.StringType : null;
      case "TRIM" -> arguments.length == 1 && allStrings(arguments) ? DataTypes.StringType : null;
      case "CONCAT" -> arguments.length > 0 && allStrings(arguments) ? DataTypes.StringType : null;
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
    return ChLiterals.clickHouseName(type) != null;
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
        || source.raises()
        || !source.type().equals(DataTypes.DateType)
        || !DATE_PARTS.contains(extract.field())) {
      return null;
    }
    return new Term(call(extract.field(), source), DataTypes.IntegerType);
  }

  private Term cast(Cast cast) {
    Term source = term(cast.expression());
    if (source == null || source.raises()) {
      return null;
    }
    if (source.type().equals(cast.dataType())) {
      return source;
    }
    if (!widens(source.type(), cast.dataType())) {
      return null;
    }
    JsonObject json = call("CAST", source);
    json.addProperty("type", ChLiterals.clickHouseName(cast.dataType()));
    return new Term(json, cast.dataType());
  }

  /** Casts that cannot fail and that the engine computes as Spark does. */
  private static boolean widens(DataType from, DataType to) {
    boolean isToDouble = to.equals(DataTypes.DoubleType);
    int digits = integerDigits(from);
    if (digits > 0) {
      if (to instanceof DecimalType decimal) {
        return decimal.precision() - decimal.scale() >= digits;
      }
      return integerDigits(to) > digits || isToDouble || to.equals(DataTypes.FloatType);
    }
    if (from instanceof DecimalType narrow && to instanceof DecimalType wide) {
      return wide.scale() >= narrow.scale()
          && wide.precision() - wide.scale() >= narrow.precision() - narrow.scale();
    }
    return isToDouble && (from instanceof DecimalType || from.equals(DataTypes.FloatType));
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

  private static Term constant(Literal<?> literal) {
    JsonObject json = ChLiterals.of(literal);
    return json == null ? null : new Term(json, literal.dataType());
  }

  static JsonObject call(String name, Term... arguments) {
    JsonArray list = new JsonArray();
    for (Term argument : arguments) {
      list.add(argument.json());
    }
    return call(name, list);
  }

  private static JsonObject call(String name, JsonArray arguments) {
    JsonObject json = new JsonObject();
    json.addProperty("call", name);
    json.add("args", arguments);
    return json;
  }
}
