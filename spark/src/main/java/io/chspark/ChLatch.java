package io.chspark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The library by which a root's latch daemon is spoken to. It and all that it needs lie in the jar,
 * and are loaded by the first catalog whose {@code latch} is a daemon's address, and by the tasks
 * that write for it. The files are deleted as soon as they are loaded (the mapping keeps their
 * bytes).
 */
final class ChLatch {
  static final String EMBEDDED = "embedded";

  private static final String NAMES = "names";
  private static final String LIBRARY = "libch_latch.so";

  /** Guarded by the class. */
  private static boolean isLoaded;

  private ChLatch() {}

  /**
   * Checks that the root belongs to that latch, {@link #EMBEDDED} or a daemon's address. A root
   * that is not there yet belongs to the embedded one.
   */
  static void expect(String root, String latch) {
    if (!latch.equals(EMBEDDED)) {
      load();
    }
    ChNative.checkLatch(root, latch);
  }

  /** Whether this JVM may use a root that a daemon owns. */
  static synchronized boolean isLoaded() {
    return isLoaded;
  }

  static synchronized void load() {
    if (isLoaded) {
      return;
    }
    String resources = "/" + ChLibrary.platform() + "/latch/";
    List<Path> made = new ArrayList<>();
    try {
      Path folder = Files.createTempDirectory("chspark-latch-");
      made.add(folder);
      try {
        for (String name : names(resources)) {
          Path file = folder.resolve(name);
          try (InputStream bytes = open(resources + name)) {
            Files.copy(bytes, file);
          }
          made.add(file);
        }
        ChNative.loadLatch(folder.resolve(LIBRARY).toString());
      } finally {
        for (int i = made.size() - 1; i >= 0; i--) {
          Files.deleteIfExists(made.get(i));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot extract " + resources + " to " + System.getProperty("java.io.tmpdir"), e);
    }
    isLoaded = true;
  }

  private static List<String> names(String resources) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(open(resources + NAMES), StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    }
  }

  private static InputStream open(String resource) throws IOException {
    InputStream bytes = ChLatch.class.getResourceAsStream(resource);
    if (bytes == null) {
      throw new IOException("chspark.jar has no " + resource);
    }
    return bytes;
  }
}
