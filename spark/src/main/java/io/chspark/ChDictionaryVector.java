package io.chspark;

import java.util.Arrays;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Values as codes of 32 bits into a dictionary of distinct ones. Each string of the dictionary
 * becomes an object once a batch, at its first use, unless the dictionary is larger than the batch.
 */
final class ChDictionaryVector extends ChColumnVector {
  private final ChColumnVector dictionary;
  private UTF8String[] strings = new UTF8String[0];
  private boolean cached;
  private long codes;

  /** {@code dictionary}: a vector of the dictionary's layout, for this one alone. */
  ChDictionaryVector(DataType type, ChColumnVector dictionary) {
    super(type);
    this.dictionary = dictionary;
  }

  @Override
  void attachValues(long array, long start, long rows) {
    codes = ChArrow.buffer(array, 1) + 4 * start;
    long values = ChArrow.arrayDictionary(array);
    long size = ChArrow.length(values);
    dictionary.attach(values, 0, size);
    cached = size <= rows;
    if (cached && strings.length < size) {
      strings = new UTF8String[(int) size];
    } else if (cached) {
      Arrays.fill(strings, 0, (int) size, null);
    }
  }

  private int code(int row) {
    return Platform.getInt(null, codes + 4L * row);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int code = code(row);
    if (!cached) {
      return dictionary.getUTF8String(code);
    }
    UTF8String string = strings[code];
    if (string == null) {
      string = dictionary.getUTF8String(code);
      strings[code] = string;
    }
    return string;
  }

  @Override
  public byte[] getBinary(int row) {
    return isNullAt(row) ? null : dictionary.getBinary(code(row));
  }

  @Override
  public boolean getBoolean(int row) {
    return dictionary.getBoolean(code(row));
  }

  @Override
  public byte getByte(int row) {
    return dictionary.getByte(code(row));
  }

  @Override
  public short getShort(int row) {
    return dictionary.getShort(code(row));
  }

  @Override
  public int getInt(int row) {
    return dictionary.getInt(code(row));
  }

  @Override
  public long getLong(int row) {
    return dictionary.getLong(code(row));
  }

  @Override
  public float getFloat(int row) {
    return dictionary.getFloat(code(row));
  }

  @Override
  public double getDouble(int row) {
    return dictionary.getDouble(code(row));
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    return isNullAt(row) ? null : dictionary.getDecimal(code(row), precision, scale);
  }
}
