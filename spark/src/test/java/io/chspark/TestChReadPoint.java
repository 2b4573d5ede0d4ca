package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;

class TestChReadPoint {
  private static ChReadPoint of(String... options) {
    return options.length == 2
        ? ChReadPoint.ofOptions(new CaseInsensitiveStringMap(Map.of(options[0], options[1])))
        : ChReadPoint.ofOptions(
            new CaseInsensitiveStringMap(Map.of(options[0], options[1], options[2], options[3])));
  }

  @Test
  void versionsAndMomentsBecomeRequests() {
    assertNull(ChReadPoint.ofOptions(CaseInsensitiveStringMap.empty()));
    assertEquals("{\"version\":17}", ChReadPoint.ofVersion(" 17 ").request().toString());
    assertEquals("{\"version\":3}", of("VersionAsOf", "3").request().toString());
    assertEquals("{\"time_ms\":1}", ChReadPoint.ofMicros(1999).request().toString());
    assertEquals("{\"time_ms\":0}", ChReadPoint.ofMicros(-1).request().toString());
  }

  @Test
  void whatIsNoneIsSaid() {
    for (String text : List.of("main", "0", "-1", "")) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> ChReadPoint.ofVersion(text));
      assertTrue(refused.getMessage().contains("'" + text + "'"), refused.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> of("timestampAsOf", "2026-01-01", "versionAsOf", "3"));
  }

  @Test
  void tablesOfProceduresAreQuotedAsInSql() {
    assertEquals(List.of("d", "t"), ChProcedure.names("d.t"));
    assertEquals(List.of("my.db", "a`b"), ChProcedure.names("`my.db`.`a``b`"));
    assertEquals(List.of("t"), ChProcedure.names("t"));
    assertEquals(List.of("", ""), ChProcedure.names("."));
  }
}
