#!/usr/bin/env python3
"""Runs the checks in one Spark; run.py starts it, once for each version."""

import argparse
import os
from contextlib import nullcontext

import checks
from checks import World
from cluster import cluster


def open_connect(world: World):
    from pyspark.sql import SparkSession

    os.environ["TZ"] = "UTC"
    settings = {
        "spark.jars": world.jar,
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.catalog.ch": "io.chspark.ChCatalog",
        "spark.sql.catalog.ch.path": world.root,
    }
    builder = SparkSession.builder.remote("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--root", "--jar", "--only"):
        parser.add_argument(name, default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--predicates", type=int, default=100)
    parser.add_argument("--aggregates", type=int, default=100)
    parser.add_argument("--ansi", default="true")
    parser.add_argument("--connect", action="store_true")
    parser.add_argument("--off-heap", default="")
    parser.add_argument("--starved", action="store_true", help="only the checks that --off-heap is too small for")
    parser.add_argument("--executors", action="store_true", help="only the checks of executors that are processes of their own")
    options = parser.parse_args()
    world = World(options.root, options.jar, options.seed, options.predicates, options.aggregates)
    if options.connect:
        import check_connect  # noqa: F401
        import check_random  # noqa: F401
        import check_values  # noqa: F401
    elif options.executors:
        import check_executors  # noqa: F401
    elif options.starved:
        import check_starved  # noqa: F401
    else:
        import check_aggregates  # noqa: F401
        import check_catalog  # noqa: F401
        import check_jvm  # noqa: F401
        import check_latch  # noqa: F401
        import check_pushdown  # noqa: F401
        import check_random  # noqa: F401
        import check_random_tables  # noqa: F401
        import check_snapshots  # noqa: F401
        import check_values  # noqa: F401
        import check_write  # noqa: F401
    with cluster(world.root) if options.executors else nullcontext("local[2]") as master:
        spark = open_connect(world) if options.connect else checks.open_session(world, options.ansi, options.off_heap, master)
        passed, failed = checks.run(spark, world, options.only)
        print(f"{passed} passed, {failed} failed", flush=True)
        spark.stop()
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
