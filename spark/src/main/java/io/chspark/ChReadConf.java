package io.chspark;

import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * All settings of a read, each resolved once on the driver: the read's option {@code <name>}, else
 * the session's {@code spark.chspark.<name>}, else the default. Immutable.
 */
final class ChReadConf implements Serializable {
  static final String PREFIX = "spark.chspark.";

  /** Native memory of one task slot, e.g. 512m. */
  static final String MEMORY = "memory";

  /** Rows of a batch, at most. */
  static final String BATCH_ROWS = "batch.rows";

  /**
   * Compressed bytes of a split, about; 0 = chosen from the scan's size and the number of task
   * slots.
   */
  static final String SPLIT_BYTES = "split.bytes";

  static final String PUSHDOWN_FILTERS = "pushdown.filters";
  static final String PUSHDOWN_LIMIT = "pushdown.limit";
  static final String PUSHDOWN_AGGREGATES = "pushdown.aggregates";

  /**
   * Whether sums and averages of floats are among them: their last digits depend on the order in
   * which rows are added, which Spark leaves open.
   */
  static final String PUSHDOWN_FLOAT_SUMS = "pushdown.float.sums";

  /** Whether joins may hand the keys of their other side to a scan (dynamic pruning). */
  static final String RUNTIME_FILTERS = "runtime.filters";

  /**
   * Filters over tables up to this size (compressed bytes) stay in Spark's plan too. Spark hands a
   * join's keys to the other side only where it sees a filter, and one that is only pushed it does
   * not see.
   */
  static final String RUNTIME_FILTER_SOURCE = "runtime.filter.source";

  /** Keys up to which a runtime filter is a list; a longer one becomes a range. */
  static final String RUNTIME_FILTER_VALUES = "runtime.filter.values";

  /** Whether rows, bytes and column statistics are reported to the optimizer. */
  static final String STATISTICS = "statistics";

  /** Whether LowCardinality strings and enums arrive as dictionaries. */
  static final String DICTIONARY = "dictionary";

  /**
   * Bounds of a split's compressed bytes, and splits a task slot, where {@link #SPLIT_BYTES} leaves
   * the choice.
   */
  static final long SPLIT_BYTES_MAX = 64L << 20;

  static final long SPLIT_BYTES_MIN = 1L << 20;
  static final int SPLITS_A_SLOT = 3;

  /** As many as the library takes. */
  static final int BATCH_ROWS_MAX = 1 << 20;

  private static final long serialVersionUID = 1L;

  final long memoryBytes;
  final int batchRows;
  final long splitBytes;
  final boolean pushFilters;
  final boolean pushLimit;
  final boolean pushAggregates;
  final boolean pushFloatSums;
  final boolean runtimeFilters;
  final long runtimeFilterSource;
  final int runtimeFilterValues;
  final boolean statistics;
  final boolean dictionary;

  /** Without options of a read. */
  static ChReadConf ofSession() {
    return new ChReadConf(CaseInsensitiveStringMap.empty());
  }

  ChReadConf(CaseInsensitiveStringMap options) {
    memoryBytes =
        atLeast(1L << 20, MEMORY, JavaUtils.byteStringAsBytes(text(options, MEMORY, "512m")));
    batchRows = (int) atLeast(1, BATCH_ROWS, number(options, BATCH_ROWS, "16384"));
    if (batchRows > BATCH_ROWS_MAX) {
      throw new IllegalArgumentException(
          PREFIX + BATCH_ROWS + " must be at most " + BATCH_ROWS_MAX + ", found " + batchRows);
    }
    splitBytes =
        atLeast(0, SPLIT_BYTES, JavaUtils.byteStringAsBytes(text(options, SPLIT_BYTES, "0")));
    pushFilters = flag(options, PUSHDOWN_FILTERS, true);
    pushLimit = flag(options, PUSHDOWN_LIMIT, true);
    pushAggregates = flag(options, PUSHDOWN_AGGREGATES, true);
    pushFloatSums = flag(options, PUSHDOWN_FLOAT_SUMS, true);
    runtimeFilters = flag(options, RUNTIME_FILTERS, true);
    runtimeFilterSource =
        atLeast(
            0,
            RUNTIME_FILTER_SOURCE,
            JavaUtils.byteStringAsBytes(text(options, RUNTIME_FILTER_SOURCE, "10m")));
    runtimeFilterValues =
        (int) atLeast(0, RUNTIME_FILTER_VALUES, number(options, RUNTIME_FILTER_VALUES, "1000"));
    statistics = flag(options, STATISTICS, true);
    dictionary = flag(options, DICTIONARY, true);
  }

  private static String text(CaseInsensitiveStringMap options, String name, String otherwise) {
    String option = options.get(name);
    String value = option != null ? option : SQLConf.get().getConfString(PREFIX + name, otherwise);
    return value.trim();
  }

  private static long number(CaseInsensitiveStringMap options, String name, String otherwise) {
    String value = text(options, name, otherwise);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          PREFIX + name + " must be a whole number, found '" + value + "'", e);
    }
  }

  private static boolean flag(CaseInsensitiveStringMap options, String name, boolean otherwise) {
    String value = text(options, name, String.valueOf(otherwise)).toLowerCase(Locale.ROOT);
    return switch (value) {
      case "true", "on" -> true;
      case "false", "off" -> false;
      default ->
          throw new IllegalArgumentException(
              PREFIX + name + " must be true or false, found '" + value + "'");
    };
  }

  private static long atLeast(long least, String name, long value) {
    if (value < least) {
      throw new IllegalArgumentException(
          PREFIX + name + " must be at least " + least + ", found " + value);
    }
    return value;
  }
}
