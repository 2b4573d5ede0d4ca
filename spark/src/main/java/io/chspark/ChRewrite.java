package io.chspark;

import java.util.List;

/** Which parts' rows a write takes the place of. */
interface ChRewrite {
  ChRewrite NOTHING = List::of;

  /** Names of parts; asked for when the job holds the table's latch and its rows are written. */
  List<String> parts();
}
