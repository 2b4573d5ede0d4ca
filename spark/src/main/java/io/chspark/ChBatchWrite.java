package io.chspark;

import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;

/**
 * A write as Spark runs it: tasks write parts, then one commit makes them visible, or nothing does.
 */
final class ChBatchWrite implements BatchWrite {
  private final ChWriteTarget target;
  private final StructType schema;
  private final ChWriteConf conf;
  private ChJob job;

  ChBatchWrite(ChWriteTarget target, StructType schema, ChWriteConf conf) {
    this.target = target;
    this.schema = schema;
    this.conf = conf;
  }

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    return new ChWriterFactory(begin(), schema, conf);
  }

  /** Takes the table; what tasks need to know. */
  String begin() {
    job = target.begin();
    return job.task();
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    try {
      target.commit(job, ChJob.withRows(messages));
    } finally {
      target.end(job);
    }
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    target.end(job);
  }
}
