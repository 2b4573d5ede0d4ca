package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Strings and binaries of any length: their bytes, and offsets of 32 bits. Strings are not copied.
 */
final class ChStringVector extends ChColumnVector {
  private long offsets;
  private long bytes;

  ChStringVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    offsets = ChArrow.buffer(array, 1) + 4 * start;
    bytes = ChArrow.buffer(array, 2);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int from = Platform.getInt(null, offsets + 4L * row);
    int to = Platform.getInt(null, offsets + 4L * row + 4);
    return UTF8String.fromAddress(null, bytes + from, to - from);
  }

  @Override
  public byte[] getBinary(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int from = Platform.getInt(null, offsets + 4L * row);
    int to = Platform.getInt(null, offsets + 4L * row + 4);
    byte[] copy = new byte[to - from];
    Platform.copyMemory(null, bytes + from, copy, Platform.BYTE_ARRAY_OFFSET, copy.length);
    return copy;
  }
}
