"""The demo: TPC-H's 22 queries by Spark SQL, over files that a real ClickHouse wrote and over the same rows in Parquet.

Prints each query's rows, whether both answers are equal, both times and their ratio; exits with 1 if any answer differs.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import peers  # noqa: E402
import spark as sparks  # noqa: E402
from tpch import compare, data  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="1", help="TPC-H scale factor; 1 is 6 million line items")
    parser.add_argument("--only", default="", help="queries, with commas: q01,q06")
    parser.add_argument("--runs", type=int, default=1, help="timed runs of each side, alternating; the best counts")
    options = parser.parse_args()

    timing = "one run of each" if options.runs == 1 else f"the best of {options.runs} alternating runs"
    started = time.monotonic()
    parquet = data.parquet(options.scale)
    clickhouse = data.clickhouse(options.scale)
    print(f"Starting {peers.NEWEST_SPARK} with {sparks.QUERY_THREADS} threads ...", flush=True)
    spark = sparks.start(clickhouse)
    peer, ours = compare.parquet_session(spark, parquet), compare.mergetree_session(spark)

    print(
        f"\nTPC-H scale {options.scale}; seconds, {timing}, after one that compares the answers\n"
    )
    print("query    rows  answers    MergeTree  Parquet   ratio", flush=True)
    results = []
    for name, text in data.queries(options.only).items():
        result = compare.compare(spark, ours, peer, name, text, options.runs)
        results.append(result)
        print(
            f"{name:5} {result.rows:7}  {'equal' if result.is_equal else 'DIFFERENT':9} {result.best('ours'):10.2f} "
            f"{result.best('peer'):8.2f} {result.ratio:6.2f}x",
            flush=True,
        )
    spark.stop()

    equal = sum(result.is_equal for result in results)
    total = {side: sum(result.best(side) for result in results) for side in ("ours", "peer")}
    print(
        f"{'all':5} {sum(r.rows for r in results):7}  {equal} of {len(results)}  {total['ours']:10.2f} {total['peer']:8.2f} "
        f"{total['peer'] / total['ours']:6.2f}x"
    )
    mean = compare.geometric_mean([result.ratio for result in results])
    print(
        f"\n{equal} of {len(results)} answers equal; Spark over ClickHouse's files runs at {mean:.2f}x "
        f"the speed of Spark over Parquet (geometric mean); {time.monotonic() - started:.0f} s in all"
    )
    return 0 if equal == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
