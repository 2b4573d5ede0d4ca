package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.Platform;

/** Maps: offsets of 32 bits into a struct of two vectors, keys and values. */
final class ChMapVector extends ChColumnVector {
  private final ChColumnVector keys;
  private final ChColumnVector values;
  private long offsets;

  ChMapVector(DataType type, ChColumnVector keys, ChColumnVector values) {
    super(type);
    this.keys = keys;
    this.values = values;
  }

  @Override
  void attachValues(long array, long start, long rows) {
    offsets = ChArrow.buffer(array, 1) + 4 * start;
    long entries = ChArrow.arrayChild(array, 0);
    long skip = ChArrow.offset(entries);
    long count = ChArrow.length(entries);
    keys.attach(ChArrow.arrayChild(entries, 0), skip, count);
    values.attach(ChArrow.arrayChild(entries, 1), skip, count);
  }

  @Override
  public ColumnarMap getMap(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int from = Platform.getInt(null, offsets + 4L * row);
    return new ColumnarMap(
        keys, values, from, Platform.getInt(null, offsets + 4L * row + 4) - from);
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return ordinal == 0 ? keys : values;
  }
}
