package io.chspark;

import org.apache.spark.sql.types.DataType;

/** Values of the same number of bytes, one behind the other. */
abstract class ChFixedVector extends ChColumnVector {
  /** Address of row 0's value. */
  protected long values;

  private final int width;

  /**
   * @param width bytes of one value
   */
  ChFixedVector(DataType type, int width) {
    super(type);
    this.width = width;
  }

  @Override
  final void attachValues(long array, long start, long rows) {
    values = ChArrow.buffer(array, 1) + width * start;
  }
}
