"""first_query_ms: how much later the first answer comes in a new JVM than from Parquet."""

import subprocess
import sys

import harness
import peers
from lineitem import clickhouse_folder, parquet_file

SCALE = "1"
NAMES = ("first_query_ms",)
CHILD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import spark as sparks
session = sparks.start(Path(sys.argv[2]))
started = time.perf_counter()
session.read.format(sys.argv[3]).load(sys.argv[4]).filter("l_orderkey < 1000").select("l_orderkey", "l_comment").collect()
print(time.perf_counter() - started)
session.stop()
"""


def run(_: str, names: list[str]) -> list[harness.Row]:
    folder = clickhouse_folder(SCALE)

    def side(source: str, path):
        def first() -> float:
            command = [
                sys.executable,
                "-c",
                CHILD,
                peers.ROOT / "benchmarks",
                folder.parent.parent.parent,
                source,
                path,
            ]
            done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
            return float(done.stdout.split()[-1])

        return first

    ours, peer = harness.alternate(side("mergetree", folder), side("parquet", parquet_file(SCALE)))
    note = f"ours {1000 * ours:.0f} ms, Parquet {1000 * peer:.0f} ms; the row is the difference"
    return [
        harness.Row(
            "first_query_ms", max(1.0, 1000 * (ours - peer)), "ms more", goal=300.0, is_larger_better=False, note=note
        )
    ]
