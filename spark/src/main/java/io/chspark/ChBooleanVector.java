package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** One bit a row. */
final class ChBooleanVector extends ChColumnVector {
  private long bits;
  private int bitsStart;

  ChBooleanVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    bits = ChArrow.buffer(array, 1);
    bitsStart = (int) start;
  }

  @Override
  public boolean getBoolean(int row) {
    int bit = bitsStart + row;
    return (Platform.getByte(null, bits + (bit >>> 3)) & (1 << (bit & 7))) != 0;
  }
}
