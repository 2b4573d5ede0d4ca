package io.chspark;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.connector.read.SupportsRuntimeV2Filtering;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A scan of a table, as Spark plans and explains it. Lives on the driver; splits are asked for at
 * first need, and again after a runtime filter.
 */
final class ChScan implements Scan, Batch, SupportsReportStatistics, SupportsRuntimeV2Filtering {
  private final String tableName;
  private final ChTableInfo info;
  private final ChReadConf conf;
  private final StructType schema;
  private final ChPlan plan;
  private final Predicate[] pushed;
  private final ChPredicates translator;
  private final List<JsonObject> runtime = new ArrayList<>();
  private ChSplits splits;

  ChScan(
      String tableName,
      ChTableInfo info,
      ChReadConf conf,
      StructType schema,
      ChPlan plan,
      Predicate[] pushed,
      ChPredicates translator) {
    this.tableName = tableName;
    this.info = info;
    this.conf = conf;
    this.schema = schema;
    this.plan = plan;
    this.pushed = pushed.clone();
    this.translator = translator;
  }

  private synchronized ChSplits splits() {
    if (splits == null) {
      splits = ChSplits.of(plan.with(runtime), conf);
    }
    return splits;
  }

  @Override
  public StructType readSchema() {
    return schema;
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public ColumnarSupportMode columnarSupportMode() {
    return ColumnarSupportMode.SUPPORTED;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return splits().partitions().toArray(new InputPartition[0]);
  }

  @Override
  public synchronized PartitionReaderFactory createReaderFactory() {
    return new ChReaderFactory(
        plan.with(runtime).json(conf, ChReadConf.SPLIT_BYTES_MAX), schema, conf);
  }

  @Override
  public String description() {
    ChSplits found = splits();
    String filters =
        Arrays.stream(pushed).map(Predicate::toString).collect(Collectors.joining(" AND "));
    return ChDataSource.NAME
        + " "
        + tableName
        + " ["
        + String.join(", ", schema.fieldNames())
        + "]"
        + (filters.isEmpty() ? "" : ", PushedFilters: " + filters)
        + (plan.limit() < 0 ? "" : ", PushedLimit: " + plan.limit() + " a split")
        + (runtime.isEmpty() ? "" : ", RuntimeFilters: " + runtime.size())
        + ", Parts: "
        + found.partsSelected()
        + "/"
        + found.parts()
        + ", Granules: "
        + found.granulesSelected()
        + "/"
        + found.granules()
        + ", Splits: "
        + found.partitions().size();
  }

  @Override
  public Statistics estimateStatistics() {
    return conf.statistics ? new ChStatistics(info, schema, splits()) : ChStatistics.UNKNOWN;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return ChMetrics.supported();
  }

  @Override
  public NamedReference[] filterAttributes() {
    List<NamedReference> attributes = new ArrayList<>();
    for (StructField field : schema.fields()) {
      if (conf.runtimeFilters && ChRuntimeFilter.suits(field.dataType())) {
        attributes.add(Expressions.column("`" + field.name().replace("`", "``") + "`"));
      }
    }
    return attributes.toArray(new NamedReference[0]);
  }

  @Override
  public synchronized void filter(Predicate[] predicates) {
    for (Predicate predicate : predicates) {
      Predicate shorter = ChRuntimeFilter.shorten(predicate, conf.runtimeFilterValues);
      JsonObject translated = shorter == null ? null : translator.translate(shorter);
      if (translated != null) {
        runtime.add(translated);
        splits = null;
      }
    }
  }

  /** Equal scans give equal rows, so that Spark may run one for both. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChScan that
        && plan.equals(that.plan)
        && schema.equals(that.schema)
        && info.version().equals(that.info.version());
  }

  @Override
  public int hashCode() {
    return plan.hashCode();
  }

  @Override
  public String toString() {
    return description();
  }
}
