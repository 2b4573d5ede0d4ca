"""tpch_*: the 22 queries at scale 1, nothing but scans pushed down; the worst query and the geometric mean.

tpch_ceiling_geomean runs the same queries over tables that Spark holds in its own memory: what no source can do much better than.
"""

import harness
import spark as sparks
from tpch import compare, data

SCALE = "1"
RUNS = 3
RUNS_CLOSE = 9  # of a query whose ratio is below CLOSE: those decide tpch_worst
CLOSE = 1.05
GOAL_WORST = 1 / 1.1  # no query beyond 10 % slower
NAMES = ("tpch_worst", "tpch_geomean", "tpch_ceiling_geomean")


def cached_session(spark, folder):
    session = compare.parquet_session(spark, folder)
    for table in data.TABLES:
        session.sql(f"CACHE TABLE cached_{table} AS SELECT * FROM {table}")
        session.table(f"cached_{table}").createOrReplaceTempView(table)
    return session


def ceiling(spark, cached, peer, name: str, text: str) -> compare.Comparison:
    result = compare.compare(spark, cached, peer, name, text, RUNS)
    print(f"  ceiling of {name}: {result.ratio:.2f}x", flush=True)
    return result


def run(_: str, names: list[str]) -> list[harness.Row]:
    parquet, clickhouse = data.parquet(SCALE), data.clickhouse(SCALE)
    spark = sparks.start(clickhouse)
    peer = compare.parquet_session(spark, parquet)
    found = []
    if "tpch_ceiling_geomean" in names:
        cached = cached_session(spark, parquet)
        results = [ceiling(spark, cached, peer, name, text) for name, text in data.queries().items()]
        found.append(
            harness.Row(
                "tpch_ceiling_geomean",
                compare.geometric_mean([r.ratio for r in results]),
                "times",
                None,
                "",
                None,
                note="Spark's own cached tables against its Parquet",
            )
        )
        spark.catalog.clearCache()
    if {"tpch_worst", "tpch_geomean"} & set(names):
        found += measured_rows(spark, compare.mergetree_session(spark), peer)
    spark.stop()
    return [row for row in found if row.name in names or row.name.startswith("tpch_q")]


def measured_rows(spark, ours, peer) -> list[harness.Row]:
    """One row a query, then the two that have goals. A query is as slow as the better of its wall and CPU ratio says."""
    results, found = [], []
    for name, text in data.queries().items():
        result = compare.compare(spark, ours, peer, name, text, RUNS)
        if not result.is_equal:
            raise RuntimeError(f"{name}: the answers differ")
        if result.ratio < CLOSE:
            compare.time_more(spark, ours, peer, text, result, RUNS_CLOSE - RUNS)
        results.append(result)
        print(
            f"  {name}: {result.best('ours'):.2f} s, Parquet {result.best('peer'):.2f} s, {result.ratio:.2f}x",
            flush=True,
        )
        found.append(
            harness.Row(
                f"tpch_{name}",
                result.best("ours"),
                "s",
                result.best("peer"),
                "Spark's Parquet (snappy)",
                is_larger_better=False,
            )
        )
    fairest = {r.name: max(r.ratio, r.best("peer", 1) / r.best("ours", 1)) for r in results}
    worst = min(results, key=lambda r: fairest[r.name])
    by_cpu = fairest[worst.name] > worst.ratio
    found.append(
        harness.Row(
            "tpch_worst",
            worst.best("ours", by_cpu),
            "CPU s" if by_cpu else "s",
            worst.best("peer", by_cpu),
            "Spark's Parquet (snappy)",
            GOAL_WORST,
            False,
            worst.name,
        )
    )
    found.append(
        harness.Row(
            "tpch_geomean",
            compare.geometric_mean([r.ratio for r in results]),
            "times",
            1.0,
            "Spark's Parquet (snappy)",
            1.2,
        )
    )
    return found
