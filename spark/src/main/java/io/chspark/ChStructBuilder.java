package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/** Structs; also a batch of rows, which is a struct array without a NULL. */
final class ChStructBuilder extends ChFieldBuilder {
  private final List<ChFieldBuilder> fields;

  ChStructBuilder(ChArena arena, String name, boolean nullable, List<ChFieldBuilder> fields) {
    super(arena, name, "+s", nullable, List.of(), fields);
    this.fields = fields;
  }

  void appendRow(InternalRow row) {
    appendPresent();
    appendFields(row);
  }

  private void appendFields(InternalRow row) {
    for (int i = 0; i < fields.size(); i++) {
      fields.get(i).append(row, i);
    }
  }

  @Override
  void appendValue(SpecializedGetters from, int ordinal) {
    appendFields(from.getStruct(ordinal, fields.size()));
  }

  @Override
  void appendNull() {
    fields.forEach(ChFieldBuilder::appendNothing);
  }
}
