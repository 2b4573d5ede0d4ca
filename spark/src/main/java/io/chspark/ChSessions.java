package io.chspark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Native sessions by their budget: opened when one is used, trimmed when nobody has used it for
 * {@value #TRIM_MS} ms, closed after {@value #CLOSE_MS}. Nothing is left then that would hold a
 * class loader, or that one would leave behind. Thread-safe.
 */
final class ChSessions {
  static final long TRIM_MS = 10_000;
  static final long CLOSE_MS = 600_000;

  /** What is done to a session; the native library's, but for tests. */
  interface Library {
    long open(long budgetBytes);

    /** Gives the buffers that it keeps for later back to the system. */
    void trim(long session);

    void close(long session);
  }

  /** A session; guarded by the lock of ChSessions. */
  static final class Session {
    final long handle;
    private int users;
    private long unusedSinceMs;
    private boolean trimmed;

    private Session(long handle) {
      this.handle = handle;
    }
  }

  private final Library library;
  private final Map<Long, Session> byBudget = new HashMap<>();

  ChSessions(Library library) {
    this.library = library;
  }

  /** The session of that budget, the caller's until it releases it. */
  synchronized Session use(long budgetBytes) {
    Session session = byBudget.get(budgetBytes);
    if (session == null) {
      session = new Session(library.open(budgetBytes));
      byBudget.put(budgetBytes, session);
    }
    session.users++;
    return session;
  }

  synchronized void release(Session session, long nowMs) {
    session.users--;
    session.unusedSinceMs = nowMs;
    session.trimmed = false;
  }

  /** Trims and closes what is due. */
  synchronized void tidy(long nowMs) {
    for (Iterator<Session> all = byBudget.values().iterator(); all.hasNext(); ) {
      Session session = all.next();
      long unusedMs = session.users > 0 ? 0 : nowMs - session.unusedSinceMs;
      if (unusedMs >= CLOSE_MS) {
        all.remove();
        library.close(session.handle);
      } else if (unusedMs >= TRIM_MS && !session.trimmed) {
        session.trimmed = true;
        library.trim(session.handle);
      }
    }
  }

  synchronized boolean isEmpty() {
    return byBudget.isEmpty();
  }
}
