package io.chspark;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Takes the rows of one task and hands them to the engine in batches. What it wrote is nobody's
 * until the job commits its message. Used by one thread; closing it twice is harmless.
 */
final class ChRowSink implements AutoCloseable {
  private static final long BATCH_BYTES_MAX = 4L << 20;

  /** Rows of one schema that wait. */
  private static final class Kind {
    final ChArena arena = new ChArena();
    final ChStructBuilder builder;

    Kind(StructType schema) {
      try {
        builder = ChFieldBuilders.of(arena, schema);
      } catch (RuntimeException | Error e) {
        arena.close();
        throw e;
      }
    }
  }

  private final ChSession session;
  private final List<Kind> kinds = new ArrayList<>();
  private final String taskText;
  private final ChWriteConf conf;

  /** Null where Spark manages no memory outside its heap. */
  private final ChTaskMemory memory;

  /** 0 before the first batch. */
  private long task;

  private boolean isClosed;

  ChRowSink(String taskText, StructType schema, ChWriteConf conf) {
    this.taskText = taskText;
    this.conf = conf;
    addKind(schema);
    if (conf.usesDaemon) {
      ChLatch.load();
    }
    session = ChSession.use(conf.memoryBytes);
    memory =
        ChTaskMemory.of(
            TaskContext.get(),
            session.handle(),
            "a write to a MergeTree table",
            ChReadConf.PREFIX + ChReadConf.MEMORY);
  }

  /** Takes rows of another schema, too, under the number that is returned. */
  int addKind(StructType schema) {
    kinds.add(new Kind(schema));
    return kinds.size() - 1;
  }

  /** A row of the first schema. */
  void append(InternalRow row) {
    append(0, row);
  }

  void append(int number, InternalRow row) {
    Kind kind = kinds.get(number);
    kind.builder.appendRow(row);
    if (kind.builder.rows() >= conf.batchRows || kind.arena.usedBytes() >= BATCH_BYTES_MAX) {
      flush(kind);
    }
  }

  private void flush(Kind kind) {
    if (kind.builder.rows() == 0) {
      return;
    }
    if (task == 0) {
      JsonObject settings = new JsonObject();
      settings.addProperty("memory_bytes", conf.memoryBytes);
      task = ChNative.beginTask(session.handle(), taskText, settings.toString());
    }
    long bytes = ChNative.appendTask(task, kind.builder.schema(), kind.builder.array());
    if (memory != null) {
      memory.hold(bytes + kinds.stream().mapToLong(each -> each.arena.heldBytes()).sum());
    }
    kind.arena.clear();
    kind.builder.clear();
  }

  ChCommitMessage finish() {
    kinds.forEach(this::flush);
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
    kinds.forEach(kind -> kind.arena.close());
    if (memory != null) {
      memory.release();
    }
    session.close();
  }
}
