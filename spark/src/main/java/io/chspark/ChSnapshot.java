package io.chspark;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.lang.ref.Cleaner;

/**
 * A version of a store, of all its databases at once, that stays readable as long as this object
 * can be reached. Lives on the driver. Immutable.
 */
final class ChSnapshot {
  /** Made when it is first needed: a driver may read plain folders only. */
  private static final class Pins {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private final String root;
  private final long version;

  private ChSnapshot(String root, long pin) {
    this.root = root;
    Pins.CLEANER.register(this, () -> ChNative.closePin(pin));
    version =
        JsonParser.parseString(ChNative.textOfPin(pin))
            .getAsJsonObject()
            .get("version")
            .getAsLong();
  }

  /** The newest version. Throws ChException. */
  static ChSnapshot newest(String root) {
    return open(root, new JsonObject());
  }

  /** The version that was asked for. Throws ChException; one that has expired says what is left. */
  static ChSnapshot at(String root, ChReadPoint point) {
    return open(root, point.request());
  }

  private static ChSnapshot open(String root, JsonObject request) {
    request.addProperty("root", root);
    try (ChSession session = ChSession.use(ChReadConf.ofSession().memoryBytes)) {
      return new ChSnapshot(root, ChNative.openPin(session.handle(), request.toString()));
    }
  }

  String root() {
    return root;
  }

  long version() {
    return version;
  }
}
