package io.chspark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Vectors over Arrow structs built by hand, as the Arrow C data interface and columnar format lay
 * them out.
 */
class TestChVectors {
  private static final long[] NONE = {};
  private final ArrowMemory memory = new ArrowMemory();

  @AfterEach
  void free() {
    memory.close();
  }

  private ChColumnVector vector(DataType type, long schema, long array) {
    ChColumnVector vector = ChVectors.of(type, schema);
    vector.attach(array, 0, ChArrow.length(array));
    return vector;
  }

  private long strings(String text, int... offsets) {
    return memory.array(offsets.length - 1, 0, memory.ints(offsets), memory.text(text));
  }

  @Test
  void nullsAreTheClearBitsOfTheBitmap() {
    long array =
        memory.array(
            3,
            -1,
            1,
            new long[] {memory.bytes(new byte[] {0b1011}), memory.ints(9, 1, 2, 3)},
            NONE,
            0);
    ChColumnVector vector = vector(DataTypes.IntegerType, memory.schema("i", "x", 0), array);
    assertFalse(vector.isNullAt(0));
    assertTrue(vector.isNullAt(1));
    assertFalse(vector.isNullAt(2));
    assertEquals(1, vector.numNulls());
    assertTrue(vector.hasNull());
    assertEquals(1, vector.getInt(0));
    assertEquals(3, vector.getInt(2));
    assertArrayEquals(new int[] {1, 2, 3}, vector.getInts(0, 3));
  }

  @Test
  void oneVectorServesManyBatches() {
    ChColumnVector vector = ChVectors.of(DataTypes.LongType, memory.schema("l", "x", 0));
    long nulls = memory.bytes(new byte[] {0});
    vector.attach(memory.array(1, 1, 0, new long[] {nulls, memory.longs(5)}, NONE, 0), 0, 1);
    assertTrue(vector.isNullAt(0));
    vector.attach(memory.array(2, 0, memory.longs(6, Long.MIN_VALUE)), 0, 2);
    vector.close();
    assertFalse(vector.hasNull());
    assertEquals(6, vector.getLong(0));
    assertEquals(Long.MIN_VALUE, vector.getLong(1));
  }

  @Test
  void booleansAreBits() {
    long array = memory.array(2, 0, 9, new long[] {0, memory.bytes(new byte[] {0, 0b10})}, NONE, 0);
    ChColumnVector vector = vector(DataTypes.BooleanType, memory.schema("b", "x", 0), array);
    assertTrue(vector.getBoolean(0));
    assertFalse(vector.getBoolean(1));
  }

  @Test
  void decimalsOfEveryWidthKeepTheirDigits() {
    DataType nine = DataTypes.createDecimalType(9, 2);
    ChColumnVector small =
        vector(
            nine, memory.schema("d:9,2,32", "x", 0), memory.array(1, 0, memory.ints(-999999999)));
    assertEquals("-9999999.99", small.getDecimal(0, 9, 2).toString());
    DataType eighteen = DataTypes.createDecimalType(18, 0);
    ChColumnVector middle =
        vector(
            eighteen,
            memory.schema("d:18,0,64", "x", 0),
            memory.array(1, 0, memory.longs(999999999999999999L)));
    assertEquals("999999999999999999", middle.getDecimal(0, 18, 0).toString());
    DataType most = DataTypes.createDecimalType(38, 4);
    String[] texts = {
      "-1.0001", "9999999999999999999999999999999999.9999", "-922337203685477.5809", "0.0000"
    };
    long[] words = new long[2 * texts.length];
    for (int i = 0; i < texts.length; i++) {
      var unscaled = new BigDecimal(texts[i]).unscaledValue();
      words[2 * i] = unscaled.longValue();
      words[2 * i + 1] = unscaled.shiftRight(64).longValue();
    }
    ChColumnVector wide =
        vector(
            most,
            memory.schema("d:38,4", "x", 0),
            memory.array(texts.length, 0, memory.longs(words)));
    for (int i = 0; i < texts.length; i++) {
      assertEquals(texts[i], wide.getDecimal(i, 38, 4).toJavaBigDecimal().toPlainString());
    }
  }

