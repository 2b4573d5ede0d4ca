package io.chspark;

import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Writes the changes of one task. */
final class ChDeltaWriter extends ChDataWriter implements DeltaWriter<InternalRow> {
  private final StructType schema;
  private final StructType keySchema;

  /** The rows of deletions: a key and the mark. */
  private final int deletions;

  ChDeltaWriter(String task, StructType schema, StructType keySchema, ChWriteConf conf) {
    super(new ChRowSink(task, schema, conf));
    this.schema = schema;
    this.keySchema = keySchema;
    StructField mark =
        DataTypes.createStructField(ChDefinition.IS_DELETED, DataTypes.ShortType, false);
    deletions = sink.addKind(keySchema.add(mark));
  }

  @Override
  public void delete(InternalRow metadata, InternalRow id) {
    Object[] values = new Object[keySchema.length() + 1];
    for (int i = 0; i < keySchema.length(); i++) {
      values[i] = id.get(i, keySchema.fields()[i].dataType());
    }
    values[keySchema.length()] = (short) 1;
    sink.append(deletions, new GenericInternalRow(values));
  }

  @Override
  public void update(InternalRow metadata, InternalRow id, InternalRow row) {
    for (int i = 0; i < keySchema.length(); i++) {
      StructField field = keySchema.fields()[i];
      Object now = row.get(schema.fieldIndex(field.name()), field.dataType());
      if (!Objects.deepEquals(id.get(i, field.dataType()), now)) {
        throw new ChException(
            ChException.UNSUPPORTED,
            "column '"
                + field.name()
                + "' is of the table's key, which an UPDATE cannot change; DELETE the row and"
                + " INSERT the new one");
      }
    }
    write(row);
  }

  @Override
  public void insert(InternalRow row) {
    write(row);
  }
}
