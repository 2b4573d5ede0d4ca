package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark's names of the types that the library shows to it, and the markers' types. */
class TestChTypes {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bool|boolean",
        "Int8|tinyint",
        "Int64|bigint",
        "Float32|float",
        "Float64|double",
        "Decimal(15, 2)|decimal(15,2)",
        "Decimal(38, 38)|decimal(38,38)",
        "String|string",
        "FixedString(16)|binary",
        "Date32|date",
        "DateTime64(6)|timestamp",
        "LowCardinality(String)|string",
        "LowCardinality(FixedString(3))|binary",
        "Array(Int32)|array<int>",
        "Map(String, Array(Int16))|map<string,array<smallint>>",
        "Tuple(Int32, String)|struct<_1:int,_2:string>",
        "Tuple(a Int32, `b c` Nullable(String))|struct<a:int,b c:string>",
        "Tuple(`a\\`\\\\` Int32)|struct<a`\\:int>",
      })
  void everyTypeThatTheLibraryShowsHasAName(String shown, String spark) {
    ChTypes.Typed typed = ChTypes.of("", shown, "");
    assertEquals(spark, typed.type().catalogString());
    assertEquals(false, typed.nullable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Int128",
        "UInt8",
        "Decimal(39, 2)",
        "Array(Int128)",
        "Tuple(Int128, String)",
        "DateTime64(6, 'UTC')",
        "Array(",
        "Map(String)",
        "Decimal(x, 2)",
        "Int64 ",
        "",
      })
  void otherTextsAreNone(String shown) {
    assertNull(ChTypes.of("", shown, ""));
  }

  @Test
  void nullabilityIsKeptAtEveryLevel() {
    assertEquals(true, ChTypes.of("", "Nullable(Int8)", "").nullable());
    assertEquals(true, ChTypes.of("", "LowCardinality(Nullable(String))", "").nullable());
    assertEquals(false, ChTypes.of("", "Array(Nullable(Int8))", "").nullable());
    assertEquals(
        "{\"type\":\"array\",\"elementType\":\"byte\",\"containsNull\":true}",
        ChTypes.of("", "Array(Nullable(Int8))", "").type().json());
    assertEquals(
        "{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":\"byte\","
            + "\"valueContainsNull\":false}",
        ChTypes.of("", "Map(String, Int8)", "").type().json());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DateTime64(6, 'UTC')|DateTime64(6)|[spark:timestamp_ntz]|timestamp_ntz",
        "Nullable(DateTime)|Nullable(DateTime64(6))|a day [spark:timestamp_ntz]|timestamp_ntz",
        "String|String|[spark:binary]|binary",
        "LowCardinality(Nullable(String))|LowCardinality(Nullable(String))|[spark:binary]|binary",
        "Int64|Int64|[spark:interval]|interval day to second",
        "UInt32|Int64|[spark:interval]|bigint",
        "UUID|String|[spark:binary]|string",
        "String|String|spark:binary|string",
        "Array(String)|Array(String)|[spark:binary]|array<string>",
      })
  void markersInTheCommentChooseTypesThatClickHouseLacks(
      String type, String shown, String comment, String spark) {
    assertEquals(spark, ChTypes.of(type, shown, comment).type().catalogString());
  }

  @Test
  void columnsThatCannotBeReadAreShownWithTheReason() {
    ChColumn column =
        ChColumn.of(
            JsonParser.parseString(
                    "{\"name\":\"x\",\"type\":\"Int128\",\"comment\":\"big\",\"supported\":true,"
                        + "\"spark_reason\":\"too wide\"}")
                .getAsJsonObject());
    assertEquals("too wide", column.problem());
    assertEquals("big (unreadable Int128: too wide)", column.field().getComment().get());
  }
}
