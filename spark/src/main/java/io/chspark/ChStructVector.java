package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;

/** Structs: a vector for each field. */
final class ChStructVector extends ChColumnVector {
  private final ChColumnVector[] fields;

  ChStructVector(DataType type, ChColumnVector[] fields) {
    super(type);
    this.fields = fields;
  }

  @Override
  void attachValues(long array, long start, long rows) {
    for (int i = 0; i < fields.length; i++) {
      fields[i].attach(ChArrow.arrayChild(array, i), start, rows);
    }
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return fields[ordinal];
  }
}
