package io.chspark;

import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.Avg;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;

/**
 * Which averages are still the same when Spark makes SUM and COUNT of them. It adds integers as
 * doubles in an AVG, but as integers in a SUM: equal while doubles hold every sum.
 */
final class ChAverages {
  /** Digits with which the sum that Spark keeps of a decimal cannot overflow. */
  private static final int DIGITS_MAX = 28;

  private static final int DOUBLE_BITS = 53;

  private ChAverages() {}

  /** {@code rows}: at most those that are aggregated. */
  static boolean areSums(Aggregation asked, ChPredicates translator, long rows) {
    for (AggregateFunc function : asked.aggregateExpressions()) {
      if (function instanceof Avg avg && !isSum(translator.term(avg.column()), rows)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSum(ChPredicates.Term term, long rows) {
    if (term == null) {
      return false;
    }
    DataType type = term.type();
    if (type instanceof DecimalType decimal) {
      return decimal.precision() <= DIGITS_MAX;
    }
    int rowBits = Long.SIZE - Long.numberOfLeadingZeros(rows);
    return switch (type.typeName()) {
      case "byte" -> rowBits + Byte.SIZE <= DOUBLE_BITS;
      case "short" -> rowBits + Short.SIZE <= DOUBLE_BITS;
      case "integer" -> rowBits + Integer.SIZE <= DOUBLE_BITS;
      case "float", "double" -> true;
      default -> false;
    };
  }
}
