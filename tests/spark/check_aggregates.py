"""Random aggregates give the same rows, or the same error, whether they are pushed or not, and enough of them are pushed."""

import json
import math
import random
import re
from collections import Counter
from functools import reduce
from pathlib import Path

from check_random import explained
from checks import check, equal, plan_of, setting

BATCH = 10
PUSHED_SHARE = 0.3  # the least share of random queries that must reach the engine
PUSHED = "PushedAggregates: "
CONDITION = re.compile(r"\[([A-Z0-9_.]+)\]")
NUMBERS = ("int", "decimal", "float")
RELATIVE_ERROR = 1e-12


class Columns:
    """A table's columns, to choose from by kind."""

    def __init__(self, r: random.Random, columns: list):
        self.r, self.columns = r, columns

    def of(self, *kinds: str) -> str | None:
        return self.r.choice([name for name, kind in self.columns if kind in kinds] or [None])

    def any(self) -> str:
        return self.r.choice(self.columns)[0]


def condition(r: random.Random, columns: Columns) -> str:
    text, date, number = columns.of("text"), columns.of("date"), columns.of("int")
    return r.choice(
        [f"{number} {r.choice(['>', '<=', '='])} {r.randrange(-2, 3)}", f"{columns.any()} IS NOT NULL"]
        + ([f"{text} LIKE '%a%'", f"{text} < 'b'"] if text else [])
        + ([f"year({date}) > 2000"] if date else [])
    )


def argument(r: random.Random, columns: Columns, kinds: tuple) -> str | None:
    column = columns.of(*kinds)
    if column is None or r.random() < 0.7:
        return column
    return f"CASE WHEN {condition(r, columns)} THEN {column} {r.choice(['', f'ELSE {column}'])} END"


def key(r: random.Random, columns: Columns) -> str:
    text, date = columns.of("text"), columns.of("date")
    return r.choice(
        [columns.any()] * 4
        + ([f"substring({text}, 1, 1)", f"length({text})"] if text else [])
        + ([f"year({date})", f"month({date})"] if date else [])
    )


def product(r: random.Random, columns: Columns) -> str:
    left, right = columns.of("decimal", "float"), columns.of("decimal", "float")
    return r.choice([f"sum({left} * {right})", f"sum({left} * (1 - {right}))", f"max({left} + {right})", f"min({left} - {right})"])


def aggregate(r: random.Random, columns: Columns) -> str:
    every = ("int", "decimal", "float", "text", "date", "time", "bool", "binary")
    kind = r.random()
    if kind < 0.15:
        return "count(*)"
    if kind < 0.45:
        function = r.choice(["min", "max", "count"])
        return f"{function}({argument(r, columns, every)})"
    if kind < 0.5:
        return f"count(DISTINCT {columns.any()})" if r.random() < 0.3 else f"count({columns.any()})"
    if kind < 0.6 and columns.of("decimal", "float"):
        return product(r, columns)
    function = r.choice(["sum", "sum", "avg"] + (["try_sum"] if r.random() < 0.2 else []))
    return f"{function}({argument(r, columns, NUMBERS)})"


def query(r: random.Random, columns: Columns) -> tuple[list[str], str]:
    """(what is selected, what follows FROM)"""
    keys = list(dict.fromkeys(key(r, columns) for _ in range(r.choice([0, 0, 1, 1, 2, 3]))))
    selected = keys + [aggregate(r, columns) for _ in range(r.randrange(1, 6))]
    where = f" WHERE {condition(r, columns)}" if r.random() < 0.3 else ""
    return selected, where + (f" GROUP BY {', '.join(keys)}" if keys else "")


def view(spark, root: str, name: str, pushed: str, small: bool) -> str:
    options = {"pushdown.aggregates": pushed, "runtime.filter.source": "0"} | ({"batch.rows": "5"} if small else {})
    made = f"{name}_{pushed}"
    spark.read.format("mergetree").options(**options).load(f"{root}/{name.replace('_', '/', 1)}").createOrReplaceTempView(made)
    return made


def frame(spark, at: int, pushed: str, name: str, asked: tuple[list[str], str]):
    """Its rows as arrays of texts, which every query has."""
    selected, rest = asked
    inner = ", ".join(f"{one} AS x{number}" for number, one in enumerate(selected))
    shown = spark.sql(f"SELECT {inner} FROM {name}_{pushed}{rest}")
    texts = [f"hex({field.name})" if field.dataType.typeName() == "binary" else f"string({field.name})" for field in shown.schema.fields]
    return shown.selectExpr(f"{at} AS at", f"'{pushed}' AS pushed", f"array({', '.join(texts)}) AS row")


