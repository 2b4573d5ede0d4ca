package io.chspark;

import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/**
 * A scan of all rows of those parts that may hold a row for which predicates are true. No runtime
 * filter may take a row away from it: what is not read would be lost.
 */
final class ChRewriteScanBuilder
    implements SupportsPushDownV2Filters, SupportsPushDownRequiredColumns {
  private final ChScanBuilder chosen;
  private final ChScanBuilder whole;
  private final Consumer<List<String>> parts;

  /** {@code parts}: is told which parts the scan reads. */
  ChRewriteScanBuilder(
      String tableName, ChTableInfo info, ChReadConf conf, Consumer<List<String>> parts) {
    chosen = new ChScanBuilder(tableName, info, conf);
    whole = new ChScanBuilder(tableName, info, conf);
    this.parts = parts;
  }

  @Override
  public Predicate[] pushPredicates(Predicate[] given) {
    chosen.pushPredicates(given);
    return given;
  }

  @Override
  public Predicate[] pushedPredicates() {
    return new Predicate[0];
  }

  @Override
  public void pruneColumns(StructType required) {
    whole.pruneColumns(required);
  }

  @Override
  public Scan build() {
    chosen.pruneColumns(new StructType());
    List<String> names = chosen.build().partNames();
    parts.accept(names);
    whole.onlyParts(names);
    ChScan scan = whole.build();
    return new Scan() {
      @Override
      public StructType readSchema() {
        return scan.readSchema();
      }

      @Override
      public Batch toBatch() {
        return scan;
      }

      @Override
      public ColumnarSupportMode columnarSupportMode() {
        return scan.columnarSupportMode();
      }

      @Override
      public String description() {
        return scan.description();
      }
    };
  }
}
