package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Arrays of the values that another builder takes. */
final class ChListBuilder extends ChFieldBuilder {
  private final ChOffsets offsets;
  private final ChFieldBuilder elements;

  ChListBuilder(ChArena arena, String name, boolean nullable, ChFieldBuilder elements) {
    this(arena, new ChOffsets(arena), name, nullable, elements);
  }

  private ChListBuilder(
      ChArena arena, ChOffsets offsets, String name, boolean nullable, ChFieldBuilder elements) {
    super(arena, name, "+l", nullable, List.of(offsets.buffer()), List.of(elements));
    this.offsets = offsets;
    this.elements = elements;
  }

  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    ArrayData array = from.getArray(ordinal);
    for (int i = 0; i < array.numElements(); i++) {
      elements.append(array, i);
    }
    offsets.append(elements.rows());
  }

  @Override
  void appendNull() {
    offsets.append(elements.rows());
  }

  @Override
  void clear() {
    super.clear();
    offsets.begin();
  }
}
