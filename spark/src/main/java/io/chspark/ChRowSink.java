package io.chspark;

import com.google.gson.JsonObject;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Takes the rows of one task and hands them to the engine in batches. What it wrote is nobody's
 * until the job commits its message. Used by one thread; closing it twice is harmless.
 */
final class ChRowSink implements AutoCloseable {
  private static final long BATCH_BYTES_MAX = 4L << 20;

  private final ChSession session;
  private final ChArena arena = new ChArena();
  private final ChStructBuilder builder;
  private final String taskText;
  private final ChWriteConf conf;

  /** 0 before the first batch. */
  private long task;

  private boolean isClosed;

  ChRowSink(String taskText, StructType schema, ChWriteConf conf) {
    this.taskText = taskText;
    this.conf = conf;
    session = ChSession.use(conf.memoryBytes);
    try {
      builder = ChFieldBuilders.of(arena, schema);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  void append(InternalRow row) {
    builder.appendRow(row);
    if (builder.rows() >= conf.batchRows || arena.usedBytes() >= BATCH_BYTES_MAX) {
      flush();
    }
  }

  private void flush() {
    if (builder.rows() == 0) {
      return;
    }
    if (task == 0) {
      JsonObject settings = new JsonObject();
      settings.addProperty("memory_bytes", conf.memoryBytes);
      task = ChNative.beginTask(session.handle(), taskText, settings.toString());
    }
    ChNative.appendTask(task, builder.schema(), builder.array());
    arena.clear();
    builder.clear();
  }

  ChCommitMessage finish() {
    flush();
    return new ChCommitMessage(task == 0 ? null : ChNative.finishTask(task));
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    if (task != 0) {
      ChNative.closeTask(task);
      task = 0;
    }
    arena.close();
    session.close();
  }
}
