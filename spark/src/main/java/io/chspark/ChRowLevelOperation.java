package io.chspark;

import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.write.RowLevelOperation;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** DELETE, UPDATE or MERGE on a table of a store. */
abstract class ChRowLevelOperation implements RowLevelOperation {
  final String tableName;
  final ChTableInfo info;
  private final RowLevelOperationInfo operation;

  /** Of the scan that Spark has built last; all of one command read the same version. */
  private long readVersion = -1;

  ChRowLevelOperation(String tableName, ChTableInfo info, RowLevelOperationInfo operation) {
    this.tableName = tableName;
    this.info = info;
    this.operation = operation;
  }

  @Override
  public final Command command() {
    return operation.command();
  }

  /** The table as the command reads it. */
  final ChTableInfo tableToRead(CaseInsensitiveStringMap options) {
    ChTableInfo read = info.forQuery(options);
    readVersion = read.version();
    return read;
  }

  /** {@code parts}: of the table, whose rows are written anew. */
  final ChRewrite rewrite(Supplier<List<String>> parts) {
    return new ChRewrite() {
      @Override
      public List<String> parts() {
        return parts.get();
      }

      @Override
      public long readVersion() {
        return readVersion;
      }
    };
  }
}
