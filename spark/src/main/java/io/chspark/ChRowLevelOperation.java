package io.chspark;

import org.apache.spark.sql.connector.write.RowLevelOperation;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;

/** DELETE, UPDATE or MERGE on a table of a store. */
abstract class ChRowLevelOperation implements RowLevelOperation {
  final String tableName;
  final ChTableInfo info;
  private final RowLevelOperationInfo operation;

  ChRowLevelOperation(String tableName, ChTableInfo info, RowLevelOperationInfo operation) {
    this.tableName = tableName;
    this.info = info;
    this.operation = operation;
  }

  @Override
  public final Command command() {
    return operation.command();
  }
}
