package io.chspark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;

/**
 * Carries the killing of a task into native code, which cannot see a thread's interruption: a
 * thread looks every {@value #POLL_MS} ms at the tasks that read, and ends when there are none.
 * (Spark 3.5 and 4.0 have no listener for it.)
 */
final class ChCancelWatch implements Runnable {
  private static final long POLL_MS = 100;

  private static final Map<ChColumnarReader, TaskContext> READERS = new ConcurrentHashMap<>();
  private static final Object LOCK = new Object();

  /** Whether a thread watches; guarded by LOCK. */
  private static boolean running;

  private ChCancelWatch() {}

  static void add(TaskContext task, ChColumnarReader reader) {
    READERS.put(reader, task);
    synchronized (LOCK) {
      if (!running) {
        Thread thread = new Thread(new ChCancelWatch(), "chspark-cancel-watch");
        thread.setDaemon(true);
        thread.start();
        running = true;
      }
    }
  }

  static void remove(ChColumnarReader reader) {
    READERS.remove(reader);
  }

  @Override
  public void run() {
    while (watching()) {
      READERS.forEach(
          (reader, task) -> {
            if (task.isInterrupted()) {
              reader.cancel();
            }
          });
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean watching() {
    synchronized (LOCK) {
      running = !READERS.isEmpty() && !Thread.currentThread().isInterrupted();
      return running;
    }
  }
}
