package io.chspark;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.types.StructType;

/** Opens writers on executors. */
final class ChWriterFactory implements DataWriterFactory {
  private static final long serialVersionUID = 1L;

  private final String task;
  private final StructType schema;
  private final ChWriteConf conf;

  ChWriterFactory(String task, StructType schema, ChWriteConf conf) {
    this.task = task;
    this.schema = schema;
    this.conf = conf;
  }

  @Override
  public DataWriter<InternalRow> createWriter(int partitionId, long taskId) {
    return new ChDataWriter(new ChRowSink(task, schema, conf));
  }
}
