package io.chspark;

import org.apache.spark.sql.catalyst.expressions.CheckOverflow;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;

/** A decimal that does not fit its type, as Spark's ANSI mode reports one. */
final class ChOverflow {
  private static final long TOO_MUCH = 100;

  private ChOverflow() {}

  /** Throws what this version of Spark throws for such a value of its own; {@code cause}: ours. */
  static void raise(ChException cause) {
    Literal value =
        Literal.create(Decimal.apply(TOO_MUCH, 3, 0), DataTypes.createDecimalType(3, 0));
    try {
      new CheckOverflow(value, DataTypes.createDecimalType(1, 0), false).eval(null);
    } catch (ArithmeticException e) {
      e.addSuppressed(cause);
      throw e;
    }
  }
}
