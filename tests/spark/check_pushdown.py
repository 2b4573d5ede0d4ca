"""Pushed predicates give Spark's own rows; EXPLAIN shows them; limits, runtime filters and metrics."""

import random
import re
import time
from contextlib import contextmanager
from functools import reduce

from checks import check, equal

LITERALS = {
    "k": lambda r: str(r.randrange(-5, 1005)),
    "j": lambda r: str(r.choice([0, 1, 999, 50000, 99999, r.randrange(100000)])),
    "v": lambda r: f"{r.randrange(-(2**63) + 1, 2**63)}L",
    "n": lambda r: str(r.randrange(-1, 101)),
    "m": lambda r: f"CAST('{r.randrange(-100, 5000)}.{r.randrange(100):02d}' AS DECIMAL(12,2))",
    "u": lambda r: str(r.randrange(0, 700000)),
    "f": lambda r: r.choice([f"{r.randrange(-10, 2500)}.5D", "double('NaN')", "0.0D", "-0.0D"]),
    "s": lambda r: repr_sql(f"s{r.randrange(977)} %_\\ é"),
    "g": lambda r: repr_sql(str(r.randrange(14))),
    "d": lambda r: f"DATE '{r.randrange(1989, 2024)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}'",
    "t": lambda r: f"TIMESTAMP '1970-01-{r.randrange(1, 3):02d} {r.randrange(24):02d}:00:00'",
    "b": lambda r: r.choice(["true", "false"]),
}
NUMBERS = ["k", "j", "n", "v"]
COMPARISONS = ["=", "<=>", "<>", "<", "<=", ">", ">="]


def repr_sql(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def comparison(r: random.Random) -> str:
    column = r.choice(list(LITERALS))
    return f"{column} {r.choice(COMPARISONS)} {LITERALS[column](r)}"


def membership(r: random.Random) -> str:
    column = r.choice([name for name in LITERALS if name not in ("b", "f")])
    values = [LITERALS[column](r) for _ in range(r.randrange(1, 12))] + (["NULL"] if r.random() < 0.1 else [])
    return f"{column} {r.choice(['', 'NOT '])}IN ({', '.join(values)})"


def text_test(r: random.Random) -> str:
    part = r.choice(["s1", "s97", "é", "%_", "7 ", "", "\\", "s5", "zz"])
    return r.choice(
        [
            f"startswith(s, {repr_sql(part)})",
            f"endswith(s, {repr_sql(part)})",
            f"contains(s, {repr_sql(part)})",
            f"s LIKE {repr_sql(r.choice(['s1%', '%é', '%9%', 's_ %', 's1%é', '%1%2%']))}",
            f"substring(s, {r.randrange(-4, 6)}, {r.randrange(0, 5)}) = {repr_sql(r.choice(['s1', '1', ' é', '']))}",
            f"length(s) {r.choice(COMPARISONS)} {r.randrange(5, 12)}",
            f"g || 'x' = '{r.randrange(13)}x'",
        ]
    )


def other(r: random.Random) -> str:
    left, right = r.choice([("k", "n"), ("k", "j"), ("j", "n"), ("s", "g"), ("k", "v"), ("m", "k"), ("f", "k"), ("u", "j")])
    part = r.choice(["year", "quarter", "month", "day", "dayofweek", "dayofyear", "weekofyear", "weekday"])
    return r.choice(
        [
            f"{left} {r.choice(COMPARISONS)} {right}",
            f"{r.choice(list(LITERALS))} IS {r.choice(['', 'NOT '])}NULL",
            f"{part}(d) {r.choice(COMPARISONS)} {r.randrange(0, 13)}",
            f"year(d) = {r.randrange(1990, 2023)}",
            f"coalesce(n, {r.randrange(100)}) {r.choice(COMPARISONS)} {r.randrange(100)}",
            f"CASE WHEN {comparison(r)} THEN k ELSE j END < {r.randrange(1000)}",
            f"k BETWEEN {r.randrange(500)} AND {r.randrange(500, 1000)}",
            "b",
            f"{r.choice(NUMBERS)} % 7 = {r.randrange(7)}",
        ]
    )


def predicate(r: random.Random, depth: int) -> str:
    if depth == 0 or r.random() < 0.35:
        return r.choice([comparison, comparison, membership, text_test, other])(r)
    if r.random() < 0.2:
        return f"NOT ({predicate(r, depth - 1)})"
    return f"({predicate(r, depth - 1)} {r.choice(['AND', 'OR'])} {predicate(r, depth - 1)})"


ANSWER = "count(*)", "sum(j)", "sum(hash(s, g, n, m))"
BATCH = 10


def both_answers(spark, table: str, predicates: list[str]) -> list[tuple]:
    """What the rows of each predicate come to, pushed and not: one query for all, since planning costs more than reading."""
    frames = [
        spark.read.format("mergetree").option("pushdown.filters", on).option("runtime.filter.source", "0")
        .load(table).where(where).selectExpr(f"{at} AS at", f"'{on}' AS pushed", *ANSWER)
        for at, where in enumerate(predicates)
        for on in ("true", "false")
    ]
    answers = {(row[0], row[1]): tuple(row)[2:] for row in reduce(lambda left, right: left.union(right), frames).collect()}
    return [(answers[at, "true"], answers[at, "false"]) for at in range(len(predicates))]


@check
def random_predicates_give_the_same_rows_pushed_and_not(spark, world):
    r = random.Random(world.seed)
    for start in range(0, world.predicates, BATCH):
        predicates = [predicate(r, 3) for _ in range(min(BATCH, world.predicates - start))]
        for where, (pushed, kept) in zip(predicates, both_answers(spark, f"{world.root}/d/large", predicates)):
            equal(pushed, kept, f"from predicate {start}: {where}")


def plan_of(spark, text: str) -> str:
    return "\n".join(row[0] for row in spark.sql("EXPLAIN " + text).collect())


@contextmanager
def setting(spark, name: str, value: str):
    spark.conf.set(name, value)
    try:
        yield
    finally:
        spark.conf.unset(name)


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
