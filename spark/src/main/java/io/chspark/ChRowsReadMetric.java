package io.chspark;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/**
 * Rows that the engine decoded in at least one column. Spark's UI makes one by its class's name.
 */
public final class ChRowsReadMetric extends CustomSumMetric {
  @Override
  public String name() {
    return ChMetrics.ROWS_READ;
  }

  @Override
  public String description() {
    return "rows read by the engine";
  }
}
