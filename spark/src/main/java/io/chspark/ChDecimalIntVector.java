package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.Platform;

/** Decimals of up to 9 digits: four bytes a row. */
final class ChDecimalIntVector extends ChFixedVector {
  ChDecimalIntVector(DataType type) {
    super(type, 4);
  }

  @Override
  public int getInt(int row) {
    return Platform.getInt(null, values + 4L * row);
  }

  @Override
  public long getLong(int row) {
    return getInt(row);
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    return isNullAt(row) ? null : Decimal.createUnsafe(getInt(row), precision, scale);
  }
}
