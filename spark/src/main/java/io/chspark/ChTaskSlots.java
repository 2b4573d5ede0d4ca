package io.chspark;

import java.util.function.UnaryOperator;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** How many tasks run at a time. */
final class ChTaskSlots {
  private ChTaskSlots() {}

  /** In this JVM. */
  static int ofProcess() {
    int processors = Runtime.getRuntime().availableProcessors();
    SparkEnv env = SparkEnv.get();
    return env == null ? processors : ofProcess(key -> env.conf().get(key, ""), processors);
  }

  /**
   * In one executor on so many processors.
   *
   * @param conf the application's setting of that name, empty if there is none
   */
  static int ofProcess(UnaryOperator<String> conf, int processors) {
    int taskCpus = Math.max(1, number(conf.apply("spark.task.cpus"), 1));
    return Math.max(1, cores(conf.apply("spark.master"), conf, processors) / taskCpus);
  }

  private static int number(String text, int otherwise) {
    return text.isEmpty() ? otherwise : Integer.parseInt(text.trim());
  }

  /** In all executors, as many as Spark knows of now; those of one at least. */
  static int ofApplication() {
    Option<SparkSession> session = SparkSession.getActiveSession();
    int known = session.isDefined() ? session.get().sparkContext().defaultParallelism() : 1;
    return Math.max(known, ofProcess());
  }

  private static int cores(String master, UnaryOperator<String> conf, int processors) {
    if (master.equals("local")) {
      return 1;
    }
    if (master.startsWith("local[")) {
      String threads = master.substring("local[".length()).split("[,\\]]", 2)[0].trim();
      return threads.equals("*") ? processors : Integer.parseInt(threads);
    }
    // Where nothing is said, a standalone worker gives an executor all its cores; YARN and
    // Kubernetes give it one.
    boolean oneByDefault = master.startsWith("yarn") || master.startsWith("k8s");
    return number(conf.apply("spark.executor.cores"), oneByDefault ? 1 : processors);
  }
}
