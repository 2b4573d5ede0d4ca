package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When sessions are opened, trimmed and closed, by a library that writes down what it is asked. */
class TestChSessions {
  private final List<String> calls = new ArrayList<>();

  private final ChSessions sessions =
      new ChSessions(
          new ChSessions.Library() {
            @Override
            public long open(long budgetBytes) {
              calls.add("open " + budgetBytes);
              return budgetBytes;
            }

            @Override
            public void trim(long session) {
              calls.add("trim " + session);
            }

            @Override
            public void close(long session) {
              calls.add("close " + session);
            }
          });

  @Test
  void oneSessionServesAllUsesOfABudget() {
    ChSessions.Session first = sessions.use(5);
    assertEquals(first, sessions.use(5));
    sessions.use(7);
    assertEquals(List.of("open 5", "open 7"), calls);
  }

  @Test
  void aSessionIsTrimmedOnceAndThenClosedWhenNobodyUsesIt() {
    ChSessions.Session session = sessions.use(5);
    sessions.release(session, 100);
    sessions.tidy(100 + ChSessions.TRIM_MS - 1);
    assertEquals(List.of("open 5"), calls);
    sessions.tidy(100 + ChSessions.TRIM_MS);
    sessions.tidy(100 + ChSessions.TRIM_MS + 1);
    assertEquals(List.of("open 5", "trim 5"), calls);
    sessions.tidy(100 + ChSessions.CLOSE_MS);
    assertEquals(List.of("open 5", "trim 5", "close 5"), calls);
    assertEquals(true, sessions.isEmpty());
  }

  @Test
  void aSessionInUseStaysAsItIs() {
    ChSessions.Session session = sessions.use(5);
    sessions.use(5);
    sessions.release(session, 0);
    sessions.tidy(ChSessions.CLOSE_MS);
    assertEquals(List.of("open 5"), calls);
    sessions.release(session, ChSessions.CLOSE_MS);
    sessions.tidy(ChSessions.CLOSE_MS + ChSessions.TRIM_MS);
    assertEquals(List.of("open 5", "trim 5"), calls);
  }
}
