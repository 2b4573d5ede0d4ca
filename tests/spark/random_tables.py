#!/usr/bin/env python3
"""Makes the random tables of the compatibility suite once more, for Spark to read: random_tables.py ROOT SEED TABLES CHDB...

ROOT/random/<chdb>/data becomes a ClickHouse data path; beside it, batch.pickle and result.json of tests/compat/maker.py, and what ClickHouse
itself reads of each table as <table>.instants.jsonl, where times are seconds since 1970.
"""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPAT = HERE.parent / "compat"
MAKE_SECONDS_MAX = 900
sys.path.append(str(COMPAT))
from table_case import CaseMaker  # noqa: E402

VERSIONS = {"1.4.1": (23, 10), "2.1.1": (24, 8), "3.7.2": (25, 8), "4.4.0": (26, 9)}


def make(folder: Path, peers: Path, chdb: str, seed: int, count: int) -> None:
    folder.mkdir(parents=True)
    cases = [CaseMaker(f"spark/{seed}/{chdb}/{number}", f"t{number}", VERSIONS[chdb]).make() for number in range(count)]
    for case in cases:
        case.wants_instants = True
    (folder / "batch.pickle").write_bytes(pickle.dumps(cases))
    paths = os.pathsep.join(map(str, (peers / f"chdb-{chdb}", COMPAT)))
    subprocess.run(
        [sys.executable, COMPAT / "maker.py", folder],
        env=dict(os.environ, PYTHONPATH=paths, TZ="UTC"),
        timeout=MAKE_SECONDS_MAX,
        check=True,
    )


def make_all(root: Path, peers: Path, seed: int, count: int, versions: list[str]) -> None:
    """`count` tables of each version."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda chdb: make(root / "random" / chdb, peers, chdb, seed, count), versions))