def outcome(frames: list) -> tuple[dict, str]:
    """({(at, pushed): rows}, error condition)"""
    whole = reduce(lambda left, right: left.union(right), frames)
    try:
        found: dict = {}
        for row in whole.collect():
            found.setdefault((row[0], row[1]), Counter())[tuple(row[2])] += 1
        return found, ""
    except Exception as error:  # whatever Spark makes of it
        conditions = CONDITION.findall(str(error))
        if not conditions:
            raise
        return {}, conditions[0]


def is_near(left: tuple, right: tuple) -> bool:
    """The same but for the last digits of floats."""
    for a, b in zip(left, right):
        if a == b:
            continue
        if a is None or b is None or not re.search(r"[.eE]", a + b):
            return False
        if not math.isclose(float(a), float(b), rel_tol=RELATIVE_ERROR):
            return False
    return len(left) == len(right)


def same(found: Counter, kept: Counter) -> bool:
    if found == kept:
        return True
    left, right = sorted((found - kept).elements(), key=repr), sorted((kept - found).elements(), key=repr)
    return len(left) == len(right) and all(is_near(a, b) for a, b in zip(left, right))


class Comparison:
    """Random queries over some tables, in batches: planning costs more than reading."""

    def __init__(self, spark, world, tables: dict, ansi: str):
        self.spark, self.tables = spark, tables
        self.r = random.Random(f"{world.seed} aggregates {ansi} {spark.version}")
        self.where = f"seed {world.seed}, Spark {spark.version}, ANSI {ansi}"
        self.pushed = self.errors = 0

    def run(self, count: int) -> None:
        for start in range(0, count, BATCH):
            names = [self.r.choice(list(self.tables)) for _ in range(min(BATCH, count - start))]
            asked = [query(self.r, Columns(self.r, self.tables[name])) for name in names]
            # Interpreted nine times of ten: compiling costs more than it gives here.
            code = "FALLBACK" if self.r.random() < 0.1 else "NO_CODEGEN"
            with setting(self.spark, "spark.sql.codegen.factoryMode", code):
                with setting(self.spark, "spark.sql.codegen.wholeStage", str(code == "FALLBACK").lower()):
                    self.batch(names, asked)

    def batch(self, names: list, asked: list) -> None:
        frames = [frame(self.spark, at, pushed, names[at], one) for at, one in enumerate(asked) for pushed in ("true", "false")]
        self.pushed += explained(reduce(lambda left, right: left.union(right), frames)).count(PUSHED)
        found, error = outcome(frames)
        for at, one in enumerate(asked):
            text = f"{self.where}: SELECT {', '.join(one[0])} FROM {names[at]}{one[1]}"
            if error:
                self.alone(text, frames[2 * at], frames[2 * at + 1], at)
                continue
            left, right = found.get((at, "true"), Counter()), found.get((at, "false"), Counter())
            equal(same(left, right), True, f"{text}\n pushed {left}\n kept {right}")

    def alone(self, text: str, pushed, kept, at: int) -> None:
        (left, left_error), (right, right_error) = outcome([pushed]), outcome([kept])
        equal(left_error, right_error, text)
        self.errors += left_error != ""
        left, right = left.get((at, "true"), Counter()), right.get((at, "false"), Counter())
        equal(same(left, right), True, f"{text}\n pushed {left}\n kept {right}")


def compare(spark, world, ansi: str) -> None:
    tables = {f"agg_{name}": columns for name, columns in json.loads(Path(world.root, "aggregates.json").read_text()).items()}
    r = random.Random(f"{world.seed} views")
    for name in tables:
        small = r.random() < 0.5
        for pushed in ("true", "false"):
            view(spark, world.root, name, pushed, small)
    with setting(spark, "spark.sql.ansi.enabled", ansi), setting(spark, "spark.sql.adaptive.enabled", "false"):
        with setting(spark, "spark.sql.shuffle.partitions", "1"):
            comparison = Comparison(spark, world, tables, ansi)
            comparison.run(world.aggregates)
    print(f"{world.aggregates} aggregates, {comparison.pushed} pushed, {comparison.errors} errors", flush=True)
    equal(comparison.pushed >= PUSHED_SHARE * world.aggregates, True, f"{comparison.pushed} of {world.aggregates} are pushed")


