package io.chspark;

import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.connector.metric.CustomMetric;

/** Time that tasks spent in native code. Spark's UI makes one by its class's name. */
public final class ChNativeTimeMetric implements CustomMetric {
  @Override
  public String name() {
    return ChMetrics.NATIVE_TIME;
  }

  @Override
  public String description() {
    return "time in native code";
  }

  @Override
  public String aggregateTaskMetrics(long[] taskMetrics) {
    return String.format(Locale.ROOT, "%.1f ms", Arrays.stream(taskMetrics).sum() / 1e6);
  }
}
