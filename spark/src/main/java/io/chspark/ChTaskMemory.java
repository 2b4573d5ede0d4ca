package io.chspark;

import java.io.IOException;
import org.apache.spark.TaskContext;
import org.apache.spark.memory.MemoryConsumer;
import org.apache.spark.memory.MemoryMode;
import org.apache.spark.memory.TaskMemoryManager;

/**
 * Asks Spark's task memory manager for what a task's native work holds, a split's or a write's,
 * where Spark manages memory outside its heap (spark.memory.offHeap.enabled). What the library
 * holds is asked for behind each batch, in steps, so that Spark is behind by one batch at most.
 * Used by the task's thread.
 */
final class ChTaskMemory extends MemoryConsumer {
  private static final long STEP_BYTES = 1L << 20;

  private final String user;
  private final String setting;
  private final Runnable trim;

  /**
   * {@code user} and {@code setting}: who holds memory, and what makes it hold less, for errors.
   * {@code trim}: frees what the library keeps for later, when Spark has no more to give.
   */
  ChTaskMemory(TaskMemoryManager manager, String user, String setting, Runnable trim) {
    super(manager, manager.pageSizeBytes(), MemoryMode.OFF_HEAP);
    this.user = user;
    this.setting = setting;
    this.trim = trim;
  }

  /** Null outside a task, and where Spark manages no memory outside its heap. */
  static ChTaskMemory of(TaskContext task, long session, String user, String setting) {
    if (task == null) {
      return null;
    }
    TaskMemoryManager manager = task.taskMemoryManager();
    boolean isManaged = manager.getTungstenMemoryMode() == MemoryMode.OFF_HEAP;
    return isManaged
        ? new ChTaskMemory(manager, user, setting, () -> ChNative.trim(session))
        : null;
  }

  /**
   * Makes Spark's account {@code bytes}, rounded up to a step; gives back only what is more than
   * two steps too much.
   *
   * @throws ChException if Spark grants less, once the library's kept buffers are freed
   */
  void hold(long bytes) {
    long wanted = (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
    if (wanted <= getUsed()) {
      if (getUsed() - wanted > 2 * STEP_BYTES) {
        freeMemory(getUsed() - wanted);
      }
      return;
    }
    acquireMemory(wanted - getUsed());
    if (getUsed() >= wanted) {
      return;
    }
    trim.run();
    acquireMemory(wanted - getUsed());
    if (getUsed() < wanted) {
      throw new ChException(
          ChException.MEMORY_LIMIT,
          user
              + " holds "
              + bytes
              + " bytes of native memory, Spark granted "
              + getUsed()
              + ": raise spark.memory.offHeap.size, or lower "
              + setting);
    }
  }

  void release() {
    freeMemory(getUsed());
  }

  /** Nothing: buffers that a batch still shows cannot be given up. */
  @Override
  public long spill(long size, MemoryConsumer trigger) throws IOException {
    return 0;
  }
}