  @Test
  void stringsAndBinariesAreCutByOffsets() {
    long array = strings("aéz", 0, 1, 1, 4);
    ChColumnVector text = vector(DataTypes.StringType, memory.schema("u", "x", 0), array);
    assertEquals("a", text.getUTF8String(0).toString());
    assertEquals("", text.getUTF8String(1).toString());
    assertEquals("éz", text.getUTF8String(2).toString());
    ChColumnVector binary = vector(DataTypes.BinaryType, memory.schema("z", "x", 0), array);
    assertArrayEquals(new byte[] {'a'}, binary.getBinary(0));
    ChColumnVector fixed =
        vector(
            DataTypes.BinaryType,
            memory.schema("w:2", "x", 0),
            memory.array(2, 0, memory.text("abcd")));
    assertArrayEquals(new byte[] {'c', 'd'}, fixed.getBinary(1));
  }

  @Test
  void dictionaryStringsAreDecodedOnceABatch() {
    long dictionary = strings("redgreen", 0, 3, 8);
    long schema = memory.schema("i", "x", memory.schema("u", "", 0));
    long array = memory.array(3, 0, 0, new long[] {0, memory.ints(1, 0, 1)}, NONE, dictionary);
    ChColumnVector vector = vector(DataTypes.StringType, schema, array);
    assertEquals("green", vector.getUTF8String(0).toString());
    assertEquals("red", vector.getUTF8String(1).toString());
    assertSame(vector.getUTF8String(0), vector.getUTF8String(2));
    long other = strings("blue", 0, 4, 4);
    vector.attach(memory.array(2, 0, 0, new long[] {0, memory.ints(0, 1)}, NONE, other), 0, 2);
    assertEquals("blue", vector.getUTF8String(0).toString());
    assertEquals("", vector.getUTF8String(1).toString());
  }

  @Test
  void arraysAndMapsAreRangesOfTheirChildren() {
    long elements = memory.array(3, 0, memory.ints(7, 8, 9));
    long array =
        memory.array(2, 0, 1, new long[] {0, memory.ints(0, 1, 1, 3)}, new long[] {elements}, 0);
    long schema = memory.schema("+l", "x", 0, memory.schema("i", "item", 0));
    ChColumnVector lists = vector(DataTypes.createArrayType(DataTypes.IntegerType), schema, array);
    assertEquals(0, lists.getArray(0).numElements());
    assertArrayEquals(new int[] {8, 9}, lists.getArray(1).toIntArray());

    long keys = strings("kl", 0, 1, 2);
    long entries =
        memory.array(
            2, 0, 0, new long[] {0}, new long[] {keys, memory.array(2, 0, memory.ints(4, 5))}, 0);
    long maps = memory.array(1, 0, 0, new long[] {0, memory.ints(0, 2)}, new long[] {entries}, 0);
    long entry =
        memory.schema(
            "+s", "entries", 0, memory.schema("u", "key", 0), memory.schema("i", "value", 0));
    ChColumnVector map =
        vector(
            DataTypes.createMapType(DataTypes.StringType, DataTypes.IntegerType),
            memory.schema("+m", "x", 0, entry),
            maps);
    assertEquals("l", map.getMap(0).keyArray().getUTF8String(1).toString());
    assertEquals(5, map.getMap(0).valueArray().getInt(1));
  }

  @Test
  void structsShiftTheirChildren() {
    StructType type =
        new StructType().add("a", DataTypes.IntegerType).add("b", DataTypes.StringType);
    long a = memory.array(2, 0, 1, new long[] {0, memory.ints(1, 2, 3)}, NONE, 0);
    long array =
        memory.array(
            1,
            1,
            1,
            new long[] {memory.bytes(new byte[] {0b10}), 0},
            new long[] {a, strings("xy", 0, 1, 2)},
            0);
    long schema =
        memory.schema("+s", "x", 0, memory.schema("i", "a", 0), memory.schema("u", "b", 0));
    ChColumnVector vector = vector(type, schema, array);
    assertEquals(3, vector.getStruct(0).getInt(0));
    assertEquals("y", vector.getStruct(0).getUTF8String(1).toString());
    long none =
        memory.array(1, 1, 0, new long[] {memory.bytes(new byte[] {0})}, new long[] {a, a}, 0);
    vector.attach(none, 0, 1);
    assertNull(vector.getStruct(0));
  }

  @Test
  void schemasThatDoNotFitTheTypeAreRefused() {
    long schema = memory.schema("l", "n", 0);
    ChException error =
        assertThrows(ChException.class, () -> ChVectors.of(DataTypes.StringType, schema));
    assertEquals(ChException.BUG, error.code());
    assertEquals(
        "the library's column 'n' has Arrow format 'l' with 0 children, which is no "
            + "layout of Spark's string",
        error.getMessage());
    DataType money = DataTypes.createDecimalType(9, 2);
    assertThrows(ChException.class, () -> ChVectors.of(money, memory.schema("d:9,3,32", "x", 0)));
  }
}
