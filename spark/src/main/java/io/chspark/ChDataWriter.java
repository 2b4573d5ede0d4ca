package io.chspark;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Writes the rows of one task. */
class ChDataWriter implements DataWriter<InternalRow> {
  final ChRowSink sink;

  ChDataWriter(ChRowSink sink) {
    this.sink = sink;
  }

  @Override
  public void write(InternalRow row) {
    sink.append(row);
  }

  @Override
  public WriterCommitMessage commit() {
    return sink.finish();
  }

  /** What was written is removed by collection. */
  @Override
  public void abort() {
    sink.close();
  }

  @Override
  public void close() {
    sink.close();
  }
}
