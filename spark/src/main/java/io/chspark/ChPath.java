package io.chspark;

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
   * {@code name} below {@code folder}; a name that could lead elsewhere is escaped as ClickHouse
   * escapes it on disk.
   */
  static String below(String folder, String name) {
    boolean plain =
        !name.isEmpty() && name.indexOf('/') < 0 && name.indexOf('\0') < 0 && !name.startsWith(".");
    return folder
        + "/"
        + (plain ? name : name.replace(".", "%2E").replace("/", "%2F").replace("\0", "%00"));
  }
}
