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


def create_lineitem(root: Path, table: str, replaces: bool) -> None:
    """As the plain ClickHouse table beside it has its columns and its key."""
    text = re.sub(r"--[^\n]*", "", (Path(data.__file__).parent / "tables.sql").read_text())
    columns, order = re.search(r"CREATE TABLE lineitem \((.*?)\n\) ENGINE = MergeTree (ORDER BY[^;]*);", text, re.DOTALL).groups()
    engine = "ReplacingMergeTree(_version, _is_deleted)" if replaces else "MergeTree"
    own = f", {OWN_COLUMNS}" if replaces else ""
    ch("create", root, f"CREATE TABLE d.{table} ({columns}{own}) ENGINE = {engine} {order}")


def writer() -> harness.Worker:
    return harness.Worker(
        [sys.executable, peers.ROOT / "benchmarks/store_worker.py", peers.BUILD / "release/libch.so"],
        peers.environment(peers.TOOLS),
    )
