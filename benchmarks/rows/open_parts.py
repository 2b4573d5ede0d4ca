"""open_1000_parts: a session opens a table of 1,000 parts that a real ClickHouse wrote, and plans a scan of it."""

import subprocess
import sys

import harness
import peers
from lineitem import engine_scan, scan_plan
from tpch import data

NAMES = ("open_1000_parts",)
MAKE = """
import sys
from chdb.session import Session
session = Session(sys.argv[1])
session.query("CREATE DATABASE d")
session.query("CREATE TABLE d.t (k Int64, day Date, s LowCardinality(String), v Decimal(15, 2)) ENGINE = MergeTree ORDER BY k "
              "SETTINGS parts_to_throw_insert = 100000, parts_to_delay_insert = 100000")
session.query("SYSTEM STOP MERGES d.t")
session.query("INSERT INTO d.t SELECT number, toDate('2020-01-01') + number % 1000, toString(number % 7), number / 3 FROM numbers(1000000) "
              "SETTINGS max_block_size = 1000, min_insert_block_size_rows = 0, min_insert_block_size_bytes = 0, max_threads = 1")
print(session.query("SELECT count() FROM system.parts WHERE active AND table = 't'"))
session.close()
"""


def run(_: str, names: list[str]) -> list[harness.Row]:
    folder = data.fill(
        peers.CACHE / "data/parts-1000",
        "a table of 1,000 parts",
        lambda path: subprocess.run(
            [sys.executable, "-c", MAKE, path], env=peers.environment(peers.NEWEST_CHDB), check=True
        ),
    )
    plan = scan_plan(folder / "data/d/t", ["k"])
    with engine_scan() as engine:
        engine.ask(plan=plan, threads=1)
        best = min(engine.ask(plan=plan, threads=1)["plan_seconds"] for _ in range(harness.RUNS))
    return [
        harness.Row(
            "open_1000_parts",
            1000 * best,
            "ms",
            goal=100.0,
            is_larger_better=False,
            note="open and plan, files in the page cache",
        )
    ]
