"""arrow_write: lineitem SF1 from Arrow record batches in memory into a new table, with every sync; chDB's INSERT of the same beside it.

Ours: a C++ program, one job of two tasks, each in a thread. chDB: INSERT ... SELECT from an uncompressed ArrowStream file in the page
cache with two threads; _vs_select from a MergeTree table that holds the same columns, which is its fastest way in.
"""

import shutil
import subprocess
import sys

import harness
import peers
import stores
from lineitem import ROWS_BY_SCALE, parquet_file

SCALE = "1"
RUNS = 3
NAMES = ("arrow_write",)
THREADS = harness.THREADS
MEMORY_BYTES = 4 << 30
MAKE_ARROW = """
import sys
import pyarrow, pyarrow.ipc, pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
plain = [pyarrow.field(f.name, pyarrow.string() if f.type == pyarrow.string_view() else f.type) for f in table.schema]
table = table.cast(pyarrow.schema(plain))
with pyarrow.ipc.new_stream(sys.argv[2], table.schema) as out:
    for batch in table.to_batches(max_chunksize=65536):
        out.write_batch(batch)
"""


def arrow_file():
    path = stores.FOLDER / "lineitem.arrows"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        filling = path.with_suffix(".filling")
        command = [sys.executable, "-c", MAKE_ARROW, parquet_file(SCALE), filling]
        subprocess.run(list(map(str, command)), env=peers.environment(peers.TOOLS), check=True)
        filling.rename(path)
    return path


def run(_: str, names: list[str]) -> list[harness.Row]:
    path, turn = arrow_file(), iter(range(100))
    program = peers.BUILD / "release/benchmarks/arrow_write"
    with harness.Worker([program]) as arrow, stores.clickhouse("arrow-clickhouse") as chdb, stores.writer() as reader:
        rows = arrow.ask(load=str(path))["rows"]
        columns, order = stores.lineitem_definition()
        source = f"CREATE TABLE d.source ({columns}) ENGINE = MergeTree {order}"
        insert = f"SELECT * FROM file('{path}', 'ArrowStream')"
        wanted: dict = {}
        for sql in (source, f"INSERT INTO d.source {insert}"):
            chdb.ask(sql=sql, format="Null")

        def ours() -> float:
            root = stores.new_root(f"arrow-write-{next(turn)}")  # a root's files are never another's
            stores.create_lineitem(root, "written", False)
            request = {"root": str(root), "database": "d", "table": "written", "threads": THREADS}
            seconds = arrow.ask(**request, memory_bytes=MEMORY_BYTES)["seconds"]
            wanted.update(reader.ask(do="total", root=str(root), table="written"))
            if wanted["rows"] != rows:
                raise RuntimeError(f"{wanted['rows']} rows were written of {rows}")
            shutil.rmtree(root)
            return seconds

        def theirs(select: str) -> float:
            table = f"d.written{next(turn)}"
            chdb.ask(sql=f"CREATE TABLE {table} AS d.source", format="Null")
            seconds = chdb.ask(sql=f"INSERT INTO {table} {select}", format="Null")["seconds"]
            stores.require_total(chdb, table, wanted)
            chdb.ask(sql=f"DROP TABLE {table} SYNC", format="Null")
            return seconds

        sides = [ours, lambda: theirs(insert), lambda: theirs("SELECT * FROM d.source")]
        mine, *others = (rows / seconds / 1e6 for seconds in harness.alternate(*sides, runs=RUNS))
    return [
        harness.Row("arrow_write", mine, "M rows/s", others[0], "chDB INSERT from an ArrowStream file", 1.0),
        harness.Row("arrow_write_vs_select", mine, "M rows/s", others[1], "chDB INSERT from a MergeTree table"),
    ]
