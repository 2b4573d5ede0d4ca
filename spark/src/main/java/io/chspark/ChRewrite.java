package io.chspark;

import java.util.List;

/** What a write was made of, and which parts' rows it takes the place of. */
interface ChRewrite {
  /** Of a write that does not depend on the table's rows. */
  ChRewrite NOTHING = List::of;

  /** Names of parts; asked for when the job holds the table's latch and its rows are written. */
  List<String> parts();

  /**
   * The version whose rows of the table the write depends on; negative if on none. Asked for when
   * the job begins: had another commit changed them since, it would be undone unseen.
   */
  default long readVersion() {
    return -1;
  }
}
