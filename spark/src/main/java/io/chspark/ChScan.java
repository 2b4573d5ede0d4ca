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
 * A scan of a table, as Spark plans and explains it. Lives on the driver. It is made with its
 * splits, and asks for others at a runtime filter; nothing else here does I/O.
 */
final class ChScan implements Scan, Batch, SupportsReportStatistics, SupportsRuntimeV2Filtering {
  private final String tableName;
  private final ChTableInfo info;
  private final ChReadConf conf;
  private final StructType schema;
  private final ChPlan plan;
  private final Predicate[] pushed;
  private final ChPredicates translator;

  /** What runtime filters made of the plan: the filters, and the splits with them. */
  private record Planned(List<JsonObject> runtime, ChSplits splits) {}

  /** Written under this object's lock, read at any time. */
  private volatile Planned planned;

  ChScan(
      String tableName,
      ChTableInfo info,
      ChReadConf conf,
      StructType schema,
      ChPlan plan,
      Predicate[] pushed,
      ChPredicates translator,
      ChSplits splits) {
    this.tableName = tableName;
    this.info = info;
    this.conf = conf;
    this.schema = schema;
    this.plan = plan;
    this.pushed = pushed.clone();
    this.translator = translator;
    planned = new Planned(List.of(), splits);
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
    return planned.splits().partitions().toArray(new InputPartition[0]);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new ChReaderFactory(
        plan.with(planned.runtime()).json(conf, ChReadConf.SPLIT_BYTES_MAX),
        schema,
        conf,
        info.snapshot());
  }

  @Override
  public String description() {
    Planned now = planned;
    ChSplits found = now.splits();
    String filters =
        Arrays.stream(pushed).map(Predicate::toString).collect(Collectors.joining(" AND "));
    return ChDataSource.NAME
        + " "
        + tableName
        + " ["
        + String.join(", ", schema.fieldNames())
        + "]"
        + info.versionText()
        + (filters.isEmpty() ? "" : ", PushedFilters: " + filters)
        + (plan.aggregate() == null ? "" : plan.aggregate().text())
        + (plan.limit() < 0 ? "" : ", PushedLimit: " + plan.limit() + " a split")
        + (now.runtime().isEmpty() ? "" : ", RuntimeFilters: " + now.runtime().size())
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

  /** Names of the parts that are read. */
  List<String> partNames() {
    return planned.splits().partNames();
  }

  @Override
  public Statistics estimateStatistics() {
    return conf.statistics
        ? new ChStatistics(info, schema, planned.splits())
        : ChStatistics.UNKNOWN;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return ChMetrics.supported();
  }

  @Override
  public NamedReference[] filterAttributes() {
    List<NamedReference> attributes = new ArrayList<>();
    for (StructField field : schema.fields()) {
      if (conf.runtimeFilters && isColumn(field) && ChRuntimeFilter.suits(field.dataType())) {
        attributes.add(Expressions.column("`" + field.name().replace("`", "``") + "`"));
      }
    }
    return attributes.toArray(new NamedReference[0]);
  }

  /** Whether a filter by the values of this field may take away the rows that it was made of. */
  private boolean isColumn(StructField field) {
    return plan.aggregate() == null || plan.aggregate().keyColumns().contains(field.name());
  }

  /** Takes what the engine takes; the join itself drops all other rows. */
  @Override
  public synchronized void filter(Predicate[] predicates) {
    List<JsonObject> runtime = new ArrayList<>(planned.runtime());
    for (Predicate predicate : predicates) {
      Predicate shorter = ChRuntimeFilter.shorten(predicate, conf.runtimeFilterValues);
      JsonObject translated = shorter == null ? null : translator.translate(shorter);
      if (translated != null) {
        runtime.add(translated);
      }
    }
    if (runtime.size() == planned.runtime().size()) {
      return;
    }
    try {
      planned = new Planned(runtime, ChSplits.of(plan.with(runtime), conf));
    } catch (ChException e) {
      if (!e.isRefusal()) {
        throw e;
      }
    }
  }

  /**
   * Equal scans give equal rows, so that Spark may run one for both. Runtime filters Spark compares
   * itself.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChScan that
        && plan.equals(that.plan)
        && schema.equals(that.schema)
        && info.equals(that.info);
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
