package io.chspark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsRowLevelOperations;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TruncatableTable;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationBuilder;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A MergeTree table, as it was when it was loaded; a query reads it at the query's version. One of
 * a store can be written, unless it was loaded at a version.
 */
final class ChTable
    implements SupportsRead,
        SupportsWrite,
        SupportsRowLevelOperations,
        TruncatableTable,
        SupportsMetadataColumns {
  private final String name;
  private final ChTableInfo info;

  ChTable(String name, ChTableInfo info) {
    this.name = name;
    this.info = info;
  }

  @Override
  public String name() {
    return name;
  }

  /** The only form of it that Spark 3.5 asks for. */
  @Override
  @SuppressWarnings("deprecation")
  public StructType schema() {
    return info.schema();
  }

  @Override
  public Map<String, String> properties() {
    return info.properties();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return isWritable()
        ? Set.of(
            TableCapability.BATCH_READ,
            TableCapability.BATCH_WRITE,
            TableCapability.TRUNCATE,
            TableCapability.OVERWRITE_BY_FILTER,
            TableCapability.OVERWRITE_DYNAMIC)
        : Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    List<MetadataColumn> columns = new ArrayList<>();
    columns.add(own("_part", "name of the part that holds the row"));
    columns.add(own("_partition_id", "id of the partition that holds the row"));
    columns.add(own("_part_offset", "number of the row in its part, from 0"));
    for (ChColumn hidden : info.hidden()) {
      columns.add(new ChMetadataColumn(hidden.name(), hidden.type(), "kept by the store"));
    }
    return columns.toArray(new MetadataColumn[0]);
  }

  private static MetadataColumn own(String name, String comment) {
    return new ChMetadataColumn(name, ChTableInfo.METADATA.get(name), comment);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo write) {
    return new ChWriteBuilder(info, write);
  }

  @Override
  public RowLevelOperationBuilder newRowLevelOperationBuilder(RowLevelOperationInfo operation) {
    checkStore();
    return () ->
        info.layout().replaces()
            ? new ChDeltaOperation(name, info, operation)
            : new ChRewriteOperation(name, info, operation);
  }

  private boolean isWritable() {
    return info.isStore() && info.snapshot() == null;
  }

  private void checkStore() {
    if (info.snapshot() != null) {
      throw new UnsupportedOperationException(
          name + " was loaded at version " + info.version() + ", which is only read");
    }
    if (!info.isStore()) {
      throw new UnsupportedOperationException(
          name + " is a plain ClickHouse table, which is only read; change it in ClickHouse");
    }
  }

  /** Of a table of a store; others are not written, so nobody needs to know. */
  @Override
  public Transform[] partitioning() {
    return info.isStore()
        ? info.layout().partition().stream()
            .map(column -> Expressions.identity(ChWrite.quoted(column)))
            .toArray(Transform[]::new)
        : new Transform[0];
  }

  @Override
  public boolean truncateTable() {
    checkStore();
    ChStore.runLatched(info.store().command("truncate"));
    return true;
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new ChScanBuilder(name, info.forQuery(options), new ChReadConf(options));
  }

  /** Spark knows a cached table, and a scan that it can run once for two, by this. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ChTable that && name.equals(that.name) && info.equals(that.info);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  private record ChMetadataColumn(String name, DataType dataType, String comment)
      implements MetadataColumn {
    @Override
    public boolean isNullable() {
      return false;
    }
  }
}
