package io.chspark;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/** Bytes that the engine read from files. Spark's UI makes one by its class's name. */
public final class ChBytesReadMetric extends CustomSumMetric {
  @Override
  public String name() {
    return ChMetrics.BYTES_READ;
  }

  @Override
  public String description() {
    return "bytes read by the engine";
  }
}
