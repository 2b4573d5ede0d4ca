package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Two bytes a row. */
final class ChShortVector extends ChColumnVector {
  private long values;

  ChShortVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + 2 * start;
  }

  @Override
  public short getShort(int row) {
    return Platform.getShort(null, values + 2L * row);
  }

  @Override
  public short[] getShorts(int row, int count) {
    short[] result = new short[count];
    Platform.copyMemory(null, values + 2L * row, result, Platform.SHORT_ARRAY_OFFSET, 2L * count);
    return result;
  }
}
