package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.Count;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.aggregate.Max;
import org.apache.spark.sql.connector.expressions.aggregate.Min;
import org.apache.spark.sql.connector.expressions.aggregate.Sum;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A GROUP BY as a plan has it (include/ch/ch.h). Its results are partial: Spark adds them up.
 *
 * @param keys name and expression of each key
 * @param calls name, function and, but for COUNT(*), expression of each aggregate
 * @param keyColumns the columns that are keys as they are
 * @param schema of the keys and, behind them, the aggregates, as Spark sees them
 */
record ChAggregate(JsonArray keys, JsonArray calls, List<String> keyColumns, StructType schema) {
  /** Null if the engine does not compute all of it exactly as Spark does. */
  static ChAggregate of(Aggregation asked, ChPredicates translator, ChReadConf conf) {
    JsonArray keys = new JsonArray();
    JsonArray calls = new JsonArray();
    List<String> columns = new ArrayList<>();
    List<StructField> fields = new ArrayList<>();
    for (Expression key : asked.groupByExpressions()) {
      ChPredicates.Term term = scalar(key, translator);
      if (term == null) {
        return null;
      }
      boolean isColumn = term.json().has("column");
      String name = isColumn ? term.json().get("column").getAsString() : key.describe();
      if (isColumn) {
        columns.add(name);
      }
      JsonObject json = new JsonObject();
      json.addProperty("name", name);
      json.add("expr", term.json());
      keys.add(json);
      fields.add(DataTypes.createStructField(distinct(name, fields), term.type(), true));
    }
    for (AggregateFunc function : asked.aggregateExpressions()) {
      JsonObject json = new JsonObject();
      DataType type = call(function, translator, conf, json);
      if (type == null) {
        return null;
      }
      calls.add(json);
      fields.add(DataTypes.createStructField(distinct(function.describe(), fields), type, true));
    }
    return new ChAggregate(keys, calls, columns, DataTypes.createStructType(fields));
  }

  /**
   * Spark has TRY_SUM and SUM of a column described alike, and a column may be named like a call.
   */
  private static String distinct(String name, List<StructField> fields) {
    for (StructField field : fields) {
      if (field.name().equals(name)) {
        return distinct(name + "#" + fields.size(), fields);
      }
    }
    return name;
  }

  /** Fills a call of the plan; the type of its partial result, or null if it is not computed. */
  private static DataType call(
      AggregateFunc function, ChPredicates translator, ChReadConf conf, JsonObject json) {
    json.addProperty("name", function.describe());
    if (function instanceof CountStar) {
      json.addProperty("function", "COUNT");
      return DataTypes.LongType;
    }
    if (function instanceof Count count && !count.isDistinct()) {
      return call("COUNT", scalar(count.column(), translator), DataTypes.LongType, json);
    }
    if (function instanceof Sum sum && !sum.isDistinct()) {
      ChPredicates.Term term = scalar(sum.column(), translator);
      return call("SUM", term, term == null ? null : sumType(term.type(), conf), json);
    }
    if (function instanceof Min min) {
      ChPredicates.Term term = scalar(min.column(), translator);
      return call("MIN", term, term == null ? null : term.type(), json);
    }
    if (function instanceof Max max) {
      ChPredicates.Term term = scalar(max.column(), translator);
      return call("MAX", term, term == null ? null : term.type(), json);
    }
    return null;
  }

  private static DataType call(
      String function, ChPredicates.Term argument, DataType type, JsonObject json) {
    if (argument == null || type == null) {
      return null;
    }
    json.addProperty("function", function);
    json.add("expr", argument.json());
    return type;
  }

  private static ChPredicates.Term scalar(Expression expression, ChPredicates translator) {
    ChPredicates.Term term = translator.term(expression);
    return term != null && ChLiterals.clickHouseName(term.type()) != null ? term : null;
  }

  /** Of a partial sum: a decimal's own type, to which Spark casts it before it adds. */
  private static DataType sumType(DataType type, ChReadConf conf) {
    if (type instanceof DecimalType) {
      return type;
    }
    if (type instanceof DayTimeIntervalType) {
      return null;
    }
    return switch (type.typeName()) {
      case "byte", "short", "integer", "long" -> DataTypes.LongType;
      case "float", "double" -> conf.pushFloatSums ? DataTypes.DoubleType : null;
      default -> null;
    };
  }

  /** For EXPLAIN. */
  String text() {
    List<String> names = List.of(schema.fieldNames());
    String grouped = String.join(", ", names.subList(0, keys.size()));
    return ", PushedAggregates: "
        + String.join(", ", names.subList(keys.size(), names.size()))
        + (grouped.isEmpty() ? "" : ", PushedGroupBy: " + grouped)
        + " (partial, a split)";
  }
}
