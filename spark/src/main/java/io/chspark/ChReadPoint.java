package io.chspark;

import com.google.gson.JsonObject;
import java.time.ZoneId;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Which version of a store a query asks for: {@code VERSION AS OF}, {@code TIMESTAMP AS OF} or the
 * options of the same meaning.
 *
 * @param field of a request of ch_pin_open
 */
record ChReadPoint(String field, long value) {
  static final String VERSION_OPTION = "versionAsOf";
  static final String TIMESTAMP_OPTION = "timestampAsOf";

  /** A number of a version, or a timestamp of TiDB. */
  static ChReadPoint ofVersion(String text) {
    try {
      long version = Long.parseLong(text.trim());
      if (version > 0) {
        return new ChReadPoint("version", version);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(noVersion(text), e);
    }
    throw new IllegalArgumentException(noVersion(text));
  }

  private static String noVersion(String text) {
    return "a version is a whole number from 1 on, found '"
        + text
        + "'; SELECT version FROM <table>.snapshots lists those of a table";
  }

  /** The newest version up to that moment, to the millisecond. */
  static ChReadPoint ofMicros(long micros) {
    return new ChReadPoint("time_ms", Math.max(0, Math.floorDiv(micros, 1000L)));
  }

  /** What the options of a read ask for, or null. */
  static ChReadPoint ofOptions(CaseInsensitiveStringMap options) {
    String version = options.get(VERSION_OPTION);
    String timestamp = options.get(TIMESTAMP_OPTION);
    if (version != null && timestamp != null) {
      throw new IllegalArgumentException(
          "give " + VERSION_OPTION + " or " + TIMESTAMP_OPTION + ", not both of them");
    }
    if (version != null) {
      return ofVersion(version);
    }
    return timestamp == null ? null : ofTimestamp(timestamp);
  }

  private static ChReadPoint ofTimestamp(String text) {
    ZoneId zone = ZoneId.of(SQLConf.get().sessionLocalTimeZone());
    scala.Option<Object> micros =
        DateTimeUtils.stringToTimestamp(UTF8String.fromString(text), zone);
    if (micros.isEmpty()) {
      throw new IllegalArgumentException(
          TIMESTAMP_OPTION + " must be a timestamp like 2026-01-31 12:00:00, found '" + text + "'");
    }
    return ofMicros((Long) micros.get());
  }

  /** A request of ch_pin_open. */
  JsonObject request() {
    JsonObject request = new JsonObject();
    request.addProperty(field, value);
    return request;
  }
}
