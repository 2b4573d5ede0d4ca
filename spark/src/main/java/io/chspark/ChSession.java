package io.chspark;

import com.google.gson.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * A use of the native session of this class loader: one memory budget and its caches, shared by all
 * tasks of the JVM, one session for each value of spark.chspark.memory in force. The session stays
 * open at least until all its uses are closed. Uses are made by any thread; closing one twice is
 * harmless.
 */
final class ChSession implements AutoCloseable {
  private static final ChSessions SESSIONS =
      new ChSessions(
          new ChSessions.Library() {
            @Override
            public long open(long budgetBytes) {
              JsonObject settings = new JsonObject();
              settings.addProperty("memory_bytes", budgetBytes);
              return ChNative.openSession(settings.toString());
            }

            @Override
            public void trim(long session) {
              ChNative.trim(session);
            }

            @Override
            public void close(long session) {
              ChNative.closeSession(session);
            }
          });

  /** Null once closed. */
  private ChSessions.Session session;

  private ChSession(ChSessions.Session session) {
    this.session = session;
  }

  /** The session in which every task slot of this JVM has {@code slotBytes} of native memory. */
  static ChSession use(long slotBytes) {
    long budget = Math.multiplyExact(slotBytes, ChTaskSlots.ofProcess());
    ChSession used = new ChSession(SESSIONS.use(budget));
    ChWatch.start();
    return used;
  }

  /** Valid until close(). */
  synchronized long handle() {
    return session.handle;
  }

  @Override
  public synchronized void close() {
    if (session != null) {
      SESSIONS.release(session, nowMs());
      session = null;
    }
  }

  /** Gives back to the system what nobody has used for a while. */
  static void tidy() {
    SESSIONS.tidy(nowMs());
  }

  static boolean isAnyOpen() {
    return !SESSIONS.isEmpty();
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
