package io.chspark;

import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** {@code spark.read.format("mergetree").load("<table folder>")}. */
public final class ChDataSource implements TableProvider, DataSourceRegister {
  static final String NAME = "mergetree";

  /**
   * Spark asks for the schema, then for the table: the answer to both is one look at the folder.
   */
  private ChTableInfo loaded;

  @Override
  public String shortName() {
    return NAME;
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    loaded = load(options);
    return loaded.schema();
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(properties);
    ChTableInfo info = loaded != null && loaded.path.equals(path(options)) ? loaded : load(options);
    return new ChTable(info.path, info);
  }

  private static ChTableInfo load(CaseInsensitiveStringMap options) {
    return ChTableInfo.load(
        path(options), ChReadPoint.ofOptions(options), new ChReadConf(options).memoryBytes);
  }

  private static String path(CaseInsensitiveStringMap options) {
    String path = options.get("path");
    if (path == null) {
      throw new IllegalArgumentException(
          "format(\""
              + NAME
              + "\") needs the path of one table: load(\"<root>/<database>/<table>\")");
    }
    return ChPath.local(path);
  }
}
