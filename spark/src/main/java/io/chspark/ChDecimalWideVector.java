package io.chspark;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.Platform;

/** Decimals of up to 38 digits: sixteen bytes a row, the low eight first. */
final class ChDecimalWideVector extends ChColumnVector {
  /** The least value that Spark's Decimal cannot hold in a long. */
  private static final long LONG_LIMIT = 1_000_000_000_000_000_000L;

  private long values;

  ChDecimalWideVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + 16 * start;
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    if (isNullAt(row)) {
      return null;
    }
    long low = Platform.getLong(null, values + 16L * row);
    long high = Platform.getLong(null, values + 16L * row + 8);
    if (high == low >> 63 && low > -LONG_LIMIT && low < LONG_LIMIT) {
      return Decimal.createUnsafe(low, precision, scale);
    }
    return Decimal.apply(new BigDecimal(wide(high, low), scale), precision, scale);
  }

  private static BigInteger wide(long high, long low) {
    byte[] bytes = new byte[16];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (high >> (56 - 8 * i));
      bytes[8 + i] = (byte) (low >> (56 - 8 * i));
    }
    return new BigInteger(bytes);
  }
}
