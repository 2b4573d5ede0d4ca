package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.unsafe.Platform;

/**
 * Values of Spark's rows as an Arrow array: its ArrowSchema and ArrowArray lie in native memory, as
 * the C data interface has them, and stay where they are. Both belong to the arena.
 */
abstract class ChFieldBuilder {
  private static final int SCHEMA_BYTES = 72;
  private static final int ARRAY_BYTES = 80;
  private static final long FLAG_NULLABLE = 2;

  private final long schema;
  private final long array;
  private final long buffersPlace;
  private final ChArena.Buffer validity;
  private final List<ChArena.Buffer> buffers;
  private final List<ChFieldBuilder> children;
  private long rows;
  private long nulls;

  ChFieldBuilder(
      ChArena arena,
      String name,
      String format,
      boolean nullable,
      List<ChArena.Buffer> buffers,
      List<ChFieldBuilder> children) {
    this.buffers = buffers;
    this.children = children;
    validity = arena.buffer();
    schema = arena.place(SCHEMA_BYTES);
    array = arena.place(ARRAY_BYTES);
    buffersPlace = arena.place(8L * (buffers.size() + 1));
    long schemas = arena.place(8L * (children.size() + 1));
    long arrays = arena.place(8L * (children.size() + 1));
    for (int i = 0; i < children.size(); i++) {
      Platform.putLong(null, schemas + 8L * i, children.get(i).schema);
      Platform.putLong(null, arrays + 8L * i, children.get(i).array);
    }
    // format, name, metadata, flags, n_children, children, dictionary, release, private_data
    word(schema, 0, arena.text(format));
    word(schema, 1, arena.text(name));
    word(schema, 3, nullable ? FLAG_NULLABLE : 0);
    word(schema, 4, children.size());
    word(schema, 5, schemas);
    // length, null_count, offset, n_buffers, n_children, buffers, children, dictionary, ...
    word(array, 3, buffers.size() + 1L);
    word(array, 4, children.size());
    word(array, 5, buffersPlace);
    word(array, 6, arrays);
  }

  private static void word(long struct, int index, long value) {
    Platform.putLong(null, struct + 8L * index, value);
  }

  /**
   * The value at {@code ordinal} of a row, an array or a map's keys or values, which may be NULL.
   */
  final void append(SpecializedGetters from, int ordinal) {
    if (from.isNullAt(ordinal)) {
      appendBit(validity, rows, false);
      nulls++;
      rows++;
      appendNull();
    } else {
      appendPresent();
      appendValue(from, ordinal);
    }
  }

  /** Counts a value that is not NULL. */
  final void appendPresent() {
    appendBit(validity, rows, true);
    rows++;
  }

  /** A NULL within a NULL: a field of a struct that is not there. */
  final void appendNothing() {
    appendBit(validity, rows, false);
    nulls++;
    rows++;
    appendNull();
  }

  abstract void appendValue(SpecializedGetters from, int ordinal);

  /** What stands in a NULL's place. */
  abstract void appendNull();

  /** A bit at the end of a buffer that has {@code count} of them. */
  static void appendBit(ChArena.Buffer buffer, long count, boolean bit) {
    if (count % 8 == 0) {
      Platform.putByte(null, buffer.add(1), (byte) 0);
    }
    if (bit) {
      long address = buffer.address() + count / 8;
      Platform.putByte(
          null, address, (byte) (Platform.getByte(null, address) | (1 << (int) (count % 8))));
    }
  }

  final long rows() {
    return rows;
  }

  /** Of the ArrowSchema. */
  final long schema() {
    return schema;
  }

  /** Of the ArrowArray, which shows all values appended by now, until the next one is. */
  final long array() {
    for (ChFieldBuilder child : children) {
      child.array();
    }
    word(array, 0, rows);
    word(array, 1, nulls);
    Platform.putLong(null, buffersPlace, nulls == 0 ? 0 : validity.address());
    for (int i = 0; i < buffers.size(); i++) {
      Platform.putLong(null, buffersPlace + 8L * (i + 1), buffers.get(i).address());
    }
    return array;
  }

  /** Begins again. The arena's buffers must be cleared with it. */
  void clear() {
    rows = 0;
    nulls = 0;
    children.forEach(ChFieldBuilder::clear);
  }
}
