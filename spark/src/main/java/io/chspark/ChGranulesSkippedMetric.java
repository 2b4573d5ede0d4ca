package io.chspark;

import org.apache.spark.sql.connector.metric.CustomSumMetric;

/**
 * Granules of which the engine read the filter's columns only. Spark's UI makes one by its class's
 * name.
 */
public final class ChGranulesSkippedMetric extends CustomSumMetric {
  @Override
  public String name() {
    return ChMetrics.GRANULES_SKIPPED;
  }

  @Override
  public String description() {
    return "granules skipped in splits";
  }
}
