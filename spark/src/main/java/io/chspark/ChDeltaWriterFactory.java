package io.chspark;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.types.StructType;

/** Opens writers of changes on executors. */
final class ChDeltaWriterFactory implements DeltaWriterFactory {
  private static final long serialVersionUID = 1L;

  private final String task;
  private final StructType schema;
  private final StructType keySchema;
  private final ChWriteConf conf;

  ChDeltaWriterFactory(String task, StructType schema, StructType keySchema, ChWriteConf conf) {
    this.task = task;
    this.schema = schema;
    this.keySchema = keySchema;
    this.conf = conf;
  }

  @Override
  public DeltaWriter<InternalRow> createWriter(int partitionId, long taskId) {
    return new ChDeltaWriter(task, schema, keySchema, conf);
  }
}
