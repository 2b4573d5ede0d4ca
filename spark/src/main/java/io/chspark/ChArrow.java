package io.chspark;

import java.nio.charset.StandardCharsets;
import org.apache.spark.unsafe.Platform;

/**
 * Fields of the structs ArrowSchema and ArrowArray by address, as the Arrow C data interface lays
 * them out on a 64-bit machine: every field is 8 bytes.
 */
final class ChArrow {
  private static final int NAME_BYTES_MAX = 1 << 20;

  private ChArrow() {}

  static String format(long schema) {
    return text(word(schema, 0));
  }

  static String name(long schema) {
    return text(word(schema, 1));
  }

  static long schemaChildren(long schema) {
    return word(schema, 4);
  }

  static long schemaChild(long schema, int index) {
    return word(word(schema, 5), index);
  }

  static long schemaDictionary(long schema) {
    return word(schema, 6);
  }

  static long length(long array) {
    return word(array, 0);
  }

  /** The number of NULL values; -1 if nobody counted. */
  static long nullCount(long array) {
    return word(array, 1);
  }

  static long offset(long array) {
    return word(array, 2);
  }

  static long buffers(long array) {
    return word(array, 3);
  }

  /** Buffer {@code index}; 0 if it is left out. */
  static long buffer(long array, int index) {
    return word(word(array, 5), index);
  }

  static long arrayChildren(long array) {
    return word(array, 4);
  }

  static long arrayChild(long array, int index) {
    return word(word(array, 6), index);
  }

  static long arrayDictionary(long array) {
    return word(array, 7);
  }

  private static long word(long address, int index) {
    return Platform.getLong(null, address + 8L * index);
  }

  private static String text(long address) {
    if (address == 0) {
      return "";
    }
    int length = 0;
    while (length < NAME_BYTES_MAX && Platform.getByte(null, address + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    Platform.copyMemory(null, address, bytes, Platform.BYTE_ARRAY_OFFSET, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
