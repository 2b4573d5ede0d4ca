package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names on disk as ClickHouse 26.9 wrote them for tables of these names. */
class TestChPath {
  @ParameterizedTest
  @CsvSource({
    "plain_1, plain_1",
    "x-y, x%2Dy",
    "x%2Dy, x%252Dy",
    "a/b c, a%2Fb%20c",
    ".., %2E%2E",
    "é, %C3%A9",
  })
  void namesAreEscapedAsOnDisk(String name, String onDisk) {
    assertEquals("/r/" + onDisk, ChPath.below("/r", name));
  }
}
