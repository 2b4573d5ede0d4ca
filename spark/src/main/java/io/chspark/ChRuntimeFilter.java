package io.chspark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.filter.AlwaysFalse;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** The keys of a join's other side, as a predicate of this one's scan. */
final class ChRuntimeFilter {
  private ChRuntimeFilter() {}

  /** Whether keys of this type are worth a filter: those with a plain order. */
  static boolean suits(DataType type) {
    return type instanceof DecimalType
        || type.equals(DataTypes.StringType)
        || switch (type.typeName()) {
          case "byte", "short", "integer", "long", "date", "timestamp", "timestamp_ntz" -> true;
          default -> false;
        };
  }

  /**
   * The predicate itself or, for an IN of more than {@code valuesMax} values, the range they span:
   * it is true for a few rows more, which the join removes. Null if the predicate helps nothing.
   */
  static Predicate shorten(Predicate predicate, int valuesMax) {
    if (!predicate.name().equals("IN")) {
      return predicate;
    }
    Expression[] children = predicate.children();
    List<Literal<?>> values = new ArrayList<>();
    for (int i = 1; i < children.length; i++) {
      if (!(children[i] instanceof Literal<?> literal)) {
        return null;
      }
      if (literal.value() != null) {
        values.add(literal);
      }
    }
    if (values.isEmpty()) {
      return new AlwaysFalse();
    }
    if (values.size() <= valuesMax) {
      List<Expression> kept = new ArrayList<>(values);
      kept.add(0, children[0]);
      return new Predicate("IN", kept.toArray(new Expression[0]));
    }
    return range(children[0], values);
  }

  private static Predicate range(Expression column, List<Literal<?>> values) {
    for (Literal<?> literal : values) {
      if (!(literal.value() instanceof Comparable) || !suits(literal.dataType())) {
        return null;
      }
    }
    Comparator<Literal<?>> order = ChRuntimeFilter::compare;
    Literal<?> least = values.stream().min(order).orElseThrow();
    Literal<?> greatest = values.stream().max(order).orElseThrow();
    return new Predicate(
        "AND",
        new Expression[] {
          new Predicate(">=", new Expression[] {column, least}),
          new Predicate("<=", new Expression[] {column, greatest}),
        });
  }

  @SuppressWarnings("unchecked")
  private static int compare(Literal<?> left, Literal<?> right) {
    return ((Comparable<Object>) left.value()).compareTo(right.value());
  }
}
