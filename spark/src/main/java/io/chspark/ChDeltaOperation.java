package io.chspark;

import java.util.List;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.SupportsDelta;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * DELETE, UPDATE and MERGE on a table that replaces rows: a changed row is written again, a deleted
 * one as its key and a mark. No other row is touched. If another commit changed the table after its
 * rows were read, nothing is published.
 */
final class ChDeltaOperation extends ChRowLevelOperation implements SupportsDelta {
  ChDeltaOperation(String tableName, ChTableInfo info, RowLevelOperationInfo operation) {
    super(tableName, info, operation);
  }

  @Override
  public NamedReference[] rowId() {
    return info.layout().key().stream().map(ChWrite::reference).toArray(NamedReference[]::new);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new ChScanBuilder(tableName, tableToRead(options), new ChReadConf(options));
  }

  @Override
  public DeltaWriteBuilder newWriteBuilder(LogicalWriteInfo write) {
    ChWriteConf conf = new ChWriteConf(write.options());
    ChWriteTarget target = ChWriteTarget.of(info.store().job("append"), rewrite(List::of), conf);
    return new DeltaWriteBuilder() {
      @Override
      public ChDeltaWrite build() {
        return new ChDeltaWrite(target, write.schema(), write.rowIdSchema().get(), conf);
      }
    };
  }
}
