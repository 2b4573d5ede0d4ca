package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Eight bytes a row: integers, and times and intervals as microseconds. */
final class ChLongVector extends ChFixedVector {
  ChLongVector(DataType type) {
    super(type, 8);
  }

  @Override
  public long getLong(int row) {
    return Platform.getLong(null, values + 8L * row);
  }

  @Override
  public long[] getLongs(int row, int count) {
    long[] result = new long[count];
    Platform.copyMemory(null, values + 8L * row, result, Platform.LONG_ARRAY_OFFSET, 8L * count);
    return result;
  }
}
