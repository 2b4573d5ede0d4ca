package io.chspark;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.unsafe.Platform;

/** Arrow C structs and buffers in off-heap memory, built by hand. Freed by close. */
final class ArrowMemory implements AutoCloseable {
  private final List<Long> blocks = new ArrayList<>();

  long allocate(long size) {
    long address = Platform.allocateMemory(Math.max(8, size));
    blocks.add(address);
    return address;
  }

  long bytes(byte[] values) {
    long address = allocate(values.length);
    Platform.copyMemory(values, Platform.BYTE_ARRAY_OFFSET, null, address, values.length);
    return address;
  }

  long ints(int... values) {
    long address = allocate(4L * values.length);
    Platform.copyMemory(values, Platform.INT_ARRAY_OFFSET, null, address, 4L * values.length);
    return address;
  }

  long longs(long... values) {
    long address = allocate(8L * values.length);
    Platform.copyMemory(values, Platform.LONG_ARRAY_OFFSET, null, address, 8L * values.length);
    return address;
  }

  long text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  long schema(String format, String name, long dictionary, long... children) {
    return longs(
        text(format + "\0"),
        text(name + "\0"),
        0,
        2,
        children.length,
        longs(children),
        dictionary,
        0,
        0);
  }

  long array(
      long length, long nulls, long offset, long[] buffers, long[] children, long dictionary) {
    return longs(
        length,
        nulls,
        offset,
        buffers.length,
        children.length,
        longs(buffers),
        longs(children),
        dictionary,
        0,
        0);
  }

  long array(long length, long... buffers) {
    return array(length, 0, 0, buffers, new long[0], 0);
  }

  @Override
  public void close() {
    blocks.forEach(Platform::freeMemory);
    blocks.clear();
  }
}
