package io.chspark;

import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** What a task wrote: a text of the native library, or null for no row. */
record ChCommitMessage(String parts) implements WriterCommitMessage {}
