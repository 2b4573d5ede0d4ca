package io.chspark;

import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Own vectors over ready memory, with no engine behind them: how fast Spark takes what it is given.
 * {@code format("io.chspark.ProbeSource")} with options ddl, rows (a partition), batch, partitions,
 * dictionary.
 */
public final class ProbeSource implements TableProvider {
  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return StructType.fromDDL(options.get("ddl"));
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new ProbeTable(schema);
  }

  @SuppressWarnings("deprecation") // Spark 3.5 asks for schema() only
  private record ProbeTable(StructType schema) implements SupportsRead {
    @Override
    public String name() {
      return "probe";
    }

    @Override
    public Set<TableCapability> capabilities() {
      return Set.of(TableCapability.BATCH_READ);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
      ProbeFactory factory =
          new ProbeFactory(
              schema,
              options.getLong("rows", 15_000_000),
              options.getInt("batch", 16384),
              options.getBoolean("dictionary", true));
      return () -> new ProbeScan(schema, factory, options.getInt("partitions", 2));
    }
  }

  private record ProbeScan(StructType readSchema, ProbeFactory factory, int partitions)
      implements Scan, Batch {
    @Override
    public Batch toBatch() {
      return this;
    }

    @Override
    public InputPartition[] planInputPartitions() {
      InputPartition[] all = new InputPartition[partitions];
      for (int i = 0; i < partitions; i++) {
        all[i] = new ChInputPartition("");
      }
      return all;
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
      return factory;
    }
  }

  private record ProbeFactory(StructType schema, long rows, int batch, boolean dictionary)
      implements PartitionReaderFactory {
    @Override
    public boolean supportColumnarReads(InputPartition partition) {
      return true;
    }

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
      return new ProbeReader(schema, rows, batch, dictionary);
    }
  }

  private static final class ProbeReader implements PartitionReader<ColumnarBatch> {
    private final ArrowMemory memory = new ArrowMemory();
    private final ChColumnVector[] vectors;
    private final long[] arrays;
    private final ColumnarBatch batch;
    private final int batchRows;
    private long left;

    ProbeReader(StructType schema, long rows, int batchRows, boolean dictionary) {
      ProbeData data = new ProbeData(memory, batchRows, dictionary);
      int width = schema.length();
      vectors = new ChColumnVector[width];
      arrays = new long[width];
      for (int i = 0; i < width; i++) {
        ProbeData.Column column = data.column(schema.fields()[i]);
        vectors[i] = ChVectors.of(schema.fields()[i].dataType(), column.schema());
        arrays[i] = column.array();
      }
      batch = new ColumnarBatch(vectors);
      this.batchRows = batchRows;
      left = rows;
    }

    @Override
    public boolean next() {
      if (left <= 0) {
        return false;
      }
      for (int i = 0; i < vectors.length; i++) {
        vectors[i].attach(arrays[i], 0, batchRows);
      }
      batch.setNumRows(batchRows);
      left -= batchRows;
      return true;
    }

    @Override
    public ColumnarBatch get() {
      return batch;
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
