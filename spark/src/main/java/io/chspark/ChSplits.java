package io.chspark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a plan comes to: the splits to run, and what pruning left out.
 *
 * @param rows of the selected granules
 * @param bytes of the selected granules, compressed, in the columns that are read
 */
record ChSplits(
    List<ChInputPartition> partitions,
    long parts,
    long partsSelected,
    long granules,
    long granulesSelected,
    long rows,
    long bytes) {

  /**
   * Splits of {@code conf}'s size or, where it leaves that open, small enough to keep all task
   * slots busy.
   */
  static ChSplits of(ChPlan plan, ChReadConf conf) {
    if (conf.splitBytes > 0) {
      return ask(plan, conf, conf.splitBytes);
    }
    ChSplits large = ask(plan, conf, ChReadConf.SPLIT_BYTES_MAX);
    int wanted = ChReadConf.SPLITS_A_SLOT * ChTaskSlots.ofApplication();
    if (large.partitions.size() >= wanted || large.bytes <= ChReadConf.SPLIT_BYTES_MIN) {
      return large;
    }
    return ask(plan, conf, Math.max(ChReadConf.SPLIT_BYTES_MIN, large.bytes / wanted));
  }

  /** Splits of about that size. */
  static ChSplits ask(ChPlan plan, ChReadConf conf, long splitBytes) {
    String text;
    try (ChSession session = ChSession.use(conf.memoryBytes)) {
      text = ChNative.plan(session.handle(), plan.json(conf, splitBytes));
    }
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    List<ChInputPartition> partitions = new ArrayList<>();
    for (JsonElement split : json.getAsJsonArray("splits")) {
      partitions.add(new ChInputPartition(split.getAsJsonObject().get("id").toString()));
    }
    return new ChSplits(
        partitions,
        number(json, "parts"),
        number(json, "parts_selected"),
        number(json, "granules"),
        number(json, "granules_selected"),
        number(json, "rows"),
        number(json, "bytes"));
  }

  /** Names of the parts that have a split. */
  List<String> partNames() {
    Set<String> names = new LinkedHashSet<>();
    for (ChInputPartition partition : partitions) {
      String path =
          JsonParser.parseString(partition.split()).getAsJsonObject().get("part").getAsString();
      names.add(path.substring(path.lastIndexOf('/') + 1));
    }
    return List.copyOf(names);
  }

  private static long number(JsonObject json, String key) {
    return json.get(key).getAsLong();
  }
}
