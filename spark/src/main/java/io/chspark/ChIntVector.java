package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Four bytes a row: integers, and dates as days since 1970. */
final class ChIntVector extends ChFixedVector {
  ChIntVector(DataType type) {
    super(type, 4);
  }

  @Override
  public int getInt(int row) {
    return Platform.getInt(null, values + 4L * row);
  }

  @Override
  public int[] getInts(int row, int count) {
    int[] result = new int[count];
    Platform.copyMemory(null, values + 4L * row, result, Platform.INT_ARRAY_OFFSET, 4L * count);
    return result;
  }
}
