"""Pushed predicates: EXPLAIN shows them; however many, they are taken; limits, runtime filters, reuse and metrics."""

import os
import re
import shutil
import time

from checks import check, equal, plan_of, setting
from pyspark.sql.functions import col


def engine_metrics(spark) -> dict[str, int]:
    """The engine's metrics of the last query, summed over its scans, once Spark has put them all together."""
    store = spark._jsparkSession.sharedState().statusStore()
    for _ in range(100):
        executions = store.executionsList()
        last = executions.apply(executions.size() - 1)
        if last.completionTime().isDefined():
            break
        time.sleep(0.05)
    time.sleep(0.2)
    values = store.executionMetrics(last.executionId())
    sums = {}
    for at in range(last.metrics().size()):
        metric = last.metrics().apply(at)
        value = values.get(metric.accumulatorId())
        if metric.metricType().startswith("v2Custom") and value.isDefined():
            number = re.match(r"[\d,.]+", value.get().splitlines()[-1])
            sums.setdefault(metric.name(), []).append(float(number.group().replace(",", "")) if number else 0)
    return {name: sum(numbers) for name, numbers in sums.items()}


@check
def explain_shows_the_pushed_work(spark, world):
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        plan = plan_of(spark, "SELECT j FROM ch.d.large WHERE k = 5 AND s LIKE 's1%' AND year(d) = 1995")
    for part in ("mergetree ch.d.large [j]", "PushedFilters:", "k = 5", "s LIKE 's1%'", "Parts: 4/4", "Granules: 4/", "Splits: "):
        equal(part in plan, True, f"'{part}' in {plan}")
    equal("Filter" in plan.replace("PushedFilters", "").replace("RuntimeFilters", ""), False, plan)
    equal("PushedLimit: 7" in plan_of(spark, "SELECT j FROM ch.d.large LIMIT 7"), True)


@check
def unpushable_predicates_stay_with_spark(spark, world):
    plan = plan_of(spark, "SELECT j FROM ch.d.large WHERE k % 3 = 1 AND j > 5")
    equal("Filter (" in plan and "PushedFilters: j > 5" in plan, True, plan)
    plan = plan_of(spark, "SELECT j FROM ch.d.large WHERE upper(s) = 'S1'")
    equal("Filter (" in plan and "PushedFilters: upper" not in plan, True, plan)


@check
def limits_are_kept(spark, world):
    equal(len(spark.sql("SELECT * FROM ch.d.large LIMIT 17").collect()), 17)
    equal(len(spark.sql("SELECT k FROM ch.d.large WHERE k = 3 LIMIT 1000").collect()), 100)


@check
def statistics_reach_the_optimizer(spark, world):
    text = "SELECT count(*) FROM ch.d.large a JOIN ch.d.small b ON a.k = b.k WHERE a.k < 7 AND a.n > 5 AND a.k % 2 = 0"
    expected = spark.sql(text).first()[0]
    equal(expected > 0, True)
    with setting(spark, "spark.sql.cbo.enabled", "true"):
        cost = plan_of(spark, "COST SELECT k FROM ch.d.large")
        equal("rowCount=1.00E+5" in cost, True, cost)
        equal(spark.sql(text).first()[0], expected)
    with setting(spark, "spark.sql.cbo.enabled", "true"), setting(spark, "spark.chspark.statistics", "false"):
        equal("rowCount" in plan_of(spark, "COST SELECT k FROM ch.d.large"), False)


