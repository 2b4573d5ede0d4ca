package io.chspark;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Opens readers on executors. Columnar only. */
final class ChReaderFactory implements PartitionReaderFactory {
  private static final long serialVersionUID = 1L;

  private final String plan;
  private final StructType schema;
  private final ChReadConf conf;

  /**
   * On the driver, null elsewhere: an RDD of the scan may outlive the query's plan, and what it
   * reads must stay.
   */
  final transient ChSnapshot snapshot;

  ChReaderFactory(String plan, StructType schema, ChReadConf conf, ChSnapshot snapshot) {
    this.plan = plan;
    this.schema = schema;
    this.conf = conf;
    this.snapshot = snapshot;
  }

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return true;
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    throw new UnsupportedOperationException("chspark reads columns, not rows");
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    String split = ((ChInputPartition) partition).split();
    return new ChColumnarReader(conf.memoryBytes, plan, split, schema);
  }
}
