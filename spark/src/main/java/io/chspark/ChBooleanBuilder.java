package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/** Booleans: a bit each. */
final class ChBooleanBuilder extends ChFieldBuilder {
  private final ChArena.Buffer bits;

  ChBooleanBuilder(ChArena arena, String name, boolean nullable) {
    this(arena, arena.buffer(), name, nullable);
  }

  private ChBooleanBuilder(ChArena arena, ChArena.Buffer bits, String name, boolean nullable) {
    super(arena, name, "b", nullable, List.of(bits), List.of());
    this.bits = bits;
  }

  /** rows() counts the value already. */
  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    appendBit(bits, rows() - 1, from.getBoolean(ordinal));
  }

  @Override
  void appendNull() {
    appendBit(bits, rows() - 1, false);
  }
}
