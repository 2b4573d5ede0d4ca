package io.chspark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;

/**
 * Loads libch.so for this class loader. A JVM lets one loader only have a library file, so each
 * loader extracts a copy of its own, in a folder that only this user may read. The copy is deleted
 * as soon as it is loaded (the mapping keeps its bytes), so that nothing is left behind, however
 * the JVM ends.
 */
final class ChLibrary {
  /**
   * System property: a libch.so to load where it stands, instead of the jar's (for debuggers and
   * profilers).
   */
  static final String PATH_PROPERTY = "chspark.library";

  private ChLibrary() {}

  static void load() {
    String given = System.getProperty(PATH_PROPERTY);
    if (given != null) {
      System.load(Paths.get(given).toAbsolutePath().toString());
      return;
    }
    String resource = "/" + platform() + "/libch.so";
    try (InputStream bytes = ChLibrary.class.getResourceAsStream(resource)) {
      if (bytes == null) {
        throw new UnsatisfiedLinkError(
            "chspark.jar has no "
                + resource
                + "; it supports Linux on x86_64 (system property "
                + PATH_PROPERTY
                + " may name a libch.so)");
      }
      loadCopy(bytes);
    } catch (IOException e) {
      throw linkError(
          "cannot extract " + resource + " to " + System.getProperty("java.io.tmpdir"), e);
    }
  }

  private static void loadCopy(InputStream bytes) throws IOException {
    Path folder = Files.createTempDirectory("chspark-");
    Path file = folder.resolve("libch.so");
    try {
      Files.copy(bytes, file);
      System.load(file.toString());
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  private static UnsatisfiedLinkError linkError(String message, Throwable cause) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message + ": " + cause);
    error.initCause(cause);
    return error;
  }
}
