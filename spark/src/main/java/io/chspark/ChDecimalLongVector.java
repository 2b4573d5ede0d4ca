package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.Platform;

/** Decimals of up to 18 digits: eight bytes a row. */
final class ChDecimalLongVector extends ChFixedVector {
  ChDecimalLongVector(DataType type) {
    super(type, 8);
  }

  @Override
  public long getLong(int row) {
    return Platform.getLong(null, values + 8L * row);
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    return isNullAt(row) ? null : Decimal.createUnsafe(getLong(row), precision, scale);
  }
}
