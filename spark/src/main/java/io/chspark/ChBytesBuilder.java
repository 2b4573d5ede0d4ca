package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** Strings, by their bytes, and binary. */
final class ChBytesBuilder extends ChFieldBuilder {
  private final ChArena.Buffer bytes;
  private final ChOffsets offsets;
  private final boolean isText;

  ChBytesBuilder(ChArena arena, String name, boolean nullable, boolean isText) {
    this(arena, new ChOffsets(arena), arena.buffer(), name, nullable, isText);
  }

  private ChBytesBuilder(
      ChArena arena,
      ChOffsets offsets,
      ChArena.Buffer bytes,
      String name,
      boolean nullable,
      boolean isText) {
    super(arena, name, isText ? "u" : "z", nullable, List.of(offsets.buffer(), bytes), List.of());
    this.offsets = offsets;
    this.bytes = bytes;
    this.isText = isText;
  }

  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    if (isText) {
      UTF8String text = from.getUTF8String(ordinal);
      copy(text.getBaseObject(), text.getBaseOffset(), text.numBytes());
    } else {
      byte[] value = from.getBinary(ordinal);
      copy(value, Platform.BYTE_ARRAY_OFFSET, value.length);
    }
  }

  private void copy(Object base, long offset, int count) {
    Platform.copyMemory(base, offset, null, bytes.add(count), count);
    offsets.append(bytes.size());
  }

  @Override
  void appendNull() {
    offsets.append(bytes.size());
  }

  @Override
  void clear() {
    super.clear();
    offsets.begin();
  }
}
