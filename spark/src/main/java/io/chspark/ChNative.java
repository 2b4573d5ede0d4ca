package io.chspark;

/**
 * The native library's entry points. Every method throws {@link ChException} on failure. A query's
 * handle is used by one thread at a time, except for {@link #cancel} and {@link #metrics}; the
 * caller guards against using a closed one.
 */
final class ChNative {
  /** Places in the array that {@link #metrics} fills: the fields of ch_metrics, in their order. */
  static final int ROWS_READ = 0;

  static final int BYTES_READ = 2;
  static final int GRANULES_SKIPPED = 5;
  static final int NATIVE_NANOSECONDS = 6;
  static final int MEMORY_BYTES = 8;
  static final int METRICS_COUNT = 9;

  static {
    ChLibrary.load();
  }

  private ChNative() {}

  /** Loads libch_latch.so; once, and before a root of a latch daemon is opened. */
  static native void loadLatch(String path);

  /** Throws where the root's word contradicts "embedded" or a daemon's address. */
  static native void checkLatch(String root, String latch);

  static native long openSession(String settings);

  static native void closeSession(long session);

  /** Gives the session's kept buffers back to the system. */
  static native void trim(long session);

  static native String version();

  static native String list(long session, String path);

  /** At a version of the table's store, or as it is now if that is negative. */
  static native String describe(long session, String table, long version);

  /** ch_pin_open of include/ch/ch.h; the caller's until {@link #closePin}. */
  static native long openPin(long session, String request);

  static native String textOfPin(long pin);

  static native void closePin(long pin);

  static native String history(long session, String request);

  static native String plan(long session, String plan);

  /** Starts a query over one split, or over the whole table if {@code split} is null. */
  static native long execute(long session, String plan, String split);

  /** Address of an ArrowSchema that the query owns. */
  static native long schema(long query);

  /** Address of an ArrowArray, the caller's until {@link #releaseBatch}; 0 at the end. */
  static native long next(long query);

  static native void releaseBatch(long batch);

  static native void cancel(long query);

  static native void metrics(long query, long[] out);

  static native void closeQuery(long query);

  /** ch_command of include/ch/ch.h. */
  static native String command(long session, String request);

  /** A write to one table; the caller's until {@link #closeJob}, used by one thread at a time. */
  static native long beginJob(long session, String request);

  /** The text that tasks of the job begin with. */
  static native String taskOfJob(long job);

  static native String commitJob(long job, String request);

  static native void closeJob(long job);

  /** The caller's until {@link #closeTask}, used by one thread at a time. */
  static native long beginTask(long session, String task, String settings);

  /**
   * Addresses of an ArrowSchema and an ArrowArray, which stay the caller's. Returns what
   * ch_task_memory of include/ch/ch.h does.
   */
  static native long appendTask(long task, long schema, long array);

  /** The message for {@link #commitJob}. */
  static native String finishTask(long task);

  static native void closeTask(long task);
}
