package io.chspark;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;

/**
 * Columns of made-up values, as the library exports them. A string column's values are as long as
 * its comment says, 10 bytes without one.
 */
final class ProbeData {
  private static final int DISTINCT = 5;

  record Column(long schema, long array) {}

  private final ArrowMemory memory;
  private final int rows;
  private final boolean dictionary;
  private final Random random = new Random(1);

  ProbeData(ArrowMemory memory, int rows, boolean dictionary) {
    this.memory = memory;
    this.rows = rows;
    this.dictionary = dictionary;
  }

  Column column(StructField field) {
    String name = field.name();
    if (field.dataType() instanceof DecimalType type) {
      String format = "d:" + type.precision() + "," + type.scale() + ",64";
      return new Column(memory.schema(format, name, 0), memory.array(rows, 0, longs()));
    }
    return switch (field.dataType().typeName()) {
      case "long" -> new Column(memory.schema("l", name, 0), memory.array(rows, 0, longs()));
      case "integer" ->
          new Column(memory.schema("i", name, 0), memory.array(rows, 0, ints(1 << 20)));
      case "date" -> new Column(memory.schema("tdD", name, 0), memory.array(rows, 0, ints(20000)));
      default ->
          text(
              name,
              field.getComment().isDefined() ? Integer.parseInt(field.getComment().get()) : 10);
    };
  }

  private Column text(String name, int bytes) {
    if (!dictionary || bytes > 20) {
      return new Column(memory.schema("u", name, 0), strings(rows, bytes));
    }
    long codes =
        memory.array(
            rows, 0, 0, new long[] {0, ints(DISTINCT)}, new long[0], strings(DISTINCT, bytes));
    return new Column(memory.schema("i", name, memory.schema("u", "", 0)), codes);
  }

  private long strings(int count, int bytes) {
    int[] offsets = new int[count + 1];
    for (int i = 1; i <= count; i++) {
      offsets[i] = offsets[i - 1] + 1 + random.nextInt(2 * bytes - 1);
    }
    byte[] all = "abcdefgh ".repeat(offsets[count] / 9 + 1).getBytes(StandardCharsets.UTF_8);
    return memory.array(count, 0, memory.ints(offsets), memory.bytes(all));
  }

  private long longs() {
    long[] values = new long[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = random.nextInt(1 << 30);
    }
    return memory.longs(values);
  }

  private long ints(int limit) {
    int[] values = new int[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = random.nextInt(limit);
    }
    return memory.ints(values);
  }
}
