package io.chspark;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Paths of roots, databases and tables, as the native library takes them. */
final class ChPath {
  private ChPath() {}

  /**
   * A local path from what a user gave: a path, or a file: URI. Throws IllegalArgumentException for
   * other schemes.
   */
  static String local(String given) {
    String path = given.trim();
    if (path.startsWith("file:")) {
      path = path.substring("file:".length()).replaceFirst("^//+", "/");
    } else if (path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      throw new IllegalArgumentException(
          "'" + given + "' is not a local path; chspark reads local folders only");
    }
    while (path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.isEmpty()) {
      throw new IllegalArgumentException("the path is empty; give a folder");
    }
    return path;
  }

  /**
   * The database or table {@code name} below {@code folder}, where ClickHouse has it on disk: every
   * byte of its UTF-8 but ASCII letters, digits and '_' as %XX. So no name leads elsewhere, and two
   * names are never one path.
   */
  static String below(String folder, String name) {
    StringBuilder path = new StringBuilder(folder).append('/');
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean stays = b == '_' || (b > 0 && Character.isLetterOrDigit(b));
      if (stays) {
        path.append((char) b);
      } else {
        path.append(String.format(Locale.ROOT, "%%%02X", b));
      }
    }
    return path.toString();
  }
}
