package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.expressions.Cast;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Extract;
import org.apache.spark.sql.connector.expressions.GeneralScalarExpression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.AlwaysTrue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** V2 predicates as plan JSON; null where Spark must keep them. */
class TestChPredicates {
  private final ChPredicates translator =
      new ChPredicates(
          Map.of(
              "y", DataTypes.BinaryType,
              "i", DataTypes.IntegerType,
              "j", DataTypes.IntegerType,
              "n", DataTypes.LongType,
              "s", DataTypes.StringType,
              "d", DataTypes.DateType,
              "t", DataTypes.TimestampType,
              "m", DataTypes.createDecimalType(9, 2),
              "b", DataTypes.BooleanType,
              "a", DataTypes.createArrayType(DataTypes.IntegerType)));

  /** Expressions.column would parse the name, for which it wants a Spark session. */
  private static final class Column implements NamedReference {
    private final String name;

    Column(String name) {
      this.name = name;
    }

    @Override
    public String[] fieldNames() {
      return new String[] {name};
    }
  }

  private record Constant<T>(T value, DataType dataType) implements Literal<T> {}

  private static Expression column(String name) {
    return new Column(name);
  }

  private static Expression of(Object value, DataType type) {
    return new Constant<>(value, type);
  }

  private static Expression text(String value) {
    return of(UTF8String.fromString(value), DataTypes.StringType);
  }

  private static Predicate call(String name, Expression... arguments) {
    return new Predicate(name, arguments);
  }

  private void expect(String json, Predicate predicate) {
    assertEquals(json, translator.translate(predicate).toString());
  }

  private void keeps(Predicate predicate) {
    assertNull(translator.translate(predicate));
  }

  @Test
  void comparisonsNameColumnAndTypedLiteral() {
    expect(
        "{\"call\":\"<\",\"args\":[{\"column\":\"i\"},{\"literal\":\"5\",\"type\":\"Int32\"}]}",
        call("<", column("i"), of(5, DataTypes.IntegerType)));
    expect(
        "{\"call\":\"<=>\",\"args\":[{\"column\":\"s\"},{\"literal\":null,\"type\":\"String\"}]}",
        call("<=>", column("s"), of(null, DataTypes.StringType)));
    expect(
        "{\"call\":\"=\",\"args\":[{\"column\":\"i\"},{\"column\":\"j\"}]}",
        call("=", column("i"), column("j")));
  }

  @Test
  void literalsAreWrittenAsThePlanWantsThem() {
    expect(
        "{\"call\":\">=\",\"args\":[{\"column\":\"d\"},{\"literal\":\"1969-12-31\","
            + "\"type\":\"Date32\"}]}",
        call(">=", column("d"), of(-1, DataTypes.DateType)));
    expect(
        "{\"call\":\"=\",\"args\":[{\"column\":\"t\"},{\"literal\":\"-7\","
            + "\"type\":\"DateTime64(6)\"}]}",
        call("=", column("t"), of(-7L, DataTypes.TimestampType)));
    DataType money = DataTypes.createDecimalType(9, 2);
    expect(
        "{\"call\":\"=\",\"args\":[{\"column\":\"m\"},{\"literal\":\"1.50\","
            + "\"type\":\"Decimal(9, 2)\"}]}",
        call("=", column("m"), of(Decimal.apply(new BigDecimal("1.5"), 9, 2), money)));
  }

  @Test
  void connectivesNeedBothSides() {
    Predicate good = call("=", column("i"), of(1, DataTypes.IntegerType));
    Predicate bad = call("UNHEARD_OF", column("i"));
    expect("{\"call\":\"NOT\",\"args\":[{\"column\":\"b\"}]}", call("NOT", column("b")));
    assertEquals("OR", translator.translate(call("OR", good, good)).get("call").getAsString());
    keeps(call("OR", good, bad));
    keeps(call("AND", good, bad));
    keeps(call("NOT", bad));
    expect("{\"literal\":\"true\",\"type\":\"Bool\"}", new AlwaysTrue());
  }

  @Test
  void aChainOfPairsBecomesOneCall() {
    for (String name : new String[] {"AND", "OR"}) {
      Predicate chain = call("=", column("i"), of(0, DataTypes.IntegerType));
      for (int i = 1; i < 600; i++) {
        chain = call(name, chain, call("=", column("i"), of(i, DataTypes.IntegerType)));
      }
      JsonArray operands = translator.translate(chain).getAsJsonArray("args");
      assertEquals(600, operands.size());
      assertEquals(
          "{\"call\":\"=\",\"args\":[{\"column\":\"i\"},"
              + "{\"literal\":\"599\",\"type\":\"Int32\"}]}",
          operands.get(599).toString());
    }
  }

  @Test
  void allPredicatesOfAPlanAreOneCall() {
    JsonObject one = translator.translate(call("NOT", column("b")));
    JsonObject two = translator.translate(call("AND", column("b"), call("NOT", column("b"))));
    assertEquals(one, ChPredicates.all(List.of(one)));
    assertEquals(3, ChPredicates.all(List.of(one, two)).getAsJsonArray("args").size());
  }

