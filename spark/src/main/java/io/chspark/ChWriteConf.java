package io.chspark;

import java.io.Serializable;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * All settings of a write, each resolved once on the driver: the write's option {@code <name>},
 * else the session's {@code spark.chspark.<name>}, else the default. Immutable.
 */
final class ChWriteConf implements Serializable {
  /** How long a write waits for a table that another one holds. */
  static final String LATCH_WAIT = "latch.wait";

  /** Rows that are handed to the engine at once, at most. */
  static final String BATCH_ROWS = "write.batch.rows";

  private static final long serialVersionUID = 1L;

  final long memoryBytes;
  final long latchWaitMs;
  final int batchRows;

  /** Whether the table's root may be a latch daemon's, as the driver knows. */
  final boolean usesDaemon;

  ChWriteConf(CaseInsensitiveStringMap options) {
    memoryBytes = new ChReadConf(options).memoryBytes;
    latchWaitMs = JavaUtils.timeStringAsMs(text(options, LATCH_WAIT, "10s"));
    String rows = text(options, BATCH_ROWS, "8192");
    if (!rows.matches("[1-9][0-9]{0,6}")) {
      throw new IllegalArgumentException(
          ChReadConf.PREFIX + BATCH_ROWS + " must be 1 to 9999999, found '" + rows + "'");
    }
    batchRows = Integer.parseInt(rows);
    usesDaemon = ChLatch.isLoaded();
  }

  /** Where there are no options: a catalog's commands. */
  static ChWriteConf ofSession() {
    return new ChWriteConf(CaseInsensitiveStringMap.empty());
  }

  private static String text(CaseInsensitiveStringMap options, String name, String otherwise) {
    String option = options.get(name);
    String value =
        option != null ? option : SQLConf.get().getConfString(ChReadConf.PREFIX + name, otherwise);
    return value.trim();
  }
}
