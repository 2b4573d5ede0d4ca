package io.chspark;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;

/**
 * A table that is there, with its rows, when {@link #commitStagedChanges} has run, in one commit:
 * CREATE TABLE AS SELECT and REPLACE TABLE. Used by one thread.
 */
final class ChStagedTable implements StagedTable, SupportsWrite, ChWriteTarget {
  private final String name;
  private final StructType schema;
  private final ChLayout layout;
  private final ChJob job;
  private List<ChCommitMessage> written = new ArrayList<>();

  ChStagedTable(
      String name, StructType schema, ChDefinition definition, String root, boolean replaces) {
    this.name = name;
    this.schema = schema;
    layout = definition.layout();
    JsonObject request = new JsonObject();
    request.addProperty("root", root);
    request.addProperty("create", definition.sql());
    request.addProperty("replace", replaces);
    job = ChJob.begin(request, ChWriteConf.ofSession());
  }

  /** The only form of it that Spark 3.5 asks for. */
  @Override
  @SuppressWarnings("deprecation")
  public StructType schema() {
    return schema;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_WRITE, TableCapability.TRUNCATE);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new SupportsTruncate() {
      @Override
      public WriteBuilder truncate() {
        return this;
      }

      @Override
      public Write build() {
        ChWriteConf conf = new ChWriteConf(info.options());
        return new ChWrite(name, layout, ChStagedTable.this, info.schema(), conf);
      }
    };
  }

  @Override
  public ChJob begin() {
    return job;
  }

  @Override
  public void commit(ChJob begun, List<ChCommitMessage> messages) {
    written = messages;
  }

  @Override
  public void end(ChJob begun) {
    // The job lives until the table is committed or given up.
  }

  @Override
  public void commitStagedChanges() {
    try {
      job.commit(written, List.of());
    } finally {
      job.close();
    }
  }

  @Override
  public void abortStagedChanges() {
    job.close();
  }
}
