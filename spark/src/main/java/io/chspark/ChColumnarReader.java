package io.chspark;

import java.lang.ref.Cleaner;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Runs one split. One batch object and its vectors serve the whole split: what {@link #get} gave is
 * valid until the next call of {@link #next} or {@link #close}.
 *
 * <p>One thread reads, which need not be the task's: Spark 3.5 feeds Python, and every Spark feeds
 * TRANSFORM, from a thread of their own, and at the task's end {@link #close} comes from the task's
 * thread while that one still reads. So it waits for a running {@link #next}, and leaves the batch
 * to the garbage collector, which knows when nobody reads it.
 */
final class ChColumnarReader implements PartitionReader<ColumnarBatch> {
  /** Made when it is first needed, which is seldom. */
  private static final class Abandoned {
    static final Cleaner BATCHES = Cleaner.create();
  }

  private final ChColumnVector[] vectors;
  private final ColumnarBatch batch;
  private final ChSession session;

  /** Null where Spark manages no native memory. Guarded by {@link #running}. */
  private final ChTaskMemory memory;

  /** Held while next() or close() runs. Taken before this object's lock. */
  private final ReentrantLock running = new ReentrantLock();

  /** The last that called next(). Guarded by {@link #running}. */
  private Thread reader;

  /** The ArrowArray that the vectors show; 0 if none. Guarded by {@link #running}. */
  private long array;

  /** The running query; 0 once closed. Written under both locks, so read under either. */
  private long query;

  /** Guarded by this object's lock. */
  private final long[] metrics = new long[ChNative.METRICS_COUNT];

  ChColumnarReader(long slotBytes, String plan, String split, StructType schema) {
    TaskContext task = TaskContext.get();
    session = ChSession.use(slotBytes);
    try {
      String setting = ChReadConf.PREFIX + ChReadConf.BATCH_ROWS;
      memory = ChTaskMemory.of(task, session.handle(), "a MergeTree scan", setting);
      query = ChNative.execute(session.handle(), plan, split);
      vectors = ChVectors.of(schema, ChNative.schema(query));
      batch = new ColumnarBatch(vectors);
      if (task != null) {
        ChWatch.add(task, this);
      }
    } catch (RuntimeException | Error e) {
      closeHandles();
      throw e;
    }
  }

  @Override
  public boolean next() {
    running.lock();
    try {
      if (query == 0) {
        throw new ChException(ChException.CANCELLED, "the task has ended and closed this reader");
      }
      reader = Thread.currentThread();
      release();
      array = nextBatch();
      if (array == 0) {
        return false;
      }
      if (memory != null) {
        memory.hold(metric(ChNative.MEMORY_BYTES));
      }
      show();
      return true;
    } finally {
      running.unlock();
    }
  }

  private long nextBatch() {
    try {
      return ChNative.next(query);
    } catch (ChException e) {
      if (e.code() == ChException.OVERFLOW) {
        ChOverflow.raise(e);
      }
      throw e;
    }
  }

  /** Points the vectors at the batch. */
  private void show() {
    long rows = ChArrow.length(array);
    long start = ChArrow.offset(array);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i].attach(ChArrow.arrayChild(array, i), start, rows);
    }
    batch.setNumRows(Math.toIntExact(rows));
  }

  @Override
  public ColumnarBatch get() {
    return batch;
  }

  private synchronized long metric(int place) {
    ChNative.metrics(query, metrics);
    return metrics[place];
  }

  @Override
  public synchronized CustomTaskMetric[] currentMetricsValues() {
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
  public void close() {
    if (!running.tryLock()) {
      cancel();
      running.lock();
    }
    try {
      if (query == 0) {
        return;
      }
      ChWatch.remove(this);
      if (reader == null || reader == Thread.currentThread() || !reader.isAlive()) {
        release();
      } else {
        leave();
      }
      closeHandles();
      if (memory != null) {
        memory.release();
      }
    } finally {
      running.unlock();
    }
  }

  private synchronized void closeHandles() {
    if (query != 0) {
      ChNative.metrics(query, metrics);
      ChNative.closeQuery(query);
      query = 0;
    }
    session.close();
  }

  private void release() {
    if (array != 0) {
      ChNative.releaseBatch(array);
      array = 0;
    }
  }

  /** The thread that reads the batch reaches this object by the iterator that it reads from. */
  private void leave() {
    long left = array;
    if (left != 0) {
      Abandoned.BATCHES.register(this, () -> ChNative.releaseBatch(left));
      array = 0;
    }
  }
}
