"""Stores that rows make for themselves: below build/bench, and on the disk that the data will lie on, since syncs count."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import harness
import peers
from tpch import data

FOLDER = peers.BUILD / "bench/stores"
OWN_COLUMNS = "_version UInt64, _is_deleted UInt8"


def new_root(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def ch(*arguments) -> dict:
    """Runs a command of ch; what it reports."""
    done = subprocess.run(
        [peers.BUILD / "ch", *map(str, arguments), "--output", "json"], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def lineitem_definition() -> tuple[str, str]:
    """The columns and the ORDER BY clause of the plain ClickHouse table."""
    text = re.sub(r"--[^\n]*", "", (Path(data.__file__).parent / "tables.sql").read_text())
    return re.search(r"CREATE TABLE lineitem \((.*?)\n\) ENGINE = MergeTree (ORDER BY[^;]*);", text, re.DOTALL).groups()


def create_lineitem(root: Path, table: str, replaces: bool) -> None:
    columns, order = lineitem_definition()
    engine = "ReplacingMergeTree(_version, _is_deleted)" if replaces else "MergeTree"
    own = f", {OWN_COLUMNS}" if replaces else ""
    ch("create", root, f"CREATE TABLE d.{table} ({columns}{own}) ENGINE = {engine} {order}")


def clickhouse(name: str) -> harness.Worker:
    """A chDB over a new data path with an empty database d."""
    folder = new_root(name)
    command = [sys.executable, peers.ROOT / "benchmarks/worker.py", "chdb", folder]
    worker = harness.Worker(command, peers.environment(peers.NEWEST_CHDB))
    worker.ask(sql="CREATE DATABASE d ENGINE = Atomic", format="Null")
    worker.ask(sql=f"SET max_insert_threads = {harness.THREADS}", format="Null")
    return worker


def attach(chdb: harness.Worker, exported: Path) -> None:
    """An export as the table d.<folder's name>, whose parts stay as they are."""
    table, create = f"d.{exported.name}", (exported / "table.sql").read_text().split("\n", 1)[1]
    chdb.ask(sql=f"CREATE TABLE {table}\n{create}", format="Null")
    chdb.ask(sql=f"SYSTEM STOP MERGES {table}", format="Null")
    path = Path(chdb.ask(path_of=table)["path"])
    for part in exported.glob("*_*_*_*"):
        shutil.copytree(part, path / "detached" / part.name)
        chdb.ask(sql=f"ALTER TABLE {table} ATTACH PART '{part.name}'", format="Null")


def require_total(chdb: harness.Worker, table: str, wanted: dict) -> None:
    """Fails unless the table has the rows and the sum that store_worker.py's total gave."""
    differs = f"count() != {wanted['rows']} OR sum(l_extendedprice) != toDecimal128('{wanted['sum']}', 2)"
    chdb.ask(sql=f"SELECT throwIf({differs}, 'the rows differ') FROM {table}", format="Null")


def writer() -> harness.Worker:
    return harness.Worker(
        [sys.executable, peers.ROOT / "benchmarks/store_worker.py", peers.BUILD / "release/libch.so"],
        peers.environment(peers.TOOLS),
    )
