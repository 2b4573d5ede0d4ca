package io.chspark;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Runs one split. One batch object and its vectors serve the whole split: what {@link #get} gave is
 * valid until the next call of {@link #next} or {@link #close}. Used by the task's thread, but for
 * {@link #cancel}.
 */
final class ChColumnarReader implements PartitionReader<ColumnarBatch> {
  private final ChColumnVector[] vectors;
  private final ColumnarBatch batch;
  private final long[] metrics = new long[ChNative.METRICS_COUNT];

  /** Null where Spark manages no native memory. */
  private final ChTaskMemory memory;

  /** The running query; 0 once closed. Written under this object's lock. */
  private long query;

  /** The ArrowArray that the vectors show; 0 if none. */
  private long array;

  ChColumnarReader(long session, String plan, String split, StructType schema) {
    TaskContext task = TaskContext.get();
    memory = ChTaskMemory.of(task, session);
    query = ChNative.execute(session, plan, split);
    try {
      vectors = ChVectors.of(schema, ChNative.schema(query));
      batch = new ColumnarBatch(vectors);
      if (task != null) {
        ChCancelWatch.add(task, this);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public boolean next() {
    release();
    array = ChNative.next(query);
    if (array == 0) {
      return false;
    }
    if (memory != null) {
      ChNative.metrics(query, metrics);
      memory.hold(metrics[ChNative.MEMORY_BYTES]);
    }
    long rows = ChArrow.length(array);
    long start = ChArrow.offset(array);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i].attach(ChArrow.arrayChild(array, i), start, rows);
    }
    batch.setNumRows(Math.toIntExact(rows));
    return true;
  }

  @Override
  public ColumnarBatch get() {
    return batch;
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    if (query != 0) {
      ChNative.metrics(query, metrics);
    }
    return ChMetrics.values(metrics);
  }

  /** Makes the native work of this reader stop soon. Any thread; harmless at any time. */
  synchronized void cancel() {
    if (query != 0) {
      ChNative.cancel(query);
    }
  }

  @Override
  public synchronized void close() {
    if (query == 0) {
      return;
    }
    ChCancelWatch.remove(this);
    release();
    ChNative.metrics(query, metrics);
    ChNative.closeQuery(query);
    query = 0;
    if (memory != null) {
      memory.release();
    }
  }

  private void release() {
    if (array != 0) {
      ChNative.releaseBatch(array);
      array = 0;
    }
  }
}
