package io.chspark;

import com.google.gson.JsonObject;

/** A table of a store, as requests to the library name it. */
record ChStore(String root, String database, String table) {
  /** A request of ch_job_begin. */
  JsonObject job(String mode) {
    JsonObject request = named();
    request.addProperty("mode", mode);
    return request;
  }

  /** A request of ch_command about this table. */
  JsonObject command(String command) {
    JsonObject request = named();
    request.addProperty("command", command);
    return request;
  }

  private JsonObject named() {
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

  /** Has the library do it. Throws ChException. */
  static void run(JsonObject request) {
    try (ChSession session = ChSession.use(ChWriteConf.ofSession().memoryBytes)) {
      ChNative.command(session.handle(), request.toString());
    }
  }

  /** The same for a request about a table, which another writer may hold. */
  static void runLatched(JsonObject request) {
    request.addProperty("latch_wait_ms", ChWriteConf.ofSession().latchWaitMs);
    run(request);
  }
}
