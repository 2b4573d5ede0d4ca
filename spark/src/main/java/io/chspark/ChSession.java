package io.chspark;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * The native session of this class loader: one memory budget and its caches, shared by all tasks of
 * the JVM. Opened at first use and kept as long as the JVM, one for each value of
 * spark.chspark.memory that was ever in force. Thread-safe.
 */
final class ChSession {
  private static final Map<Long, Long> SESSIONS = new ConcurrentHashMap<>();

  private ChSession() {}

  /** The session in which every task slot of this JVM has {@code slotBytes} of native memory. */
  static long get(long slotBytes) {
    long budget = Math.multiplyExact(slotBytes, taskSlots());
    return SESSIONS.computeIfAbsent(budget, ChSession::open);
  }

  private static long open(long budget) {
    JsonObject settings = new JsonObject();
    settings.addProperty("memory_bytes", budget);
    return ChNative.openSession(settings.toString());
  }

  /** How many tasks this JVM runs at a time. */
  static int taskSlots() {
    SparkEnv env = SparkEnv.get();
    int processors = Runtime.getRuntime().availableProcessors();
    if (env == null) {
      return processors;
    }
    SparkConf conf = env.conf();
    int taskCpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    return Math.max(1, cores(conf.get("spark.master", ""), conf, processors) / taskCpus);
  }

  private static int cores(String master, SparkConf conf, int processors) {
    if (master.equals("local")) {
      return 1;
    }
    if (master.startsWith("local[")) {
      String threads = master.substring("local[".length()).split("[,\\]]", 2)[0].trim();
      return threads.equals("*") ? processors : Integer.parseInt(threads);
    }
    return conf.getInt("spark.executor.cores", processors);
  }
}
