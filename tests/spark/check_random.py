"""Random predicates give the same rows whether they are pushed or not, and enough of them are pushed."""

import contextlib
import io
import random
import re
from functools import reduce

from checks import check, equal, setting

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
            f"{r.choice(NUMBERS)} % 7 = {r.randrange(7)}",  # stays with Spark
        ]
    )


def predicate(r: random.Random, depth: int, leaf) -> str:
    if depth == 0 or r.random() < 0.35:
        return leaf(r)
    if r.random() < 0.2:
        return f"NOT ({predicate(r, depth - 1, leaf)})"
    return f"({predicate(r, depth - 1, leaf)} {r.choice(['AND', 'OR'])} {predicate(r, depth - 1, leaf)})"


def large_leaf(r: random.Random) -> str:
    return r.choice([comparison, comparison, membership, text_test, other])(r)


def types_leaf(literals: dict[str, list[str]]):
    """Comparisons of every scalar type, with values that the table holds."""

    def leaf(r: random.Random) -> str:
        column = r.choice(list(literals))
        value = lambda: r.choice(literals[column])
        return r.choice(
            [
                f"`{column}` {r.choice(COMPARISONS)} {value()}",
                f"`{column}` {r.choice(COMPARISONS)} {value()}",
                f"`{column}` BETWEEN {value()} AND {value()}",
                f"`{column}` {r.choice(['', 'NOT '])}IN ({', '.join(value() for _ in range(r.randrange(1, 8)))})",
                f"`{column}` IS {r.choice(['', 'NOT '])}NULL",
            ]
        )

    return leaf


def literals_of(spark, r: random.Random) -> dict[str, list[str]]:
    """Some values of each column of d.types that has an order, as Spark writes them."""
    ids = ", ".join(str(r.randrange(1000)) for _ in range(20))
    columns = {
        field.name: field.dataType.simpleString()
        for field in spark.table("ch.d.types").schema
        if re.match(r"(tiny|small|big)?int|float|double|decimal|string|binary|date|timestamp|boolean", field.dataType.simpleString())
        and field.name not in ("wide", "huge")
    }
    shown = [f"{'hex' if kind == 'binary' else 'string'}(`{name}`)" for name, kind in columns.items()]
    rows = spark.sql(f"SELECT {', '.join(shown)} FROM ch.d.types WHERE id IN ({ids})").collect()
    cast = lambda kind, text: f"X'{text}'" if kind == "binary" else f"CAST({repr_sql(text)} AS {kind})"
    found = {
        name: [cast(kind, row[at]) for row in rows if row[at] is not None and (kind == "binary" or "\0" not in row[at])]
        for at, (name, kind) in enumerate(columns.items())
    }
    return {name: values or ["NULL"] for name, values in found.items()}


BATCH = 10
# The least share of random predicates of which something must reach the engine.
PUSHED_LARGE, PUSHED_TYPES = 0.5, 0.5
PUSHED = re.compile(r"PushedFilters: (.*?)(?:, PushedAggregates: .*)?, Parts: ")


def explained(frame) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        frame.explain()
    return text.getvalue()


def is_about_values(filters: str) -> bool:
    """Whether more than IS NOT NULL is pushed, which Spark adds itself."""
    return any(not part.endswith("IS NOT NULL") for part in filters.split(" AND "))


def both_answers(spark, table: str, answer: list[str], predicates: list[str]) -> tuple[list[tuple], int]:
    """What the rows of each predicate come to, pushed and not, and of how many something is pushed. One query for all: planning costs
    more than reading."""
    frames = [
        spark.read.format("mergetree").option("pushdown.filters", on).option("runtime.filter.source", "0")
        .load(table).where(where).selectExpr(f"{at} AS at", f"'{on}' AS pushed", *answer)
        for at, where in enumerate(predicates)
        for on in ("true", "false")
    ]
    whole = reduce(lambda left, right: left.union(right), frames)
    answers = {(row[0], row[1]): tuple(row)[2:] for row in whole.collect()}
    pushed = sum(is_about_values(found) for found in PUSHED.findall(explained(whole)))
    return [(answers[at, "true"], answers[at, "false"]) for at in range(len(predicates))], pushed


def same_rows(spark, world, name: str, answer: list[str], leaf, count: int, pushed_share: float) -> None:
    r = random.Random(f"{world.seed} {name}")
    pushed = 0
    for start in range(0, count, BATCH):
        zone = r.choice(["UTC", "America/New_York"])
        predicates = [predicate(r, 3, leaf) for _ in range(min(BATCH, count - start))]
        with setting(spark, "spark.sql.session.timeZone", zone):
            answers, more = both_answers(spark, f"{world.root}/d/{name}", answer, predicates)
        pushed += more
        for where, (found, kept) in zip(predicates, answers):
            equal(found, kept, f"{name}, from predicate {start}, {zone}: {where}")
    equal(pushed >= pushed_share * count, True, f"{pushed} of {count} predicates over {name} are pushed")


@check
def random_predicates_give_the_same_rows_pushed_and_not(spark, world):
    """Over numbers, text and dates, with functions; some of it Spark must keep."""
    same_rows(spark, world, "large", ["count(*)", "sum(j)", "sum(hash(s, g, n, m))"], large_leaf, world.predicates, PUSHED_LARGE)


@check
def random_predicates_over_every_type_give_the_same_rows_pushed_and_not(spark, world):
    """Enums, UUIDs, addresses, unsigned and wide numbers, times; sparse columns and skip indices too."""
    leaf = types_leaf(literals_of(spark, random.Random(world.seed)))
    same_rows(spark, world, "types", ["count(*)", "sum(id)", "sum(id * id)"], leaf, max(20, world.predicates // 2), PUSHED_TYPES)
