package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.TableChange.AddColumn;
import org.apache.spark.sql.connector.catalog.TableChange.After;
import org.apache.spark.sql.connector.catalog.TableChange.ColumnChange;
import org.apache.spark.sql.connector.catalog.TableChange.DeleteColumn;
import org.apache.spark.sql.connector.catalog.TableChange.RenameColumn;
import org.apache.spark.sql.connector.catalog.TableChange.UpdateColumnComment;
import org.apache.spark.sql.connector.catalog.TableChange.UpdateColumnNullability;
import org.apache.spark.sql.connector.catalog.TableChange.UpdateColumnType;

/** ALTER TABLE as the library's changes (ch_command in include/ch/ch.h). */
final class ChTableChanges {
  private final ChTableInfo info;

  private ChTableChanges(ChTableInfo info) {
    this.info = info;
  }

  /** Throws ChException for what a table cannot become. */
  static JsonArray of(ChTableInfo info, TableChange[] changes) {
    ChTableChanges all = new ChTableChanges(info);
    JsonArray list = new JsonArray();
    for (TableChange change : changes) {
      list.add(all.change(change));
    }
    return list;
  }

  private JsonObject change(TableChange change) {
    if (change instanceof ColumnChange column && column.fieldNames().length > 1) {
      throw refusal("the field " + String.join(".", column.fieldNames()) + " of a struct");
    }
    if (change instanceof AddColumn add) {
      return add(add);
    }
    if (change instanceof DeleteColumn drop) {
      return json("drop", drop.fieldNames()[0]);
    }
    if (change instanceof RenameColumn rename) {
      return json("rename", rename.fieldNames()[0], "to", rename.newName());
    }
    if (change instanceof UpdateColumnType type) {
      return retyped(type);
    }
    if (change instanceof UpdateColumnNullability nullability) {
      return relaxed(nullability);
    }
    if (change instanceof UpdateColumnComment comment) {
      return commented(comment);
    }
    throw refusal(change.getClass().getSimpleName());
  }

  private static JsonObject add(AddColumn add) {
    if (add.defaultValue() != null) {
      throw refusal("a column with a default");
    }
    if (add.position() != null && !(add.position() instanceof After)) {
      throw refusal("a column before all others");
    }
    String name = add.fieldNames()[0];
    ChTypeName type = ChTypeName.of(name, add.dataType(), add.isNullable());
    JsonObject json = json("add", name, "type", type.name());
    json.addProperty("comment", type.comment(add.comment() == null ? "" : add.comment()));
    if (add.position() instanceof After after) {
      json.addProperty("after", after.column());
    }
    return json;
  }

  private ChColumn column(ColumnChange change) {
    ChColumn column = info.column(change.fieldNames()[0]);
    if (column == null) {
      throw new ChException(
          ChException.NOT_FOUND, info.path + " has no column " + change.fieldNames()[0]);
    }
    return column;
  }

  private JsonObject retyped(UpdateColumnType change) {
    ChColumn column = column(change);
    ChTypeName type = ChTypeName.of(column.name(), change.newDataType(), column.nullable());
    ChTypeName old = ChTypeName.of(column.name(), column.type(), column.nullable());
    if (!type.marker().equals(old.marker())) {
      throw refusal(column.type().sql() + " as " + change.newDataType().sql());
    }
    return json("widen", column.name(), "type", type.name());
  }

  private JsonObject relaxed(UpdateColumnNullability change) {
    ChColumn column = column(change);
    if (!change.nullable()) {
      throw refusal("a column that may no longer be NULL");
    }
    boolean isThere = column.nullable();
    String type = column.clickHouseType();
    return json("widen", column.name(), "type", isThere ? type : "Nullable(" + type + ")");
  }

  /** The markers of types stay. */
  private JsonObject commented(UpdateColumnComment change) {
    ChColumn column = column(change);
    String comment = ChTypeName.of(column.name(), column.type(), true).comment(change.newComment());
    return json("comment", column.name(), "text", comment);
  }

  private static JsonObject json(String... fields) {
    JsonObject json = new JsonObject();
    for (int i = 0; i < fields.length; i += 2) {
      json.addProperty(fields[i], fields[i + 1]);
    }
    return json;
  }

  private static ChException refusal(String what) {
    return new ChException(
        ChException.UNSUPPORTED, "ALTER TABLE cannot make " + what + "; make a new table instead");
  }
}
