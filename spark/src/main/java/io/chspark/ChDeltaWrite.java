package io.chspark;

import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;

/** Changes of rows by their keys, planned and run: in two phases, as {@link ChBatchWrite}. */
final class ChDeltaWrite implements DeltaWrite, DeltaBatchWrite {
  private final ChBatchWrite batch;
  private final StructType schema;
  private final StructType keySchema;
  private final ChWriteConf conf;

  ChDeltaWrite(ChWriteTarget target, StructType schema, StructType keySchema, ChWriteConf conf) {
    batch = new ChBatchWrite(target, schema, conf);
    this.schema = schema;
    this.keySchema = keySchema;
    this.conf = conf;
  }

  @Override
  public DeltaBatchWrite toBatch() {
    return this;
  }

  @Override
  public DeltaWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    return new ChDeltaWriterFactory(batch.begin(), schema, keySchema, conf);
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    batch.commit(messages);
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    batch.abort(messages);
  }
}
