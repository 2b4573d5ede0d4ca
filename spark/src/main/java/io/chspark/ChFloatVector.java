package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Four bytes a row. */
final class ChFloatVector extends ChColumnVector {
  private long values;

  ChFloatVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + 4 * start;
  }

  @Override
  public float getFloat(int row) {
    return Platform.getFloat(null, values + 4L * row);
  }

  @Override
  public float[] getFloats(int row, int count) {
    float[] result = new float[count];
    Platform.copyMemory(null, values + 4L * row, result, Platform.FLOAT_ARRAY_OFFSET, 4L * count);
    return result;
  }
}
