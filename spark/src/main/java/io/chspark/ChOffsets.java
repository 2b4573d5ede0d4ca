package io.chspark;

import org.apache.spark.unsafe.Platform;

/** Where values of different lengths end: 32-bit offsets, the first of them 0. */
final class ChOffsets {
  private final ChArena.Buffer buffer;

  ChOffsets(ChArena arena) {
    buffer = arena.buffer();
    begin();
  }

  /** Behind the arena's clear(). */
  void begin() {
    Platform.putInt(null, buffer.add(Integer.BYTES), 0);
  }

  void append(long end) {
    if (end > Integer.MAX_VALUE) {
      throw new ChException(
          ChException.MEMORY_LIMIT,
          "a batch of rows has over 2 GiB in one column; set spark.chspark.write.batch.rows lower");
    }
    Platform.putInt(null, buffer.add(Integer.BYTES), (int) end);
  }

  ChArena.Buffer buffer() {
    return buffer;
  }
}