@check
def joins_hand_their_keys_to_the_other_side(spark, world):
    query = "SELECT sum(a.j) FROM ch.d.large a JOIN ch.d.small b ON a.k = b.k WHERE b.grp = 'g1'"
    equal("dynamicpruning" in plan_of(spark, query).lower(), True, plan_of(spark, query))
    with setting(spark, "spark.chspark.runtime.filters", "false"):
        equal("dynamicpruning" in plan_of(spark, query).lower(), False)
        found = spark.sql(query).first()[0]
        whole = engine_metrics(spark)["rows read by the engine"]
    equal(found, spark.sql("SELECT sum(j) FROM ch.d.large WHERE k IN (1, 4, 7)").first()[0])
    equal(spark.sql(query).first()[0], found)
    pruned = engine_metrics(spark)["rows read by the engine"]
    equal(whole >= 100000 > 20000 > pruned > 0, True, f"{whole} rows without, {pruned} with")
    with setting(spark, "spark.chspark.runtime.filter.values", "1"):
        equal(spark.sql(query).first()[0], found, "as a range")
    none = query.replace("'g1'", "'nothing'")
    equal(spark.sql(none).first()[0], None)


@check
def metrics_of_native_work_are_counted(spark, world):
    spark.sql("SELECT sum(n) FROM ch.d.large WHERE k = 5").collect()
    found = engine_metrics(spark)
    for name in ("rows read by the engine", "bytes read by the engine", "granules skipped in splits", "time in native code"):
        equal(name in found, True, f"{name} in {found}")
    equal(0 < found["rows read by the engine"] <= 20000, True, str(found))
    equal(found["bytes read by the engine"] > 0 and found["time in native code"] > 0, True, str(found))


@check
def as_many_predicates_as_there_are_reach_the_engine(spark, world):
    """Chains far longer than a plan may be deep."""
    conjuncts = " AND ".join(f"k <> {i}" for i in range(0, 1200, 2))
    disjuncts = " OR ".join(f"(k = {i} AND j > {i})" for i in range(1, 1200, 2))
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        for where in (conjuncts, disjuncts):
            frame = spark.table("ch.d.large").where(where)
            plan = frame._jdf.queryExecution().executedPlan().toString()
            equal("Filter (" in plan, False, "stays with Spark")
            equal(frame.selectExpr("count(*)", "min(k)").first()[:], (50000, 1) if where == conjuncts else (49500, 1))


@check
def predicates_that_a_plan_cannot_hold_stay_with_spark(spark, world):
    """Deeper than the library takes; what stands beside it is pushed still."""
    deep = col("k") == 3
    for i in range(271):
        deep = (col("j") != i) & deep if i % 2 else (col("n") == i) | deep
    frame = lambda on: (
        spark.read.format("mergetree").options(**{"pushdown.filters": on, "runtime.filter.source": "0"})
        .load(f"{world.root}/d/large").where(col("g") == "5").where(deep)
    )
    plan = frame("true")._jdf.queryExecution().executedPlan().toString()
    equal("PushedFilters: g IS NOT NULL AND g = '5', Parts" in plan, True, plan[-300:])
    equal(frame("true").count(), frame("false").count())


@check
def a_planned_query_is_shown_without_looking_at_the_files(spark, world):
    copy = f"{world.temporary}/gone"
    shutil.copytree(os.path.realpath(f"{world.root}/data/d/small"), copy)
    execution = spark.read.format("mergetree").load(copy).where("k > 3")._jdf.queryExecution()
    planned = execution.executedPlan().toString()
    shutil.rmtree(copy)
    equal(execution.executedPlan().toString(), planned)
    equal("Parts: 1/1" in execution.toString(), True, execution.toString())


@check
def a_cached_table_is_known_again(spark, world):
    spark.sql("CACHE TABLE ch.d.small")
    try:
        plan = plan_of(spark, "SELECT count(*) FROM ch.d.small")
        equal("InMemoryRelation" in plan, True, plan)
    finally:
        spark.sql("UNCACHE TABLE ch.d.small")


@check
def equal_scans_are_run_once(spark, world):
    counted = "(SELECT g, count(*) AS c FROM ch.d.large WHERE k < 50 GROUP BY g)"
    with setting(spark, "spark.sql.adaptive.enabled", "false"), setting(spark, "spark.sql.autoBroadcastJoinThreshold", "-1"):
        plan = plan_of(spark, f"SELECT a.c, b.c FROM {counted} a JOIN {counted} b ON a.g = b.g")
    equal("ReusedExchange" in plan, True, plan)
