package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.MapData;

/** Maps: lists of structs of a key and a value. */
final class ChMapBuilder extends ChFieldBuilder {
  private final ChOffsets offsets;
  private final ChStructBuilder entries;
  private final ChFieldBuilder keys;
  private final ChFieldBuilder values;

  ChMapBuilder(
      ChArena arena, String name, boolean nullable, ChFieldBuilder keys, ChFieldBuilder values) {
    this(
        arena,
        new ChOffsets(arena),
        name,
        nullable,
        new ChStructBuilder(arena, "entries", false, List.of(keys, values)),
        keys,
        values);
  }

  private ChMapBuilder(
      ChArena arena,
      ChOffsets offsets,
      String name,
      boolean nullable,
      ChStructBuilder entries,
      ChFieldBuilder keys,
      ChFieldBuilder values) {
    super(arena, name, "+m", nullable, List.of(offsets.buffer()), List.of(entries));
    this.offsets = offsets;
    this.entries = entries;
    this.keys = keys;
    this.values = values;
  }

  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    MapData map = from.getMap(ordinal);
    for (int i = 0; i < map.numElements(); i++) {
      entries.appendPresent();
      keys.append(map.keyArray(), i);
      values.append(map.valueArray(), i);
    }
    offsets.append(entries.rows());
  }

  @Override
  void appendNull() {
    offsets.append(entries.rows());
  }

  @Override
  void clear() {
    super.clear();
    offsets.begin();
  }
}
