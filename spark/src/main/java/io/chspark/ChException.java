package io.chspark;

/**
 * A failure in the native library: its code (include/ch/ch.h) and a message for an operator, which
 * names the file and the offset where there are any.
 */
public final class ChException extends RuntimeException {
  static final int CORRUPT = 1;
  static final int IO = 2;
  static final int NOT_FOUND = 3;
  static final int INVALID_ARGUMENT = 4;
  static final int UNSUPPORTED = 5;
  static final int MEMORY_LIMIT = 6;
  static final int CANCELLED = 7;
  static final int BUG = 8;
  static final int SNAPSHOT_EXPIRED = 9;
  static final int CONFLICT = 10;
  static final int FENCED = 11;
  static final int BUSY = 12;
  static final int OVERFLOW = 13;

  private static final long serialVersionUID = 1L;

  private final int code;

  public ChException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** Whether the library refused what it was asked for, by what it is: asking for less may do. */
  boolean isRefusal() {
    return code == UNSUPPORTED || code == INVALID_ARGUMENT;
  }

  /** One of CH_CORRUPT .. CH_OVERFLOW of include/ch/ch.h. */
  public int code() {
    return code;
  }
}
