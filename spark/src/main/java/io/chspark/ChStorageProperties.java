package io.chspark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The TBLPROPERTIES that say how a table's parts are written, as clauses of ClickHouse's SQL. */
final class ChStorageProperties {
  static final String CODEC = "codec";
  static final String CODEC_OF = "codec.";
  static final String INDEX = "index.";

  /** Numbers that are called in ClickHouse's SETTINGS as they are here. */
  static final List<String> SETTINGS =
      List.of(
          "index_granularity",
          "index_granularity_bytes",
          "min_bytes_for_wide_part",
          "min_rows_for_wide_part");

  private static final Pattern CODECS =
      Pattern.compile("none|lz4|zstd(\\(\\d+\\))?", Pattern.CASE_INSENSITIVE);
  private static final Pattern INDICES =
      Pattern.compile(
          "(?<column>\\S.*?)\\s+(?<type>minmax|bloom_filter(\\(0\\.\\d+\\))?)"
              + "(\\s+granularity\\s+(?<n>\\d+))?",
          Pattern.CASE_INSENSITIVE);

  private final Map<String, String> properties;

  ChStorageProperties(Map<String, String> properties) {
    this.properties = properties;
  }

  static boolean isKnown(String property) {
    return property.equals(CODEC)
        || property.startsWith(CODEC_OF)
        || property.startsWith(INDEX)
        || SETTINGS.contains(property);
  }

  /** What stands behind a column's type and comment; empty where it has no codec of its own. */
  String codecOf(String column) {
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (property.getKey().equalsIgnoreCase(CODEC_OF + column)) {
        return " CODEC(" + codec(property.getKey(), property.getValue()) + ")";
      }
    }
    return "";
  }

  /** The columns that codecs are given to; the caller knows which there are. */
  List<String> columns() {
    return properties.keySet().stream()
        .filter(name -> name.startsWith(CODEC_OF))
        .map(name -> name.substring(CODEC_OF.length()))
        .toList();
  }

  /** A table's index; {@code column} as the user wrote it. */
  record Index(String property, String name, String column, String rest) {}

  List<Index> indices() {
    List<Index> indices = new ArrayList<>();
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (!property.getKey().startsWith(INDEX)) {
        continue;
      }
      Matcher parts = INDICES.matcher(property.getValue().trim());
      if (!parts.matches()) {
        throw refusal(
            property,
            "'<column> minmax' or '<column> bloom_filter', then 'granularity <n>' if wanted");
      }
      String type = parts.group("type").toLowerCase(Locale.ROOT);
      String n = parts.group("n") == null ? "1" : parts.group("n");
      String name = property.getKey().substring(INDEX.length());
      String rest = " TYPE " + type + " GRANULARITY " + n;
      indices.add(new Index(property.getKey(), name, parts.group("column"), rest));
    }
    return indices;
  }

  /** The SETTINGS clause, with a space before it; empty where nothing was set. */
  String settings() {
    List<String> settings = new ArrayList<>();
    for (Map.Entry<String, String> property : properties.entrySet()) {
      String value = property.getValue().trim();
      if (property.getKey().equals(CODEC)) {
        settings.add("default_compression_codec = '" + codec(CODEC, value) + "'");
      } else if (SETTINGS.contains(property.getKey())) {
        if (!value.matches("\\d+")) {
          throw refusal(property, "a number");
        }
        settings.add(property.getKey() + " = " + value);
      }
    }
    return settings.isEmpty() ? "" : " SETTINGS " + String.join(", ", settings);
  }

  private static String codec(String property, String value) {
    if (!CODECS.matcher(value.trim()).matches()) {
      throw refusal(Map.entry(property, value), "none, lz4 or zstd(1) to zstd(22)");
    }
    return value.trim().toUpperCase(Locale.ROOT);
  }

  private static ChException refusal(Map.Entry<String, String> property, String expected) {
    return new ChException(
        ChException.INVALID_ARGUMENT,
        "TBLPROPERTIES ('"
            + property.getKey()
            + "'='"
            + property.getValue()
            + "'): expected "
            + expected);
  }
}
