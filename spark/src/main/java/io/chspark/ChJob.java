package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * A write to one table on the driver: it holds the table's latch, and what its tasks write becomes
 * visible by one commit, or never. Used by one thread at a time; closing it twice is harmless.
 */
final class ChJob implements AutoCloseable {
  private final ChSession session;
  private final String task;

  /** 0 once closed. */
  private long job;

  private ChJob(ChSession session, long job) {
    this.session = session;
    this.job = job;
    task = ChNative.taskOfJob(job);
  }

  /** {@code request}: that of ch_job_begin, but for the time to wait. */
  static ChJob begin(JsonObject request, ChWriteConf conf) {
    request.addProperty("latch_wait_ms", conf.latchWaitMs);
    ChSession session = ChSession.use(conf.memoryBytes);
    try {
      return new ChJob(session, ChNative.beginJob(session.handle(), request.toString()));
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  /** What a task needs to know, in any process. */
  String task() {
    return task;
  }

  /** Publishes. {@code rewritten}: names of parts whose rows were read and are written anew. */
  void commit(List<ChCommitMessage> messages, List<String> rewritten) {
    JsonArray texts = new JsonArray();
    for (ChCommitMessage message : messages) {
      texts.add(message.parts());
    }
    JsonArray parts = new JsonArray();
    rewritten.forEach(parts::add);
    JsonObject request = new JsonObject();
    request.add("messages", texts);
    request.add("rewritten", parts);
    try {
      ChNative.commitJob(job, request.toString());
    } catch (ChException e) {
      if (e.code() != ChException.IO) {
        throw e;
      }
      // It is not known whether that was published; the second call finds it, or publishes it.
      ChNative.commitJob(job, request.toString());
    }
  }

  /** Those messages that bring rows. */
  static List<ChCommitMessage> withRows(WriterCommitMessage[] messages) {
    return Arrays.stream(messages)
        .map(ChCommitMessage.class::cast)
        .filter(message -> message != null && message.parts() != null)
        .toList();
  }

  @Override
  public synchronized void close() {
    if (job != 0) {
      ChNative.closeJob(job);
      job = 0;
      session.close();
    }
  }
}
