package io.chspark;

import java.util.List;

/**
 * How a table's rows lie.
 *
 * @param key columns of ORDER BY
 * @param partition columns of PARTITION BY; empty if there are none, or it is more than columns
 * @param replaces whether the newest row of each key is the one that counts
 */
record ChLayout(List<String> key, List<String> partition, boolean replaces) {}
