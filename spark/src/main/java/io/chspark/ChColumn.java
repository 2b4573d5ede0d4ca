package io.chspark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * A table's column.
 *
 * @param clickHouseType as ClickHouse prints it
 * @param type as Spark sees it; STRING if the column cannot be read
 * @param comment as the table has it, empty if none
 * @param problem why the column cannot be read, or null if it can
 */
record ChColumn(
    String name,
    String clickHouseType,
    DataType type,
    boolean nullable,
    String comment,
    String problem) {

  /** A column of the description that the native library gives. */
  static ChColumn of(JsonObject json) {
    String name = json.get("name").getAsString();
    String clickHouseType = json.get("type").getAsString();
    String comment = text(json, "comment");
    ChTypes.Typed typed = ChTypes.of(clickHouseType, text(json, "spark"), comment);
    if (typed != null) {
      return new ChColumn(name, clickHouseType, typed.type(), typed.nullable(), comment, null);
    }
    String reason = text(json, "spark_reason");
    String problem = reason.isEmpty() ? "Spark has no type for " + clickHouseType : reason;
    return new ChColumn(name, clickHouseType, DataTypes.StringType, true, comment, problem);
  }

  private static String text(JsonObject json, String key) {
    JsonElement value = json.get(key);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  StructField field() {
    StructField field = DataTypes.createStructField(name, type, nullable);
    if (problem != null) {
      String note = "unreadable " + clickHouseType + ": " + problem;
      return field.withComment(comment.isEmpty() ? note : comment + " (" + note + ")");
    }
    return comment.isEmpty() ? field : field.withComment(comment);
  }
}
