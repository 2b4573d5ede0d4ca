package io.chspark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A column of a batch, read by address from the buffers that the native library exported. One
 * object serves all batches of a reader: {@link #attach} points it at the next one. The reader owns
 * the memory; values are valid until it moves on. Each layout has a final class of its own, so that
 * generated code calls it directly.
 */
abstract class ChColumnVector extends ColumnVector {
  /** Address of the validity bitmap; 0 if no row is NULL. */
  private long validity;

  /** The bit of row 0 in the bitmap. */
  private int validityStart;

  /** The number of NULL rows; negative until somebody asks. */
  private long nulls;

  private long rows;

  ChColumnVector(DataType type) {
    super(type);
  }

  /**
   * Points at rows {@code skip} and up of an ArrowArray whose layout is this vector's.
   *
   * @param rows rows that will be read
   */
  final void attach(long array, long skip, long rows) {
    long start = ChArrow.offset(array) + skip;
    long count = ChArrow.nullCount(array);
    validity = count == 0 || ChArrow.buffers(array) == 0 ? 0 : ChArrow.buffer(array, 0);
    validityStart = (int) start;
    nulls = validity == 0 ? 0 : count;
    this.rows = rows;
    attachValues(array, start, rows);
  }

  /** {@code start}: the array's element that is row 0. */
  abstract void attachValues(long array, long start, long rows);

  @Override
  public final boolean isNullAt(int row) {
    if (validity == 0) {
      return false;
    }
    int bit = validityStart + row;
    return (Platform.getByte(null, validity + (bit >>> 3)) & (1 << (bit & 7))) == 0;
  }

  @Override
  public final boolean hasNull() {
    return validity != 0 && numNulls() > 0;
  }

  @Override
  public final int numNulls() {
    if (nulls < 0) {
      nulls = 0;
      for (int row = 0; row < rows; row++) {
        nulls += isNullAt(row) ? 1 : 0;
      }
    }
    return (int) nulls;
  }

  /** Frees nothing: the reader owns the buffers, and the next batch uses this object again. */
  @Override
  public final void close() {}

  private UnsupportedOperationException wrong(String what) {
    return new UnsupportedOperationException(
        getClass().getSimpleName() + " of " + dataType() + " has no " + what);
  }

  @Override
  public boolean getBoolean(int row) {
    throw wrong("boolean");
  }

  @Override
  public byte getByte(int row) {
    throw wrong("byte");
  }

  @Override
  public short getShort(int row) {
    throw wrong("short");
  }

  @Override
  public int getInt(int row) {
    throw wrong("int");
  }

  @Override
  public long getLong(int row) {
    throw wrong("long");
  }

  @Override
  public float getFloat(int row) {
    throw wrong("float");
  }

  @Override
  public double getDouble(int row) {
    throw wrong("double");
  }

  @Override
  public ColumnarArray getArray(int row) {
    throw wrong("array");
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw wrong("map");
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw wrong("decimal");
  }

  @Override
  public UTF8String getUTF8String(int row) {
    throw wrong("string");
  }

  @Override
  public byte[] getBinary(int row) {
    throw wrong("binary");
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw wrong("child");
  }
}
