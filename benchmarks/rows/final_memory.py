"""final_memory_*: a table of 100 M rows of which 10 M were upserted, keys all over it, read under a budget of 256 MiB.

Four columns, k UInt64, v Int32 and the table's own two, so that it takes a minute to make and little disk. First as ten commits of a
million rows leave it, where the reader finds out which rows are hidden, then with the bitmaps written. Every row is counted, and the
upserted ones by their value.
"""

import harness
import stores
from lineitem import engine_scan, scan_plan

ROWS, UPSERTED, COMMIT_ROWS = 100_000_000, 10_000_000, 1_000_000
LOAD_ROWS = 10_000_000
STEP = 61_803_399  # has no factor in common with ROWS: no key comes twice
BUDGET_MIB = 256
COLUMNS = ["k", "v"]
NAMES = ("final_memory",)


def make(root) -> None:
    columns = "k UInt64, v Int32, _version UInt64, _is_deleted UInt8"
    stores.ch("create", root, f"CREATE TABLE d.t ({columns}) ENGINE = ReplacingMergeTree(_version, _is_deleted) ORDER BY k")
    with stores.writer() as writer:

        def commits(rows: int, each: int, step: int, value: int) -> None:
            for first in range(0, rows, each):
                writer.ask(do="numbers", root=str(root), table="t", first=first, rows=each, step=step, modulo=ROWS, value=value)

        commits(ROWS, LOAD_ROWS, 1, 0)
        stores.ch("merge", f"{root}/d/t", "--final")
        commits(UPSERTED, COMMIT_ROWS, STEP, 1)


def read(root, predicate: dict | None, rows: int) -> dict:
    with engine_scan() as engine:
        done = engine.ask(plan=scan_plan(root / "d/t", COLUMNS, predicate), threads=2, memory_bytes=BUDGET_MIB << 20)
    if done["rows"] != rows:
        raise RuntimeError(f"{done['rows']} rows were read, there are {rows}")
    return done


def rows_of(root, name: str) -> list[harness.Row]:
    upserted = {"call": "=", "args": [{"column": "v"}, {"literal": "1", "type": "Int32"}]}
    read(root, upserted, UPSERTED)
    done = read(root, None, ROWS)
    note = f"100 M rows in {done['seconds']:.1f} s, budget {BUDGET_MIB} MiB"
    mib = done["memory_peak_bytes"] / (1 << 20)
    return [harness.Row(name, mib, "MiB", goal=BUDGET_MIB, is_larger_better=False, note=note)]


def run(_: str, names: list[str]) -> list[harness.Row]:
    root = stores.new_root("final-memory")
    make(root)
    found = rows_of(root, "final_memory")
    stores.ch("merge", f"{root}/d/t", "--bitmaps")
    return found + rows_of(root, "final_memory_bitmaps")