  @Test
  void operandsOfDifferentTypesStayWithSpark() {
    keeps(call("=", column("i"), of(1L, DataTypes.LongType)));
    keeps(call("IN", column("i"), of(1, DataTypes.IntegerType), of(1L, DataTypes.LongType)));
    keeps(call("=", column("a"), column("a")));
    keeps(call("=", column("unknown"), of(1, DataTypes.IntegerType)));
  }

  @Test
  void onlyCastsThatKeepEveryValueAreTaken() {
    Expression wide = new Cast(column("i"), DataTypes.IntegerType, DataTypes.LongType);
    expect(
        "{\"call\":\"=\",\"args\":[{\"call\":\"CAST\",\"args\":[{\"column\":\"i\"}],"
            + "\"type\":\"Int64\"},{\"column\":\"n\"}]}",
        call("=", wide, column("n")));
    keeps(call("=", new Cast(column("n"), DataTypes.LongType, DataTypes.IntegerType), column("i")));
    keeps(
        call("=", new Cast(column("d"), DataTypes.DateType, DataTypes.TimestampType), column("t")));
  }

  @Test
  void datePartsOfDatesAreTakenAndThoseOfTimestampsAreNot() {
    Expression two = of(2, DataTypes.IntegerType);
    expect(
        "{\"call\":\"=\",\"args\":[{\"call\":\"YEAR\",\"args\":[{\"column\":\"d\"}]},"
            + "{\"literal\":\"2\",\"type\":\"Int32\"}]}",
        call("=", new Extract("YEAR", column("d")), two));
    keeps(call("=", new Extract("YEAR", column("t")), two));
    keeps(call("=", new Extract("HOUR", column("d")), two));
  }

  @Test
  void stringFunctionsAreTaken() {
    expect(
        "{\"call\":\"STARTS_WITH\",\"args\":[{\"column\":\"s\"},{\"literal\":\"é\","
            + "\"type\":\"String\"}]}",
        call("STARTS_WITH", column("s"), text("é")));
    Expression part =
        new GeneralScalarExpression(
            "SUBSTRING",
            new Expression[] {
              column("s"), of(1, DataTypes.IntegerType), of(2, DataTypes.IntegerType)
            });
    assertEquals(
        "IN",
        translator.translate(call("IN", part, text("13"), text("31"))).get("call").getAsString());
    keeps(
        call(
            "=",
            column("s"),
            of(UTF8String.fromBytes(new byte[] {(byte) 0xFF}), DataTypes.StringType)));
  }

  @Test
  void textFunctionsThatTheEngineHasNotStayWithSpark() {
    for (String name : new String[] {"UPPER", "LOWER", "LTRIM", "RTRIM"}) {
      keeps(
          call("=", new GeneralScalarExpression(name, new Expression[] {column("s")}), text("x")));
    }
    Expression two = of(2, DataTypes.IntegerType);
    Expression trimmed =
        new GeneralScalarExpression("TRIM", new Expression[] {column("s"), text("x")});
    keeps(call("=", trimmed, text("x")));
    for (String name : new String[] {"CHAR_LENGTH", "SUBSTRING", "+", "%"}) {
      Expression[] arguments = {column(name.equals("+") || name.equals("%") ? "i" : "y"), two};
      keeps(call("=", new GeneralScalarExpression(name, arguments), two));
    }
    Expression bytes = new GeneralScalarExpression("CHAR_LENGTH", new Expression[] {column("y")});
    keeps(call("=", bytes, two));
    Expression length = new GeneralScalarExpression("CHAR_LENGTH", new Expression[] {column("s")});
    expect(
        "{\"call\":\"=\",\"args\":[{\"call\":\"LENGTH\",\"args\":[{\"column\":\"s\"}]},"
            + "{\"literal\":\"2\",\"type\":\"Int32\"}]}",
        call("=", length, two));
  }

  @Test
  void planReadsTheColumnsOfPredicatesAndDropsThemAgain() {
    ChPlan plan =
        new ChPlan(
            "/r/d/t",
            -1,
            List.of("i"),
            List.of(translator.translate(call("IS_NULL", column("s")))),
            3);
    assertEquals(
        "{\"node\":\"limit\",\"input\":{\"node\":\"project\","
            + "\"input\":{\"node\":\"filter\",\"input\":"
            + "{\"node\":\"scan\",\"table\":\"/r/d/t\",\"columns\":[\"i\",\"s\"]},"
            + "\"predicate\":{\"call\":\"IS_NULL\",\"args\":[{\"column\":\"s\"}]}},"
            + "\"columns\":[{\"name\":\"i\",\"expr\":{\"column\":\"i\"}}]},\"rows\":3}",
        plan.nodes().toString());
  }
}
