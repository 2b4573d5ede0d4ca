package io.chspark;

import org.apache.spark.sql.connector.read.InputPartition;

/**
 * One split: the text that the native library gave for it, which says all that another process
 * needs to run it.
 */
record ChInputPartition(String split) implements InputPartition {}
