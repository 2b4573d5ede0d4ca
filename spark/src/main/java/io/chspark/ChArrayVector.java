package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.unsafe.Platform;

/** Arrays: offsets of 32 bits into a vector of elements. */
final class ChArrayVector extends ChColumnVector {
  private final ChColumnVector elements;
  private long offsets;

  ChArrayVector(DataType type, ChColumnVector elements) {
    super(type);
    this.elements = elements;
  }

  @Override
  void attachValues(long array, long start, long rows) {
    offsets = ChArrow.buffer(array, 1) + 4 * start;
    long child = ChArrow.arrayChild(array, 0);
    elements.attach(child, 0, ChArrow.length(child));
  }

  @Override
  public ColumnarArray getArray(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int from = Platform.getInt(null, offsets + 4L * row);
    return new ColumnarArray(elements, from, Platform.getInt(null, offsets + 4L * row + 4) - from);
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return elements;
  }
}
