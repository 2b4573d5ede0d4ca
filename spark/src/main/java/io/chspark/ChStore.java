package io.chspark;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** A table of a store, as requests to the library name it. */
record ChStore(String root, String database, String table) {
  /** A request of ch_job_begin. */
  JsonObject job(String mode) {
    JsonObject request = request();
    request.addProperty("mode", mode);
    return request;
  }

  /** A request of ch_command about this table. */
  JsonObject command(String command) {
    JsonObject request = request();
    request.addProperty("command", command);
    return request;
  }

  /** What every request about this table has. */
  JsonObject request() {
    JsonObject request = new JsonObject();
    request.addProperty("root", root);
    request.addProperty("database", database);
    request.addProperty("table", table);
    return request;
  }

  /** A request of ch_command about the root. */
  static JsonObject command(String root, String command) {
    JsonObject request = new JsonObject();
    request.addProperty("root", root);
    request.addProperty("command", command);
    return request;
  }

  /** Has the library do it; the newest version then. Throws ChException. */
  static long run(JsonObject request) {
    try (ChSession session = ChSession.use(ChWriteConf.ofSession().memoryBytes)) {
      String answer = ChNative.command(session.handle(), request.toString());
      return JsonParser.parseString(answer).getAsJsonObject().get("version").getAsLong();
    }
  }

  /** The same for a request about a table, which another writer may hold. */
  static long runLatched(JsonObject request) {
    request.addProperty("latch_wait_ms", ChWriteConf.ofSession().latchWaitMs);
    return run(request);
  }
}
