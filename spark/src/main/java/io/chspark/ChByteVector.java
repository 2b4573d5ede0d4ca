package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** One byte a row. */
final class ChByteVector extends ChColumnVector {
  private long values;

  ChByteVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + start;
  }

  @Override
  public byte getByte(int row) {
    return Platform.getByte(null, values + row);
  }

  @Override
  public byte[] getBytes(int row, int count) {
    byte[] result = new byte[count];
    Platform.copyMemory(null, values + row, result, Platform.BYTE_ARRAY_OFFSET, count);
    return result;
  }
}
