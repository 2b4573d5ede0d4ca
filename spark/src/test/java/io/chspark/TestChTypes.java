package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mapping of design section 7, from type texts as ClickHouse prints them. */
class TestChTypes {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bool|boolean",
        "Int8|tinyint",
        "Int64|bigint",
        "UInt8|smallint",
        "UInt16|int",
        "UInt32|bigint",
        "UInt64|decimal(20,0)",
        "Float32|float",
        "Float64|double",
        "Decimal(15, 2)|decimal(15,2)",
        "Decimal(38, 38)|decimal(38,38)",
        "String|string",
        "FixedString(16)|binary",
        "UUID|string",
        "IPv4|string",
        "IPv6|string",
        "Enum8('a' = 1, 'it\\'s (b), c' = -2)|string",
        "Date|date",
        "Date32|date",
        "DateTime|timestamp",
        "DateTime('Asia/Tokyo')|timestamp",
        "DateTime64(3, 'UTC')|timestamp",
        "LowCardinality(String)|string",
        "LowCardinality(FixedString(3))|binary",
        "Array(Int32)|array<int>",
        "Map(String, Array(UInt8))|map<string,array<smallint>>",
        "Tuple(Int32, String)|struct<_1:int,_2:string>",
        "Tuple(a Int32, `b c` Nullable(String))|struct<a:int,b c:string>",
        "Nested(a Int32, b String)|array<struct<a:int,b:string>>",
        "SimpleAggregateFunction(sum, Int64)|bigint",
      })
  void everyTypeThatSparkHoldsIsMapped(String clickHouse, String spark) {
    ChTypes.Typed typed = ChTypes.of(clickHouse, "");
    assertEquals(spark, typed.type().catalogString());
    assertEquals(false, typed.nullable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Int128",
        "UInt256",
        "Decimal(39, 2)",
        "Array(Int128)",
        "Tuple(Int128, String)",
        "AggregateFunction(sum, Int64)",
        "Variant(Int8, String)",
        "JSON",
        "Array(",
        "Map(String)",
        "Decimal(x, 2)",
        "Int64 ",
        "",
      })
  void typesWithoutPlaceAndBrokenTextsAreNone(String clickHouse) {
    assertNull(ChTypes.of(clickHouse, ""));
  }

  @Test
  void nullabilityIsKeptAtEveryLevel() {
    assertEquals(true, ChTypes.of("Nullable(Int8)", "").nullable());
    assertEquals(true, ChTypes.of("LowCardinality(Nullable(String))", "").nullable());
    assertEquals(false, ChTypes.of("Array(Nullable(Int8))", "").nullable());
    assertEquals(
        "{\"type\":\"array\",\"elementType\":\"byte\",\"containsNull\":true}",
        ChTypes.of("Array(Nullable(Int8))", "").type().json());
    assertEquals(
        "{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":\"byte\","
            + "\"valueContainsNull\":false}",
        ChTypes.of("Map(String, Int8)", "").type().json());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DateTime64(6)|[spark:timestamp_ntz]|timestamp_ntz",
        "Nullable(DateTime)|a day [spark:timestamp_ntz]|timestamp_ntz",
        "String|[spark:binary]|binary",
        "LowCardinality(Nullable(String))|[spark:binary]|binary",
        "Int64|[spark:interval]|interval day to second",
        "Int32|[spark:interval]|int",
        "String|spark:binary|string",
        "Array(String)|[spark:binary]|array<string>",
      })
  void markersInTheCommentChooseTypesThatClickHouseLacks(
      String type, String comment, String spark) {
    assertEquals(spark, ChTypes.of(type, comment).type().catalogString());
  }

  @Test
  void columnsThatCannotBeReadAreShownWithTheReason() {
    ChColumn column =
        ChColumn.of(
            JsonParser.parseString(
                    "{\"name\":\"x\",\"type\":\"Int128\",\"comment\":\"big\",\"supported\":true}")
                .getAsJsonObject());
    assertEquals("Spark has no type for Int128", column.problem());
    assertEquals(
        "big (unreadable Int128: Spark has no type for Int128)", column.field().getComment().get());
  }
}
