package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Binaries that all have the same number of bytes. */
final class ChFixedBinaryVector extends ChColumnVector {
  private final int width;
  private long values;

  ChFixedBinaryVector(DataType type, int width) {
    super(type);
    this.width = width;
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + width * start;
  }

  @Override
  public byte[] getBinary(int row) {
    if (isNullAt(row)) {
      return null;
    }
    byte[] copy = new byte[width];
    Platform.copyMemory(null, values + (long) width * row, copy, Platform.BYTE_ARRAY_OFFSET, width);
    return copy;
  }
}
