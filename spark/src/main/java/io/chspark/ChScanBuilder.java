package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.SupportsPushDownAggregates;
import org.apache.spark.sql.connector.read.SupportsPushDownLimit;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What Spark's optimizer hands down to a scan: predicates, columns, aggregates, a limit. */
final class ChScanBuilder
    implements SupportsPushDownV2Filters,
        SupportsPushDownRequiredColumns,
        SupportsPushDownAggregates,
        SupportsPushDownLimit {
  private final String tableName;
  private final ChTableInfo info;
  private final ChReadConf conf;
  private final ChPredicates translator;
  private final List<Predicate> pushed = new ArrayList<>();
  private final List<JsonObject> predicates = new ArrayList<>();
  private StructType schema;
  private int limit = -1;
  private boolean areAveragesSums = true;

  /** Null if none is pushed. */
  private ChAggregate aggregate;

  /** {@code info}: as the query reads it ({@link ChTableInfo#forQuery}). */
  ChScanBuilder(String tableName, ChTableInfo info, ChReadConf conf) {
    this.tableName = tableName;
    this.info = info;
    this.conf = conf;
    translator = new ChPredicates(info.readable());
    schema = info.schema();
  }

  /**
   * Takes the predicates that the engine evaluates exactly; returns those that Spark evaluates: the
   * others and, over a small table, also selective ones that were taken.
   */
  @Override
  public Predicate[] pushPredicates(Predicate[] given) {
    List<Predicate> candidates = new ArrayList<>();
    List<JsonObject> translated = new ArrayList<>();
    List<Predicate> rest = new ArrayList<>();
    for (Predicate predicate : given) {
      JsonObject json = conf.pushFilters ? translator.translate(predicate) : null;
      if (json == null) {
        rest.add(predicate);
      } else {
        candidates.add(predicate);
        translated.add(json);
      }
    }
    Set<JsonObject> fitting = Collections.newSetFromMap(new IdentityHashMap<>());
    fitting.addAll(fitting(List.copyOf(predicates), translated));
    for (int i = 0; i < candidates.size(); i++) {
      if (fitting.contains(translated.get(i))) {
        pushed.add(candidates.get(i));
        predicates.add(translated.get(i));
        if (isRuntimeFilterSource() && !candidates.get(i).name().equals("IS_NOT_NULL")) {
          rest.add(candidates.get(i));
        }
      } else {
        rest.add(candidates.get(i));
      }
    }
    return rest.toArray(new Predicate[0]);
  }

  /** Whether Spark may want to hand this table's keys to the other side of a join. */
  private boolean isRuntimeFilterSource() {
    return conf.runtimeFilters && info.bytes() <= conf.runtimeFilterSource;
  }

  /** Those of {@code asked} that the engine takes together with {@code taken}, in their order. */
  private List<JsonObject> fitting(List<JsonObject> taken, List<JsonObject> asked) {
    if (asked.isEmpty() || isAccepted(joined(taken, asked))) {
      return asked;
    }
    if (asked.size() == 1) {
      return List.of();
    }
    int half = asked.size() / 2;
    List<JsonObject> first = fitting(taken, asked.subList(0, half));
    return joined(first, fitting(joined(taken, first), asked.subList(half, asked.size())));
  }

  private static List<JsonObject> joined(List<JsonObject> first, List<JsonObject> second) {
    List<JsonObject> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /**
   * Whether the engine can evaluate all of these. A refusal that is not for their sake is thrown.
   */
  private boolean isAccepted(List<JsonObject> all) {
    ChPlan bare = new ChPlan(info.path, info.version(), List.of(), List.of(), -1);
    try {
      ChSplits.ask(bare.with(all), conf, ChReadConf.SPLIT_BYTES_MAX);
      return true;
    } catch (ChException e) {
      if (!e.isRefusal()) {
        throw e;
      }
    }
    ChSplits.ask(bare, conf, ChReadConf.SPLIT_BYTES_MAX);
    return false;
  }

  @Override
  public Predicate[] pushedPredicates() {
    return pushed.toArray(new Predicate[0]);
  }

  @Override
  public void pruneColumns(StructType required) {
    schema = required;
  }

  /** Never: a split's results are partial. Asked before Spark makes sums of averages, and after. */
  @Override
  public boolean supportCompletePushDown(Aggregation asked) {
    areAveragesSums = areAveragesSums && ChAverages.areSums(asked, translator, info.rows());
    return false;
  }

  @Override
  public boolean pushAggregation(Aggregation asked) {
    if (!conf.pushAggregates || !areAveragesSums) {
      return false;
    }
    ChAggregate translated = ChAggregate.of(asked, translator, conf);
    if (translated == null || !isAccepted(translated)) {
      return false;
    }
    aggregate = translated;
    return true;
  }

  private boolean isAccepted(ChAggregate wanted) {
    ChPlan plan = new ChPlan(info.path, info.version(), List.of(), predicates, -1, wanted);
    try {
      ChSplits.ask(plan, conf, ChReadConf.SPLIT_BYTES_MAX);
      return true;
    } catch (ChException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public boolean pushLimit(int rows) {
    limit = conf.pushLimit ? rows : -1;
    return conf.pushLimit;
  }

  /** Each split stops at the limit; Spark stops at the first splits' sum. */
  @Override
  public boolean isPartiallyPushed() {
    return true;
  }

  /** Leaves all other parts out. */
  void onlyParts(List<String> names) {
    JsonArray arguments = new JsonArray();
    JsonObject part = new JsonObject();
    part.addProperty("column", "_part");
    arguments.add(part);
    // No part has an empty name.
    arguments.add(ChLiterals.literal("", "String"));
    names.forEach(name -> arguments.add(ChLiterals.literal(name, "String")));
    JsonObject predicate = new JsonObject();
    predicate.addProperty("call", "IN");
    predicate.add("args", arguments);
    predicates.add(predicate);
  }

  @Override
  public ChScan build() {
    if (aggregate != null) {
      return scan(
          aggregate.schema(),
          new ChPlan(info.path, info.version(), List.of(), predicates, -1, aggregate));
    }
    List<StructField> fields = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (StructField required : schema.fields()) {
      fields.add(whole(required));
      names.add(required.name());
    }
    return scan(
        DataTypes.createStructType(fields),
        new ChPlan(info.path, info.version(), names, predicates, limit));
  }

  private ChScan scan(StructType result, ChPlan plan) {
    return new ChScan(
        tableName,
        info,
        conf,
        result,
        plan,
        pushedPredicates(),
        translator,
        ChSplits.of(plan, conf));
  }

  /**
   * The column as the engine returns it: with all fields of a struct, also where Spark needs a few.
   */
  private StructField whole(StructField required) {
    ChColumn column = info.column(required.name());
    if (column == null) {
      return required;
    }
    if (column.problem() != null) {
      throw new ChException(
          ChException.UNSUPPORTED,
          "column '"
              + column.name()
              + "' of "
              + tableName
              + " has type "
              + column.clickHouseType()
              + ", which cannot be read: "
              + column.problem()
              + "; leave it out of the query");
    }
    return DataTypes.createStructField(column.name(), column.type(), column.nullable());
  }
}
