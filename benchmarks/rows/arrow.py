"""arrow_*: the engine to Arrow through the C ABI, beside chDB, DuckDB and pyarrow, all with two threads on the same rows."""

import subprocess
import sys

import harness
import peers
from lineitem import COLUMNS, ROWS_BY_SCALE, clickhouse_folder, engine_scan, parquet_file, scan_plan

SCALE = "1"
NAMES = ("arrow_all", "arrow_q6", "arrow_bigint")
GOALS = {"arrow_all": 4.0, "arrow_q6": 4.0, "arrow_bigint": 2.0}


def peer_worker(kind: str, path, peer: str) -> harness.Worker:
    return harness.Worker([sys.executable, peers.ROOT / "benchmarks/worker.py", kind, path], peers.environment(peer))


def duckdb_file():
    """lineitem as a table of DuckDB's own."""
    path = peers.CACHE / "data" / f"tpch-sf{SCALE}" / "lineitem.duckdb"
    if not path.exists():
        filling = path.with_suffix(".filling")
        filling.unlink(missing_ok=True)
        make = f"import duckdb; duckdb.connect('{filling}').execute(\"CREATE TABLE lineitem AS SELECT * FROM '{parquet_file(SCALE)}'\")"
        subprocess.run([sys.executable, "-c", make], env=peers.environment(peers.TOOLS), check=True)
        filling.rename(path)
    return path


def rows_for(name: str, codec: str, engine, chdb, duckdb, pyarrow) -> list[harness.Row]:
    columns = COLUMNS[name.removeprefix("arrow_")]
    select = f"SELECT {', '.join(columns)} FROM"
    sides = [
        engine.seconds(plan=scan_plan(clickhouse_folder(SCALE, codec), columns), threads=2),
        chdb.seconds(sql=f"{select} tpch.lineitem", format="ArrowStream"),
        chdb.seconds(sql=f"INSERT INTO FUNCTION file('/dev/null', 'ArrowStream') {select} tpch.lineitem", format="TSV"),
        chdb.seconds(sql=f"{select} tpch.lineitem", format="Null"),
    ]
    labels = [f"chDB ArrowStream, {codec}", f"chDB ArrowStream into /dev/null, {codec}", f"chDB FORMAT Null, {codec}"]
    suffixes, goals = ["", "_vs_file", "_vs_null"], [GOALS[name], None, 1.0]
    if codec == "lz4":
        sides += [duckdb.seconds(sql=f"{select} lineitem"), pyarrow.seconds(columns=columns)]
        labels += ["DuckDB's own table to Arrow", "pyarrow from Parquet (snappy)"]
        suffixes, goals = suffixes + ["_vs_duckdb", "_vs_pyarrow"], goals + [None, None]
    else:
        suffixes, goals = [f"{suffix}_zstd" for suffix in suffixes], [None, None, None]
    ours, *others = [ROWS_BY_SCALE[SCALE] / seconds / 1e6 for seconds in harness.alternate(*sides)]
    return [
        harness.Row(name + suffix, ours, "M rows/s", other, label, goal)
        for suffix, other, label, goal in zip(suffixes, others, labels, goals)
    ]


def run(_: str, names: list[str]) -> list[harness.Row]:
    found = []
    for codec in ("lz4", "zstd"):
        with engine_scan() as engine, peer_worker("duckdb", duckdb_file(), peers.TOOLS) as duckdb, peer_worker(
            "pyarrow", parquet_file(SCALE), peers.TOOLS
        ) as pyarrow, peer_worker(
            "chdb", clickhouse_folder(SCALE, codec).parent.parent.parent, peers.NEWEST_CHDB
        ) as chdb:
            for name in names:
                found += rows_for(name, codec, engine, chdb, duckdb, pyarrow)
    return found
