#!/usr/bin/env python3
"""The jar on several Sparks, over tables that a real ClickHouse wrote.

    python3 tests/spark/run.py [--full] [--versions 3.5.9,4.3.0] [--seed N] [--only parts,of,names of checks] [--jar FILE]

A slice runs the oldest and the newest Spark; --full all of them, with random predicates in ANSI and in non-ANSI mode,
4,500 over all, and Spark Connect.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import random_tables

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("CHSPARK_CACHE", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "chspark"))
PEERS = CACHE / "peers"
# Random tables of each chdb version; the oldest and the newest stand for all in a slice.
CONNECT_SERVER = "sparkconnect-3.5.7"  # Spark 3.5 leaves it out; the newest that Maven has
RANDOM_TABLES = {"ci": (6, ["1.4.1", "4.4.0"]), "full": (25, list(random_tables.VERSIONS))}
SPENT = re.compile(r"^passed (\w+), ([\d.]+) s$", re.MULTILINE)
SLOWEST = 6  # checks whose time is told
TABLES = re.compile(r"^\d+ tables, .*$", re.MULTILINE)
COUNT = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


def peer(name: str) -> Path:
    folder = PEERS / name
    if not folder.is_dir():
        raise SystemExit(f"{folder} is missing: make test installs it")
    return folder


def newest(name: str) -> Path:
    found = sorted(PEERS.glob(f"{name}-*"), key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])
    if not found:
        raise SystemExit(f"no {name} in {PEERS}: make test installs it")
    return found[-1]


def environment(paths: list[Path], spark: Path | None = None) -> dict[str, str]:
    variables = dict(os.environ, PYTHONPATH=os.pathsep.join(str(path) for path in paths), TZ="UTC")
    if spark is not None:
        variables.update(SPARK_HOME=str(spark / "pyspark"), PYSPARK_PYTHON=sys.executable)
    return variables


def run_suite(spark: Path, arguments: list[str], extra: list[Path]) -> tuple[int, int]:
    command = [sys.executable, str(HERE / "suite.py"), *arguments]
    variables = environment([spark, *extra], spark)
    if extra and spark.name.startswith("pyspark-3."):
        server = next(peer(CONNECT_SERVER).glob("*.jar"))
        ours = arguments[arguments.index("--jar") + 1]
        variables["PYSPARK_SUBMIT_ARGS"] = f"--jars {server},{ours} pyspark-shell"
    result = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    counts = COUNT.findall(result.stdout)
    if not counts:
        print(result.stdout[-4000:], result.stderr[-4000:], sep="\n", flush=True)
        return 0, 1
    passed, failed = map(int, counts[-1])
    slowest = sorted(SPENT.findall(result.stdout), key=lambda one: -float(one[1]))[:SLOWEST]
    print("  slowest: " + ", ".join(f"{name} {float(seconds):.0f} s" for name, seconds in slowest), flush=True)
    for line in TABLES.findall(result.stdout):
        print(f"  random tables: {line}", flush=True)
    if failed:
        print(result.stdout[-8000:], result.stderr[-8000:], sep="\n", flush=True)
    return passed, failed


def suites(options, version: str, root: str, is_newest: bool) -> list[list[str]]:
    base = ["--root", root, "--jar", str(Path(options.jar).resolve()), "--seed", str(options.seed), "--only", options.only]
    count = str(300 if options.full else 60)
    aggregates = ["--aggregates", str(600 if options.full else 30)]
    runs = [[*base, *aggregates, "--predicates", count, *(["--off-heap", "1g"] if is_newest else [])]]
    if is_newest:
        runs.append([*base, "--starved", "--off-heap", "1m"])
        runs.append([*base, "--executors"])
    if options.full:
        runs.append([*base, "--predicates", count, "--ansi", "false", "--only", "random_predicates"])
        runs.append([*base, "--predicates", "60", "--connect"])
    return runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--versions", default="")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", default="")
    parser.add_argument("--jar", default=str(HERE.parent.parent / "build" / "chspark.jar"))
    options = parser.parse_args()
    versions = options.versions.split(",") if options.versions else sorted(path.name[8:] for path in PEERS.glob("pyspark-*"))
    if not options.full and not options.versions:
        versions = [versions[0], versions[-1]]
    root = tempfile.mkdtemp(prefix="chspark-test-")
    passed = failed = 0
    try:
        tables = str(60 if options.full else 10)
        aggregates = [sys.executable, str(HERE / "aggregate_tables.py"), root, str(options.seed), tables]
        subprocess.run(aggregates, env=environment([newest("chdb")]), check=True)
        # Last: a ClickHouse that opens the root again makes the folder anew that one of these tables lacks.
        subprocess.run([sys.executable, str(HERE / "tables.py"), root], env=environment([newest("chdb")]), check=True)
        made = RANDOM_TABLES["full" if options.full else "ci"]
        random_tables.make_all(Path(root), PEERS, options.seed, *made)
        for version in versions:
            for arguments in suites(options, version, root, version == versions[-1]):
                extra = [newest("connect"), newest("tools")] if "--connect" in arguments else []
                found = run_suite(peer(f"pyspark-{version}"), arguments, extra)
                print(f"Spark {version}{' connect' if extra else ''}: {found[0]} passed, {found[1]} failed;", flush=True)
                passed, failed = passed + found[0], failed + found[1]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
