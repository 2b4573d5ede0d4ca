package io.chspark;

import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A MergeTree table, as it was when it was loaded. */
final class ChTable implements SupportsRead, SupportsMetadataColumns {
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
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    return new MetadataColumn[] {
      new ChMetadataColumn("_part", "name of the part that holds the row"),
      new ChMetadataColumn("_partition_id", "id of the partition that holds the row"),
      new ChMetadataColumn("_part_offset", "number of the row in its part, from 0"),
    };
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new ChScanBuilder(name, info, new ChReadConf(options));
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

  private record ChMetadataColumn(String name, String comment) implements MetadataColumn {
    @Override
    public DataType dataType() {
      return ChTableInfo.METADATA.get(name);
    }

    @Override
    public boolean isNullable() {
      return false;
    }
  }
}
