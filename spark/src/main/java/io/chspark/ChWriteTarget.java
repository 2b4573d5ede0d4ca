package io.chspark;

import com.google.gson.JsonObject;
import java.util.List;

/** Where a write's rows go, on the driver: a job that is begun for it, or one that is there. */
interface ChWriteTarget {
  /** The job, whose latch is taken by now. */
  ChJob begin();

  /** Publishes the rows, or hands them to the one who will. */
  void commit(ChJob job, List<ChCommitMessage> messages);

  /** Gives the job up, if it is the write's own. */
  void end(ChJob job);

  /** A table that is there. {@code request}: that of ch_job_begin. */
  static ChWriteTarget of(JsonObject request, ChRewrite rewrite, ChWriteConf conf) {
    return new ChWriteTarget() {
      @Override
      public ChJob begin() {
        JsonObject whole = request.deepCopy();
        if (rewrite.readVersion() >= 0) {
          whole.addProperty("read_version", rewrite.readVersion());
        }
        return ChJob.begin(whole, conf);
      }

      @Override
      public void commit(ChJob job, List<ChCommitMessage> messages) {
        job.commit(messages, rewrite.parts());
      }

      @Override
      public void end(ChJob job) {
        job.close();
      }
    };
  }
}
