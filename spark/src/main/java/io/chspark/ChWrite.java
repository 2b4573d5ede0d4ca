package io.chspark;

import java.util.List;
import org.apache.spark.sql.connector.distributions.Distribution;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.RequiresDistributionAndOrdering;
import org.apache.spark.sql.types.StructType;

/**
 * A planned write. Rows of a table that replaces rows come to one task by their key, so that the
 * task sees which is the last of each; those of other tables by their partition, so that a part is
 * not split over all tasks. The engine sorts them itself.
 */
final class ChWrite implements RequiresDistributionAndOrdering {
  private final String table;
  private final ChLayout layout;
  private final ChWriteTarget target;
  private final StructType schema;
  private final ChWriteConf conf;

  ChWrite(
      String table, ChLayout layout, ChWriteTarget target, StructType schema, ChWriteConf conf) {
    this.table = table;
    this.layout = layout;
    this.target = target;
    this.schema = schema;
    this.conf = conf;
  }

  @Override
  public BatchWrite toBatch() {
    return new ChBatchWrite(target, schema, conf);
  }

  @Override
  public Distribution requiredDistribution() {
    List<String> columns = layout.replaces() ? layout.key() : layout.partition();
    return columns.isEmpty()
        ? Distributions.unspecified()
        : Distributions.clustered(
            columns.stream().map(ChWrite::reference).toArray(Expression[]::new));
  }

  static NamedReference reference(String column) {
    return Expressions.column(quoted(column));
  }

  static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  @Override
  public boolean distributionStrictlyRequired() {
    return layout.replaces();
  }

  @Override
  public SortOrder[] requiredOrdering() {
    return new SortOrder[0];
  }

  @Override
  public String description() {
    return ChDataSource.NAME + " " + table;
  }
}
