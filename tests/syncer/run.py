"""The syncer against a real TiDB: every version that it publishes is TiDB's own state at that moment, value by value.

A TiDB writes its binlog to a binlog-syncer while a seeded workload runs (workload.py); the syncer is killed with SIGKILL on the way and
goes on. Then the versions that it published are read (ch cat, Arrow) and compared with what TiDB's SELECT says at each one's complete_ts
(tidb_snapshot): every row of the tables that the version changed, and of the last version all tables and which there are. At last faults are planted in what is compared,
and each must be seen. CHSPARK_SEED and CHSPARK_SIZE (ci | full) choose.
"""

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processes import TOOLS, Syncer, Tidb, build_tidb, free_port, use_peer
from values import same
from workload import Workload

STEPS = {"ci": 350, "full": 6000}
COMPARED_SECONDS_MAX = {"ci": 40, "full": 1800}
OWN = ("mysql", "sys", "information_schema", "performance_schema", "metrics_schema")
KILLS = 3
THREADS = 2


class Tally:
    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def check(self, right: bool, what: str) -> None:
        if right:
            self.passed += 1
            return
        self.failed += 1
        if self.failed < 20:
            print(f"FAILED {what}", flush=True)


class Oracle:
    """TiDB at a timestamp of the past."""

    def __init__(self, tidb: Tidb):
        self.connection = tidb.connect()

    def query(self, sql: str) -> tuple[list[str], list[tuple]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [column[0] for column in cursor.description or ()], list(cursor.fetchall())

    def at(self, ts: int) -> None:
        self.query(f"set @@tidb_snapshot = '{ts}'")

    def tables(self) -> list[tuple[str, str]]:
        _, rows = self.query("select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'")
        return sorted((database, name) for database, name in rows if database.lower() not in OWN)

    def types(self, database: str, name: str) -> dict[str, str]:
        _, rows = self.query(f"show columns from `{database}`.`{name}`")
        return {row[0]: row[1] for row in rows}


class Replica:
    def __init__(self, root: Path):
        self.tool = str(TOOLS / "ch")
        self.root = root

    def run(self, *arguments: str) -> bytes:
        done = subprocess.run([self.tool, *arguments], capture_output=True, timeout=120, check=False)
        if done.returncode:
            raise RuntimeError(f"ch {' '.join(arguments)}: {done.stderr.decode()[:500]}")
        return done.stdout

    def tables(self, version: int) -> list[tuple[str, str]]:
        databases = self.listing(self.root, version)["databases"]
        return sorted(
            (database["database"], table["table"])
            for database in databases
            for table in self.listing(self.root / database["database"], version)["tables"]
        )

    def listing(self, path: Path, version: int) -> dict:
        return json.loads(self.run("ls", str(path), "--version-of", str(version), "--format", "json"))

    def rows(self, version: int, database: str, name: str, columns: list[str]) -> list[tuple]:
        import pyarrow

        data = self.run("cat", f"{self.root}/{database}/{name}", "--version-of", str(version), "--format", "arrow",
                        *(word for column in columns for word in ("--column", column)))  # fmt: skip
        table = pyarrow.ipc.open_stream(io.BytesIO(data)).read_all()
        values = [table.column(column) for column in columns]
        # Texts as bytes: some are none.
        values = [value.cast(pyarrow.binary()) if pyarrow.types.is_string(value.type) else value for value in values]
        return list(zip(*(value.to_pylist() for value in values)))


def comparable(value, kind: str) -> str:
    """A text by which equal values of both sides sort alike."""
    if value is None:
        return "null"
    if kind.startswith("bit") and isinstance(value, bytes):
        value = int.from_bytes(value, "big")
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    elif isinstance(value, str):
        value = value.encode().decode("latin-1")
    if kind.startswith("decimal"):
        value = f"{value:f}"
    if kind.startswith(("datetime", "timestamp")):
        value = value.replace(tzinfo=None)
    if kind.startswith("time") and not isinstance(value, int) and hasattr(value, "total_seconds"):
        value = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
    if kind == "float":
        value = f"{float(value):.4g}"
    return f"{type(value).__name__[:1]}{value}"


def difference(columns: list[str], kinds: list[str], ours: list[tuple], tidb: list[tuple]) -> str:
    """The first one, or nothing."""
    if len(ours) != len(tidb):
        return f"{len(ours)} rows, TiDB has {len(tidb)}"
    ours, tidb = (sorted(rows, key=lambda row: [comparable(value, kind) for value, kind in zip(row, kinds)]) for rows in (ours, tidb))
    for mine, its in zip(ours, tidb):
        for column, kind, one, other in zip(columns, kinds, mine, its):
            if not same(one, other, kind):
                return f"{column} {kind}: {one!r}, TiDB has {other!r}"
    return ""


def compare_table(tally: Tally, oracle: Oracle, replica: Replica, version: int, table: tuple[str, str]) -> int:
    """How many values were compared; the oracle is at the version's moment."""
    database, name = table
    types = oracle.types(database, name)
    columns, theirs = oracle.query(f"select * from `{database}`.`{name}`")
    kinds = [types[column] for column in columns]
    wrong = difference(columns, kinds, replica.rows(version, database, name, columns), theirs)
    tally.check(not wrong, f"version {version}: {database}.{name}: {wrong}")
    return len(columns) * len(theirs)


def compare_version(tally: Tally, oracle: Oracle, replica: Replica, published: tuple, whole: bool) -> int:
    version, ts, changed = published
    oracle.at(ts)
    tables = [tuple(name.split(".", 1)) for name in changed]
    if whole:
        tables, stored = oracle.tables(), replica.tables(version)
        tally.check(stored == tables, f"version {version}: the tables are {stored}, TiDB has {tables}")
        tables = [table for table in tables if table in stored]
    return sum(compare_table(tally, oracle, replica, version, table) for table in tables)


def run_workload(workload: Workload, syncer: Syncer, steps: int, rng: random.Random) -> None:
    kills = set(rng.sample(range(steps), KILLS))
    workload.begin()
    for step in range(steps):
        if step in kills:
            syncer.kill()
            syncer.start()
        workload.step()


def compare_all(tally: Tally, tidb: Tidb, syncer: Syncer, seconds_max: float, rng: random.Random) -> None:
    """Of the last version all tables; of the others, as they are drawn and while there is time, those that the version changed."""
    versions = sorted(set(syncer.versions))
    moments = [ts for _, ts, _ in versions]
    tally.check(moments == sorted(moments), "a later version has an earlier complete_ts")
    replica = Replica(syncer.root)
    started = time.monotonic()
    order = versions[-1:] + rng.sample(versions[:-1], len(versions) - 1)
    compared = values = 0

    def work(start: int) -> tuple[int, int]:
        oracle, done, seen = Oracle(tidb), 0, 0
        for number in range(start, len(order), THREADS):
            if time.monotonic() - started > seconds_max:
                break
            seen += compare_version(tally, oracle, replica, order[number], number == 0)
            done += 1
        return done, seen

    with ThreadPoolExecutor(THREADS) as pool:
        for done, seen in pool.map(work, range(THREADS)):
            compared, values = compared + done, values + seen
    print(f"{compared} of {len(versions)} versions compared, {values:,} values, {time.monotonic() - started:.0f} s", flush=True)
    plant_faults(tally, Oracle(tidb), replica, versions[-1])


def plant_faults(tally: Tally, oracle: Oracle, replica: Replica, last: tuple) -> None:
    """A row too many or too few, and a value that is NULL, are differences."""
    oracle.at(last[1])
    for database, name in oracle.tables():
        types = oracle.types(database, name)
        columns, theirs = oracle.query(f"select * from `{database}`.`{name}`")
        kinds = [types[column] for column in columns]
        ours = replica.rows(last[0], database, name, columns)
        if not ours:
            continue
        tally.check(bool(difference(columns, kinds, ours[1:], theirs)), f"{name}: a row that is missing was not seen")
        tally.check(bool(difference(columns, kinds, ours + ours[:1], theirs)), f"{name}: a row twice was not seen")
        lost = next((number for number, value in enumerate(ours[0]) if value is not None), None)
        if lost is None:
            continue
        changed = [(*ours[0][:lost], None, *ours[0][lost + 1 :]), *ours[1:]]
        tally.check(bool(difference(columns, kinds, changed, theirs)), f"{name}: a value that became NULL was not seen")


def run(tally: Tally, program: Path, folder: Path, seed: int, size: str, transactions_max: int) -> None:
    rng = random.Random(seed)
    syncer = Syncer(folder, free_port(), transactions_max)
    tidb = Tidb(program, folder, syncer.port)
    syncer.configure(tidb.status_port)
    try:
        syncer.start()
        tidb.start()
        setup = Oracle(tidb)
        setup.query("insert into mysql.tidb values ('tikv_gc_safe_point', '20200101-00:00:00 +0000', '')")
        workload = Workload(tidb, seed)
        started = time.monotonic()
        run_workload(workload, syncer, STEPS[size], rng)
        with setup.connection.cursor() as cursor:  # the last transaction, which the others are waited for by
            cursor.execute("create table one.the_end (id int primary key)")
            cursor.execute("insert into one.the_end values (1)")
        end = int(setup.query("select json_extract(@@tidb_last_txn_info, '$.commit_ts')")[1][0][0])
        syncer.wait_for(end, 60)
        print(
            f"transactions_max {transactions_max}: {workload.statements} statements, {workload.refused} refused by TiDB, "
            f"{workload.ddls} DDLs, {len(syncer.versions)} versions, {time.monotonic() - started:.0f} s"
        )
        tally.check(syncer.stop() == 0, "the syncer did not stop as it should")
        tally.check(not syncer.failures, f"the syncer failed: {syncer.failures[:3]}")
        compare_all(tally, tidb, syncer, COMPARED_SECONDS_MAX[size] / 2, rng)
    finally:
        syncer.kill()
        tidb.stop()


def check_configuration(tally: Tally, folder: Path) -> None:
    """--check says what is wrong with a configuration, and where."""
    good = '[store]\nroot = "r"\n[pump]\nlog = "l"\n[tidb]\nstatus = "127.0.0.1:10080"\n'
    for added, expected in (
        ("", None),
        ('[apply]\nzero_dates = "null"\ntransactions_max = 1\nignored_databases = ["a"]\n', None),
        ('[apply]\nzero_dates = "zero"\n', "apply.zero_dates"),
        ("[apply]\ntransactions_max = 0\n", "apply.transactions_max"),
        ('[apply]\nmerges = "yes"\n', "apply.merges"),
        ("[apply]\nspeed = 1\n", "apply.speed"),
        ("[sink]\n", "sink"),
        ("[apply\n", "line 7"),
    ):
        path = folder / "check.toml"
        path.write_text(good + added)
        done = subprocess.run([str(TOOLS / "binlog-syncer"), "--config", str(path), "--check"], capture_output=True, text=True, check=False)
        right = done.returncode == 0 if expected is None else done.returncode == 2 and expected in done.stderr
        tally.check(right, f"--check of {added!r}: exit {done.returncode}, {done.stderr.strip()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("CHSPARK_SEED", "1")))
    parser.add_argument("--size", choices=STEPS, default=os.environ.get("CHSPARK_SIZE", "ci"))
    parser.add_argument("--keep", type=Path, help="a folder to leave the files in")
    options = parser.parse_args()
    print(f"seed {options.seed}, size {options.size}")
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        check_configuration(tally, Path(folder))
    program = build_tidb()
    if isinstance(program, str):
        print(f"compared nothing, for there is no TiDB to run against: {program}")
    else:
        use_peer("mysql")
        use_peer("tools")
    for number, transactions_max in enumerate((1, 10_000) if isinstance(program, Path) else ()):
        folder = options.keep or Path(tempfile.mkdtemp(prefix="chspark-syncer-"))
        folder = folder / str(number)
        folder.mkdir(parents=True)
        try:
            run(tally, program, folder, options.seed + number, options.size, transactions_max)
        finally:
            if not options.keep:
                shutil.rmtree(folder.parent)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
