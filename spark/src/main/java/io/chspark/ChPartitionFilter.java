package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The parts of some partitions: those in which columns of PARTITION BY have given values. All rows
 * of a part have the same ones, so a part is theirs or not.
 */
final class ChPartitionFilter implements ChRewrite {
  private final String path;
  private final List<JsonObject> predicates;

  private ChPartitionFilter(String path, List<JsonObject> predicates) {
    this.path = path;
    this.predicates = predicates;
  }

  /** Null where more is asked than that columns of PARTITION BY are equal to constants. */
  static ChPartitionFilter of(ChTableInfo info, Predicate[] given) {
    Set<String> partition = Set.copyOf(info.layout().partition());
    ChPredicates translator = new ChPredicates(info.readable());
    List<JsonObject> predicates = new ArrayList<>();
    for (Predicate predicate : given) {
      boolean isEquality =
          List.of("=", "<=>").contains(predicate.name())
              && predicate.children()[0] instanceof NamedReference column
              && predicate.children()[1] instanceof Literal<?>
              && column.fieldNames().length == 1
              && partition.contains(column.fieldNames()[0]);
      JsonObject translated = isEquality ? translator.translate(predicate) : null;
      if (translated == null) {
        return null;
      }
      // True or false for every row, so that its negation holds all others.
      translated.addProperty("call", "<=>");
      predicates.add(translated);
    }
    return new ChPartitionFilter(info.path, predicates);
  }

  @Override
  public List<String> parts() {
    List<String> theirs = partsOf(predicates);
    JsonArray arguments = new JsonArray();
    arguments.add(ChPredicates.all(predicates));
    JsonObject others = new JsonObject();
    others.addProperty("call", "NOT");
    others.add("args", arguments);
    if (!Collections.disjoint(theirs, partsOf(List.of(others)))) {
      throw new ChException(
          ChException.UNSUPPORTED,
          "which parts of "
              + path
              + " belong to the overwritten partition cannot be told exactly; DELETE its rows and"
              + " INSERT the new ones");
    }
    return theirs;
  }

  private List<String> partsOf(List<JsonObject> wanted) {
    ChPlan plan = new ChPlan(path, -1, List.of(), wanted, -1);
    ChReadConf conf = new ChReadConf(CaseInsensitiveStringMap.empty());
    return ChSplits.ask(plan, conf, ChReadConf.SPLIT_BYTES_MAX).partNames();
  }
}
