package io.chspark;

import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What a scan tells Spark's UI of its native work. */
final class ChMetrics {
  static final String ROWS_READ = "chRowsRead";
  static final String BYTES_READ = "chBytesRead";
  static final String GRANULES_SKIPPED = "chGranulesSkipped";
  static final String NATIVE_TIME = "chNativeTime";

  private ChMetrics() {}

  static CustomMetric[] supported() {
    return new CustomMetric[] {
      new ChRowsReadMetric(),
      new ChBytesReadMetric(),
      new ChGranulesSkippedMetric(),
      new ChNativeTimeMetric()
    };
  }

  /** Values of a task from the fields of ch_metrics. */
  static CustomTaskMetric[] values(long[] fields) {
    return new CustomTaskMetric[] {
      new Value(ROWS_READ, fields[ChNative.ROWS_READ]),
      new Value(BYTES_READ, fields[ChNative.BYTES_READ]),
      new Value(GRANULES_SKIPPED, fields[ChNative.GRANULES_SKIPPED]),
      new Value(NATIVE_TIME, fields[ChNative.NATIVE_NANOSECONDS]),
    };
  }

  private record Value(String name, long value) implements CustomTaskMetric {}
}
