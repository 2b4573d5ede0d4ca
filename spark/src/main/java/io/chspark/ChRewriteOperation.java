package io.chspark;

import java.util.List;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * DELETE, UPDATE and MERGE by writing parts anew: those that may hold a row that is changed are
 * read whole, and what Spark makes of their rows takes their place in one commit. If another commit
 * changed the table meanwhile, or a merge took one of the parts, nothing is published.
 */
final class ChRewriteOperation extends ChRowLevelOperation {
  /** Of the scan that Spark has built last; it builds one. */
  private List<String> parts = List.of();

  ChRewriteOperation(String tableName, ChTableInfo info, RowLevelOperationInfo operation) {
    super(tableName, info, operation);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new ChRewriteScanBuilder(
        tableName, tableToRead(options), new ChReadConf(options), read -> parts = read);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo write) {
    ChWriteConf conf = new ChWriteConf(write.options());
    ChWriteTarget target = ChWriteTarget.of(info.store().job("append"), rewrite(() -> parts), conf);
    return new WriteBuilder() {
      @Override
      public ChWrite build() {
        return new ChWrite(info.path, info.layout(), target, write.schema(), conf);
      }
    };
  }
}
