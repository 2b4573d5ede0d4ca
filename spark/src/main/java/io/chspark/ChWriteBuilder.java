package io.chspark;

import java.util.Arrays;
import org.apache.spark.sql.connector.expressions.filter.AlwaysTrue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsDynamicOverwrite;
import org.apache.spark.sql.connector.write.SupportsOverwriteV2;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/** Collects what becomes of the rows that are there. */
final class ChWriteBuilder implements SupportsOverwriteV2, SupportsDynamicOverwrite {
  private final ChTableInfo info;
  private final LogicalWriteInfo write;
  private final ChWriteConf conf;
  private String mode = "append";
  private ChRewrite rewrite = ChRewrite.NOTHING;

  ChWriteBuilder(ChTableInfo info, LogicalWriteInfo write) {
    this.info = info;
    this.write = write;
    conf = new ChWriteConf(write.options());
  }

  private static boolean isAll(Predicate[] predicates) {
    return Arrays.stream(predicates).allMatch(AlwaysTrue.class::isInstance);
  }

  @Override
  public boolean canOverwrite(Predicate[] predicates) {
    return isAll(predicates) || ChPartitionFilter.of(info, predicates) != null;
  }

  @Override
  public WriteBuilder overwrite(Predicate[] predicates) {
    if (isAll(predicates)) {
      mode = "overwrite";
    } else {
      rewrite = ChPartitionFilter.of(info, predicates);
    }
    return this;
  }

  @Override
  public WriteBuilder truncate() {
    mode = "overwrite";
    return this;
  }

  @Override
  public WriteBuilder overwriteDynamicPartitions() {
    mode = "overwrite_partitions";
    return this;
  }

  @Override
  public Write build() {
    ChWriteTarget target = ChWriteTarget.of(info.store().job(mode), rewrite, conf);
    return new ChWrite(info.path, info.layout(), target, write.schema(), conf);
  }
}