@check
def random_aggregates_give_the_same_rows_pushed_and_not(spark, world):
    compare(spark, world, "true")


@check
def random_aggregates_without_ansi_mode_give_the_same_rows_pushed_and_not(spark, world):
    compare(spark, world, "false")


@check
def a_planted_difference_between_aggregates_is_seen(spark, world):
    equal(same(Counter([("1", "2.5")]), Counter([("1", "2.5000000000000004")])), True)
    for other in (("1", "2.6"), ("2", "2.5"), ("1", None), ("1",)):
        equal(same(Counter([("1", "2.5")]), Counter([other])), False, str(other))
    equal(same(Counter([("1",), ("1",)]), Counter([("1",)])), False)


@check
def explain_shows_the_pushed_aggregates(spark, world):
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        text = "SELECT g, sum(j), avg(m), count(*) FROM ch.d.large WHERE k < 5 GROUP BY g"
        plan = plan_of(spark, text)
        for part in (PUSHED, "SUM(j)", "SUM(m)", "COUNT(m)", "COUNT(*)", "PushedGroupBy: g", "PushedFilters: "):
            equal(part in plan, True, f"'{part}' in {plan}")
        for name in ("aggregates", "float.sums"):
            with setting(spark, f"spark.chspark.pushdown.{name}", "false"):
                equal(PUSHED in plan_of(spark, text.replace("avg(m)", "avg(f)")), False, name)


@check
def averaged_aggregates_that_spark_adds_in_another_type_stay_with_it(spark, world):
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        equal(PUSHED in plan_of(spark, "SELECT avg(v) FROM ch.d.large"), False, "doubles do not hold sums of bigints")
        equal(PUSHED in plan_of(spark, "SELECT avg(k) FROM ch.d.large"), True)
        equal(PUSHED in plan_of(spark, "SELECT count(DISTINCT k) FROM ch.d.large"), False)


@check
def an_aggregate_of_no_row_is_one_row(spark, world):
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        for where in ("d.none", "d.large WHERE k = -1", "d.large WHERE k = 3 AND j = 1"):
            found = spark.sql(f"SELECT count(*), count(1), max(1) FROM ch.{where}").first()[:]
            equal(found, (0, 0, None), where)
        equal(spark.sql("SELECT count(*), sum(a), max(b) FROM ch.d.none").first()[:], (0, None, None))
        equal(spark.sql("SELECT count(*) FROM ch.d.none GROUP BY a").collect(), [])


@check
def aggregates_over_replaced_rows_are_of_those_that_count(spark, world):
    """A table of a store whose rows replace each other by key, written in three commits."""
    name = f"aggregated.shop.kept_{spark.version.replace('.', '_')}"
    spark.conf.set("spark.sql.catalog.aggregated", "io.chspark.ChCatalog")
    spark.conf.set("spark.sql.catalog.aggregated.path", f"{world.root}/aggregated")
    spark.sql("CREATE NAMESPACE IF NOT EXISTS aggregated.shop")
    properties = "'order_by'='id', 'engine'='ReplacingMergeTree'"
    spark.sql(f"CREATE TABLE {name} (id BIGINT, g STRING, v DECIMAL(12,2)) TBLPROPERTIES ({properties})")
    for first, last in ((0, 300), (100, 250), (200, 400)):
        rows = f"SELECT id, string(id % ({first} % 7 + 3)), cast(id + {first} AS DECIMAL(12,2)) FROM range({first}, {last})"
        spark.sql(f"INSERT INTO {name} {rows}")
    spark.sql(f"DELETE FROM {name} WHERE id % 50 = 3")
    text = f"SELECT g, count(*), sum(v), min(id), max(v), avg(v) FROM {name} WHERE v > 120 GROUP BY g ORDER BY g"
    with setting(spark, "spark.chspark.runtime.filter.source", "0"):
        equal(PUSHED in plan_of(spark, text), True, plan_of(spark, text))
        found = spark.sql(text).collect()
        with setting(spark, "spark.chspark.pushdown.aggregates", "false"):
            equal(found, spark.sql(text).collect())
        equal(spark.sql(f"SELECT count(*) FROM {name}").first()[0], 392)
