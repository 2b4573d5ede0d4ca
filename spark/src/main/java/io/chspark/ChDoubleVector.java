package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/** Eight bytes a row. */
final class ChDoubleVector extends ChColumnVector {
  private long values;

  ChDoubleVector(DataType type) {
    super(type);
  }

  @Override
  void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + 8 * start;
  }

  @Override
  public double getDouble(int row) {
    return Platform.getDouble(null, values + 8L * row);
  }

  @Override
  public double[] getDoubles(int row, int count) {
    double[] result = new double[count];
    Platform.copyMemory(null, values + 8L * row, result, Platform.DOUBLE_ARRAY_OFFSET, 8L * count);
    return result;
  }
}
