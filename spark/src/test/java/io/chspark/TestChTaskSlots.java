package io.chspark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Task slots of an executor on 16 processors, by Spark's own defaults. */
class TestChTaskSlots {
  @ParameterizedTest
  @CsvSource({
    "local, '', 1, 1",
    "local[3], '', 1, 3",
    "'local[4, 2]', '', 1, 4",
    "local[*], '', 2, 8",
    "spark://host:7077, '', 1, 16",
    "spark://host:7077, 6, 1, 6",
    "yarn, '', 1, 1",
    "yarn, 5, 1, 5",
    "k8s://https://host, '', 1, 1",
    "k8s://https://host, 8, 3, 2",
    "k8s://https://host, 2, 4, 1",
  })
  void coresGoByMasterAndConfiguration(String master, String cores, int taskCpus, int slots) {
    Map<String, String> conf =
        Map.of(
            "spark.master", master,
            "spark.task.cpus", String.valueOf(taskCpus),
            "spark.executor.cores", cores);
    assertEquals(slots, ChTaskSlots.ofProcess(conf::get, 16));
  }
}
