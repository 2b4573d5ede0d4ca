package io.chspark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;

/**
 * The one thread of this class loader. It carries the killing of a task into native code, which
 * cannot see a thread's interruption, by looking at the tasks that read (Spark 3.5 and 4.0 have no
 * listener for it); and it tidies sessions that nobody uses. It ends when there is neither.
 */
final class ChWatch implements Runnable {
  private static final long TASKS_POLL_MS = 100;
  private static final long SESSIONS_POLL_MS = 2_000;

  private static final Map<ChColumnarReader, TaskContext> READERS = new ConcurrentHashMap<>();
  private static final Object LOCK = new Object();

  /** The thread that watches, or null; guarded by LOCK. */
  private static Thread running;

  private ChWatch() {}

  static void add(TaskContext task, ChColumnarReader reader) {
    READERS.put(reader, task);
    LockSupport.unpark(start());
  }

  static void remove(ChColumnarReader reader) {
    READERS.remove(reader);
  }

  /** Makes sure that the thread runs. */
  static Thread start() {
    synchronized (LOCK) {
      if (running == null) {
        Thread thread = new Thread(new ChWatch(), "chspark-watch");
        thread.setDaemon(true);
        thread.start();
        running = thread;
      }
      return running;
    }
  }

  @Override
  public void run() {
    while (isNeeded()) {
      READERS.forEach(
          (reader, task) -> {
            if (task.isInterrupted()) {
              reader.cancel();
            }
          });
      ChSession.tidy();
      long pauseMs = READERS.isEmpty() ? SESSIONS_POLL_MS : TASKS_POLL_MS;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
    }
  }

  private static boolean isNeeded() {
    synchronized (LOCK) {
      boolean needed =
          !Thread.currentThread().isInterrupted() && (!READERS.isEmpty() || ChSession.isAnyOpen());
      running = needed ? running : null;
      return needed;
    }
  }
}
