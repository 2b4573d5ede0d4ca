package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.unsafe.Platform;

/** Values of one width. */
final class ChFixedBuilder extends ChFieldBuilder {
  /** Writes a value to an address. */
  interface Put {
    void put(long address, SpecializedGetters from, int ordinal);
  }

  private final ChArena.Buffer values;
  private final int width;
  private final Put put;

  ChFixedBuilder(ChArena arena, String name, String format, boolean nullable, int width, Put put) {
    this(arena, arena.buffer(), name, format, nullable, width, put);
  }

  private ChFixedBuilder(
      ChArena arena,
      ChArena.Buffer values,
      String name,
      String format,
      boolean nullable,
      int width,
      Put put) {
    super(arena, name, format, nullable, List.of(values), List.of());
    this.values = values;
    this.width = width;
    this.put = put;
  }

  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    put.put(values.add(width), from, ordinal);
  }

  @Override
  void appendNull() {
    Platform.setMemory(values.add(width), (byte) 0, width);
  }
}
