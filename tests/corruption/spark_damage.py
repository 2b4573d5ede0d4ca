#!/usr/bin/env python3
"""Damaged copies of golden tables through Spark, in one JVM: each gives an error naming the place or exactly the right rows, and a healthy
table answers right behind each of them.

    python3 tests/corruption/spark_damage.py [--cases 120] [--seed N] [--version 4.3.0] [--jar build/chspark.jar]
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "tables"
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
TABLES = ("ordered", "deleted", "k ey`s")
# No checksum covers these: what their damage may do is said in docs/reliability.md.
UNCHECKED = {"columns.txt", "columns_substreams.txt"}
# The least share of all cases that must end in an error which names a damaged file.
NAMED_SHARE = 0.5


def table_folders(version: str) -> dict[str, Path]:
    """The folder of parts of each golden table, by the UUID that its definition names."""
    root = GOLDEN / version
    own = re.search(r"UUID '([^']+)'", (root / "metadata" / "d.sql").read_text())[1]
    folders = {}
    for name in TABLES:
        escaped = re.sub(r"[^0-9A-Za-z_]", lambda found: f"%{ord(found[0]):02X}", name)
        definition = root / "store" / own[:3] / own / f"{escaped}.sql"
        uuid = re.search(r"UUID '([^']+)'", definition.read_text())[1]
        folders[name] = root / "store" / uuid[:3] / uuid
        folders[name + ".sql"] = definition
    return folders


def active_files(folder: Path) -> list[Path]:
    """Files of the parts that no later mutation replaced."""
    parts = sorted(path for path in folder.iterdir() if path.is_dir() and re.fullmatch(r"\w+_\d+_\d+_\d+(_\d+)?", path.name))
    newest: dict[str, Path] = {}
    for part in parts:
        key = "_".join(part.name.split("_")[:4])
        if key not in newest or len(part.name) >= len(newest[key].name):
            newest[key] = part
    return sorted(file for part in newest.values() for file in part.iterdir() if file.is_file())


def damage(choose: random.Random, file: Path, others: list[Path]) -> tuple[str, set[str]]:
    """Damages one file, or two; says how, and the names of the files."""
    content = file.read_bytes()
    kind = choose.choice(["cut", "flip", "flip", "zero", "ones", "grow", "remove", "swap", "empty"])
    at = choose.randrange(max(1, len(content)))
    if kind == "remove":
        file.unlink()
        return "removed", {file.name}
    if kind == "swap":
        other = choose.choice(others)
        theirs = other.read_bytes()
        other.write_bytes(content)
        file.write_bytes(theirs)
        return f"swapped with {other.parent.name}/{other.name}", {file.name, other.name}
    changed = bytearray(content)
    if kind == "cut":
        del changed[at:]
    elif kind == "empty":
        changed.clear()
    elif kind == "grow":
        changed += choose.randbytes(choose.randrange(1, 64))
    elif kind == "flip" and changed:
        changed[at] ^= 1 << choose.randrange(8)
    else:
        run = min(choose.randrange(1, 17), len(changed) - at)
        changed[at : at + run] = (b"\0" if kind == "zero" else b"\xff") * run
    file.write_bytes(bytes(changed))
    return f"{kind} at byte {at}", {file.name}


NAMED = "error that names it"


class Reader:
    """One Spark, one JVM."""

    def __init__(self, options, scratch: Path):
        sys.path.insert(0, str(ROOT / "tests" / "spark"))
        import checks

        jar = shutil.copy(options.jar, scratch / "chspark.jar")  # a build beside us may replace it
        self.spark = checks.open_session(checks.World(str(scratch), str(jar), options.seed))
        self.spark.sparkContext.setLogLevel("OFF")

    def rows(self, table: Path) -> list:
        frame = self.spark.read.format("mergetree").load(str(table))
        return sorted(repr(row) for row in frame.collect())


def judge(reader: Reader, table: Path, right: list, damaged: set[str]) -> tuple[bool, str]:
    """Whether the outcome is allowed, and what it was."""
    try:
        found = reader.rows(table)
    except Exception as error:  # whatever Spark makes of it
        message = str(error)
        is_ours = str(table) in message and any(f"ChException: {kind}" in message for kind in ("Corrupt", "NotFound", "Io", "Unsupported"))
        if is_ours and any(name in message for name in damaged):
            return True, NAMED
        return False, f"another error: {message[:500]}"
    if found == right:
        return True, "right rows"
    return bool(damaged & UNCHECKED), "OTHER ROWS"


def run(options, scratch: Path) -> int:
    choose = random.Random(options.seed)
    reader = Reader(options, scratch)
    tables = [(version, name) for version in ("chdb-1.4.1", "chdb-4.4.0") for name in TABLES]
    right, passed, failed, outcomes = {}, 0, 0, {}
    for version, name in tables:
        right[version, name] = reader.rows(copy_table(version, name, scratch / "healthy" / f"{version}-{len(right)}"))
    healthy = scratch / "healthy" / f"{tables[1][0]}-1"
    for case in range(options.cases):
        version, name = tables[case % len(tables)]
        table = copy_table(version, name, scratch / f"case{case}")
        files = active_files(table)
        file = choose.choice(files)
        what, damaged = damage(choose, file, files)
        fine, outcome = judge(reader, table, right[version, name], damaged)
        if reader.rows(healthy) != right[tables[1]]:
            fine, outcome = False, "the healthy table gives other rows afterwards"
        kind = outcome.split(":")[0]
        outcomes[kind] = outcomes.get(kind, 0) + 1
        passed, failed = passed + fine, failed + (not fine)
        if not fine:
            print(f"FAIL {version} {name} {file.parent.name}/{file.name} {what}: {outcome}; again: --seed {options.seed}", flush=True)
        shutil.rmtree(table)
    print(f"{options.cases} damaged tables in one JVM, seed {options.seed}: {outcomes}")
    if outcomes.get(NAMED, 0) < NAMED_SHARE * options.cases:
        failed += 1
        print(f"FAIL only {outcomes.get(NAMED, 0)} errors that name a damaged file")
    print(f"{passed} passed, {failed} failed")
    reader.spark.stop()
    return 1 if failed or not passed else 0


def copy_table(version: str, name: str, to: Path) -> Path:
    """A table folder by itself, its definition as table.sql."""
    folders = table_folders(version)
    shutil.copytree(folders[name], to)
    shutil.copy(folders[name + ".sql"], to / "table.sql")
    return to


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = os.environ.get("CHSPARK_SIZE", "ci")
    parser.add_argument("--cases", type=int, default=1000 if size == "full" else 120)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("CHSPARK_SEED") or 1))
    parser.add_argument("--version", default="4.3.0")
    parser.add_argument("--jar", type=Path, default=ROOT / "build" / "chspark.jar")
    options = parser.parse_args()
    peer = CACHE / "peers" / f"pyspark-{options.version}"
    if not peer.is_dir():
        raise SystemExit(f"{peer} is missing: make test installs it")
    if str(peer) not in sys.path:  # again, with Spark on the path
        environment = dict(os.environ, PYTHONPATH=str(peer), SPARK_HOME=str(peer / "pyspark"), PYSPARK_PYTHON=sys.executable, TZ="UTC")
        return subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=environment, check=False).returncode
    scratch = Path(tempfile.mkdtemp(prefix="chspark-damage-"))
    try:
        return run(options, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
