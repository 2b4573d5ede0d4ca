"""final_*: lineitem SF1 with 1 % and 10 % of its rows upserted since the last merge, in 60 commits, against the same table without.

Each for all columns and for l_extendedprice alone; _after_commit is the first read after one more commit of 10,000 rows; _vs_chdb sets
ClickHouse's own SELECT ... FINAL over the export beside it (into nothing, as it is fastest).
"""

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import harness
import peers
import stores
from lineitem import COLUMNS, engine_scan, parquet_file, scan_plan

SCALE = "1"
ROWS = 6_001_215
COMMITS = 60
LATE_ROWS = 10_000
SHARES = {"final_1pct": (0.01, 1.15, 1.3), "final_10pct": (0.10, 1.4, 1.6)}
COLUMN_SETS = {"": COLUMNS["all"], "_price": ["l_extendedprice"]}
NAMES = tuple(SHARES)
ATTACH = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from chdb.session import Session
from store_peer import attach
session = Session(sys.argv[2])
session.query("CREATE DATABASE d ENGINE = Atomic")
problems = attach(session, Path(sys.argv[3]))
session.close()
sys.exit("; ".join(problems) or 0)
"""


def run(_: str, names: list[str]) -> Iterator[harness.Row]:
    for name in names:
        root = stores.new_root(name)
        stores.create_lineitem(root, "plain", False)
        stores.create_lineitem(root, "upserted", True)
        with stores.writer() as writer:
            for table in ("plain", "upserted"):
                writer.ask(do="load", root=str(root), table=table, parquet=str(parquet_file(SCALE)))
                stores.ch("merge", f"{root}/d/{table}", "--final")
            share, goal, late_goal = SHARES[name]
            for seed in range(COMMITS):
                writer.ask(do="upsert", root=str(root), table="upserted", rows=int(ROWS * share / COMMITS), seed=seed)
            stores.ch("merge", f"{root}/d/upserted", "--bitmaps")
            require_sums(writer, root, int(ROWS * share / COMMITS) * COMMITS)
            with engine_scan() as engine:
                yield from (read(engine, root, name, suffix, goal) for suffix in COLUMN_SETS)
                yield from beside_chdb(engine, root, name)
                yield from (read_after_commit(engine, writer, root, name, suffix, late_goal) for suffix in COLUMN_SETS)


def require_sums(writer, root, upserts: int) -> None:
    """Rows stay as many; each upsert adds one to a price, and two of one row no more than one."""
    plain, upserted = (writer.ask(do="total", root=str(root), table=table) for table in ("plain", "upserted"))
    raised = Decimal(upserted["sum"]) - Decimal(plain["sum"])
    if upserted["rows"] != plain["rows"] or not 0.9 * upserts < raised <= upserts:
        raise RuntimeError(f"{upserts} upserts made {upserted} of {plain}")


def side(engine, root, table: str, suffix: str):
    return engine.seconds(plan=scan_plan(root / "d" / table, COLUMN_SETS[suffix]), threads=2)


def row(name: str, ours: float, peer: float, times: float) -> harness.Row:
    return harness.Row(name, ours, "s", peer, "the plain table", 1 / times, is_larger_better=False, note=f"goal: at most {times}x")


def read(engine, root, name: str, suffix: str, times: float) -> harness.Row:
    sides = [side(engine, root, table, suffix) for table in ("upserted", "plain")]
    return row(name + suffix, *harness.alternate(*sides), times)


def read_after_commit(engine, writer, root, name: str, suffix: str, times: float) -> harness.Row:
    """The least of five reads, each the first after a commit."""
    late, plain = [], []
    for turn in range(harness.RUNS):
        writer.ask(do="upsert", root=str(root), table="upserted", rows=LATE_ROWS, seed=1000 + turn)
        late.append(side(engine, root, "upserted", suffix)())
        plain.append(side(engine, root, "plain", suffix)())
    return row(f"{name}{suffix}_after_commit", min(late), min(plain), times)


def beside_chdb(engine, root, name: str) -> list[harness.Row]:
    exports, database = root.with_name(f"{name}-export"), root.with_name(f"{name}-clickhouse")
    for folder in (exports, database):
        subprocess.run(["rm", "-rf", folder], check=True)
    exports.mkdir()
    stores.ch("export", f"{root}/d/upserted", exports / "upserted")
    command = [sys.executable, "-c", ATTACH, peers.ROOT / "tests/compat", database, exports / "upserted"]
    subprocess.run(list(map(str, command)), env=peers.environment(peers.NEWEST_CHDB), check=True)
    rows = []
    worker = [sys.executable, peers.ROOT / "benchmarks/worker.py", "chdb", database]
    with harness.Worker(worker, peers.environment(peers.NEWEST_CHDB)) as chdb:
        for suffix, columns in COLUMN_SETS.items():
            theirs = chdb.seconds(sql=f"SELECT {', '.join(columns)} FROM d.upserted FINAL", format="Null")
            ours, peer = harness.alternate(side(engine, root, "upserted", suffix), theirs)
            rows.append(harness.Row(f"{name}{suffix}_vs_chdb", ours, "s", peer, "chDB FINAL, FORMAT Null", is_larger_better=False))
    return rows
