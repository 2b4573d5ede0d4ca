package io.chspark;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.StructType;

/** Rows that the driver has in hand. */
record ChLocalRows(StructType readSchema, String description, List<InternalRow> list)
    implements LocalScan {
  @Override
  public InternalRow[] rows() {
    return list.toArray(new InternalRow[0]);
  }
}
