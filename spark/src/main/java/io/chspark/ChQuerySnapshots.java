package io.chspark;

import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.spark.sql.catalyst.QueryPlanningTracker;

/**
 * The version of each root that a query reads, the same for all its tables, their history and its
 * subqueries. It is the newest one when the first of its scans is built.
 *
 * <p>Spark has no word for a query in a source's interfaces. But it makes one QueryPlanningTracker
 * for each execution of a query, builds all its scans in one run of the optimizer, subqueries'
 * inside it, on one thread, and shows that thread the tracker meanwhile. A scan that is built
 * outside of any has a version of its own.
 */
final class ChQuerySnapshots {
  /** Guarded by itself. A tracker has no equals(), so each is its own key. */
  private static final Map<QueryPlanningTracker, Map<String, ChSnapshot>> BY_QUERY =
      new WeakHashMap<>();

  private ChQuerySnapshots() {}

  /** The root's version in the query that this thread plans. Throws ChException. */
  static ChSnapshot of(String root) {
    scala.Option<QueryPlanningTracker> query = QueryPlanningTracker.get();
    if (query.isEmpty()) {
      return ChSnapshot.newest(root);
    }
    synchronized (BY_QUERY) {
      Map<String, ChSnapshot> known = BY_QUERY.get(query.get());
      if (known != null && known.containsKey(root)) {
        return known.get(root);
      }
    }
    ChSnapshot newest = ChSnapshot.newest(root);
    synchronized (BY_QUERY) {
      Map<String, ChSnapshot> known =
          BY_QUERY.computeIfAbsent(query.get(), tracker -> new HashMap<>());
      ChSnapshot first = known.putIfAbsent(root, newest);
      return first == null ? newest : first;
    }
  }
}
