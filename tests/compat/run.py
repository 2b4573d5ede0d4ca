"""Compatibility: tables that real ClickHouses made, read by ch, equal ClickHouse's own answer value by value.

Random schemas, settings, rows, mutations and predicates, for each chdb version; one process makes a batch of tables, then ch reads them.
CHSPARK_SEED and CHSPARK_SIZE (ci | full) choose; every failure prints the command that repeats it. At the end the test is tested: a
planted difference must be seen, and flipped bytes of a copied table must be reported by ch check and ch cat.
"""

import argparse
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from predicate_case import predicates_of
from table_case import Case, CaseMaker, ident

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
VERSIONS = {"1.4.1": (23, 10), "2.1.1": (24, 8), "3.7.2": (25, 8), "4.4.0": (26, 9)}
TABLES = {"ci": 16, "full": 80}
FULL_TABLES = 300  # compared at least, of those of a whole full run
PREDICATES = {"ci": 4, "full": 8}
MAKE_SECONDS_MAX = 1200
READ_SECONDS_MAX = 120


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    refused: int = 0          # ClickHouse itself would not make the table
    rows: int = 0
    values: int = 0
    complaints: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.refused += other.refused
        self.rows += other.rows
        self.values += other.values
        self.complaints += other.complaints

    def check(self, fine: bool, complaint: str) -> None:
        self.passed += fine
        self.failed += not fine
        if not fine:
            self.complaints.append(complaint)
            print(f"FAIL {complaint}", flush=True)


@dataclass
class Batch:
    version: str
    folder: Path
    cases: list[Case]
    result: dict = field(default_factory=dict)
    error: str = ""


def make_cases(version: str, seed: str, numbers: list[int], predicates: int) -> list[Case]:
    cases = []
    for number in numbers:
        case = CaseMaker(f"{seed}/{version}/{number}", f"t{number}", VERSIONS[version]).make()
        dropped = " ".join(case.after)
        kept = [column for column in case.columns if ident(column.name) not in dropped and not column.name.startswith("nest.")]
        case.predicates = predicates_of(case, kept, predicates)
        cases.append(case)
    return cases


def make_batch(batch: Batch) -> Batch:
    batch.folder.mkdir(parents=True)
    with (batch.folder / "batch.pickle").open("wb") as sink:
        pickle.dump(batch.cases, sink)
    peer = CACHE / "peers" / f"chdb-{batch.version}"
    if not peer.is_dir():
        batch.error = f"chdb {batch.version} is not installed: run make test, or tools/setup/peers.sh"
        return batch
    environment = dict(os.environ, PYTHONPATH=f"{peer}:{HERE}", TZ="UTC")
    try:
        process = subprocess.run([sys.executable, str(HERE / "maker.py"), str(batch.folder)], env=environment, capture_output=True,
                                 timeout=MAKE_SECONDS_MAX, check=False)
        if process.returncode != 0:
            batch.error = f"exit code {process.returncode}: {process.stderr.decode(errors='replace').strip()[-300:]}"
    except subprocess.TimeoutExpired:
        batch.error = f"chdb {batch.version} made no end within {MAKE_SECONDS_MAX} s"
    result = batch.folder / "result.json"
    batch.result = json.loads(result.read_text()) if result.exists() else {"tables": {}}
    return batch


class Reader:
    """Runs ch on one table."""

    def __init__(self, tool: Path):
        self.tool = tool

    def run(self, *arguments: str) -> tuple[int, bytes, str]:
        try:
            process = subprocess.run([str(self.tool), *arguments], capture_output=True, timeout=READ_SECONDS_MAX, check=False,
                                     env=dict(os.environ, TZ="UTC"))
        except subprocess.TimeoutExpired:
            return 124, b"", f"no end within {READ_SECONDS_MAX} s"
        return process.returncode, process.stdout, process.stderr.decode(errors="replace").strip()


def column_list(columns: list[str]) -> list[str]:
    arguments = []
    for name in columns:
        arguments += ["--column", name]
    return arguments


def first_difference(ours: list[bytes], theirs: list[bytes]) -> str:
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, ClickHouse has {len(theirs)}"
    for mine, right in zip(ours, theirs):
        if mine != right:
            at = next((i for i, (a, b) in enumerate(zip(mine, right)) if a != b), min(len(mine), len(right)))
            begin = max(0, at - 60)
            return f"byte {at} of a row: ours ...{mine[begin:at + 60]!r}, ClickHouse ...{right[begin:at + 60]!r}"
    return ""


def sorted_rows(text: bytes) -> list[bytes]:
    """Rows in the order of their text; a CSV row with a line feed in it is several lines, which sort the same on both sides."""
    return sorted(text.split(b"\n"))


def check_table(reader: Reader, batch: Batch, case: Case, again: str, tally: Tally) -> None:
    result = batch.result["tables"].get(case.name)
    if result is None:
        tally.check(False, f"{again}: the table was not made")
        return
    if "error" in result:
        tally.refused += 1
        print(f"refused by ClickHouse {batch.version}: {case.name}: {result['error'][:300]}", flush=True)
        return
    path = str(batch.folder / "data" / result["database"] / case.name)
    names = ["_part", "_part_offset"] + [column["name"] for column in result["columns"]]
    complaint = ""
    for ending in ("jsonl", "csv"):
        if ending == "csv" and case.has_tuple and batch.version in ("1.4.1",):
            continue      # tuples were one cell then
        code, ours, error = reader.run("cat", path, "--format", ending, *column_list(names))
        if code != 0:
            complaint = f"cat --format {ending}: {error}"
            break
        difference = first_difference(sorted_rows(ours), sorted_rows((batch.folder / f"{case.name}.{ending}").read_bytes()))
        if difference:
            complaint = f"{ending}: {difference}"
            break
    if not complaint:
        code, out, error = reader.run("check", path)
        complaint = f"check: {error or out.decode(errors='replace')[-300:]}" if code != 0 else ""
    tally.rows += result["rows"]
    tally.values += result["rows"] * len(result["columns"])
    tally.check(not complaint, f"{again}: {complaint}")
    if complaint:
        return
    for number, (ours_text, theirs_text) in enumerate(case.predicates):
        answer = batch.folder / f"{case.name}.{number}.rows"
        code, ours, error = reader.run("cat", path, "--format", "jsonl", *column_list(["_part", "_part_offset"]), "--where", ours_text)
        difference = error if code else first_difference(sorted_rows(ours), sorted_rows(answer.read_bytes()))
        tally.check(not difference, f"{again}: --where {ours_text!r} (ClickHouse: {theirs_text}): {difference}")


def check_planted(reader: Reader, batch: Batch, rng: random.Random, tally: Tally) -> None:
    """The test must see a difference, and ch must see damage."""
    made = [case for case in batch.cases
            if "error" not in batch.result["tables"].get(case.name, {"error": ""}) and batch.result["tables"][case.name]["rows"] > 0]
    if not made:
        return
    case = rng.choice(made)
    answer = (batch.folder / f"{case.name}.jsonl").read_bytes()
    at = answer.index(b":") + 1
    tally.check(first_difference(sorted_rows(answer), sorted_rows(answer[:at] + b"7" + answer[at + 1:])) != "",
                f"chdb {batch.version}: a planted difference was not seen")
    path = batch.folder / "data" / batch.result["tables"][case.name]["database"] / case.name
    code, out, error = reader.run("parts", str(path), "--format", "json")
    parts = [Path(part["path"]) for part in json.loads(out)["parts"] if part["rows"]] if code == 0 else []
    if not parts:
        tally.check(False, f"chdb {batch.version}: ch parts: {error}")
        return
    copy = batch.folder / "damaged"
    copy.mkdir()
    for part in parts:
        shutil.copytree(part, copy / part.name)
    shutil.copy(batch.folder / "data" / "metadata" / batch.result["tables"][case.name]["database"] / f"{case.name}.sql", copy / "table.sql")
    code, _, error = reader.run("check", str(copy))
    tally.check(code == 0, f"chdb {batch.version}: check of an undamaged copy: {error}")
    _, right, _ = reader.run("cat", str(copy), "--format", "jsonl")
    target = rng.choice([file for file in (copy / rng.choice(parts).name).glob("*.bin") if file.stat().st_size > 0])
    content = bytearray(target.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    target.write_bytes(content)
    code, out, error = reader.run("check", str(copy))
    tally.check(code == 1 and target.name in out.decode(errors="replace") + error,
                f"chdb {batch.version}: a flipped bit in {target.name} was not reported by check")
    code, out, error = reader.run("cat", str(copy), "--format", "jsonl")
    # The flipped bit may lie in a column that the table no longer has: then the rows must be the same.
    tally.check((code == 1 and target.name in error) or (code == 0 and out == right),
                f"chdb {batch.version}: a flipped bit in {target.name} was not reported by cat: {error}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=os.environ.get("CHSPARK_SEED", "1"))
    parser.add_argument("--size", default=os.environ.get("CHSPARK_SIZE", "ci"), choices=TABLES)
    parser.add_argument("--versions", default=",".join(VERSIONS), help="chdb versions, with commas")
    parser.add_argument("--tables", type=int, help="tables a version; default by --size")
    parser.add_argument("--only", type=int, help="the number of one table")
    parser.add_argument("--tool", type=Path, default=ROOT / "build" / "ch")
    parser.add_argument("--keep", type=Path, help="leave the tables in this folder")
    return parser.parse_args()


def main() -> int:
    options = parse()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="chspark-compat-"))
    count = options.tables or TABLES[options.size]
    numbers = [options.only] if options.only is not None else list(range(count))
    print(f"seed {options.seed}, size {options.size}, {len(numbers)} tables for each of chdb {options.versions}", flush=True)
    batches = [Batch(version, folder / version, make_cases(version, options.seed, numbers, PREDICATES[options.size]))
               for version in options.versions.split(",")]
    tally = Tally()
    reader = Reader(options.tool)
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(2) as pool:
            for batch in pool.map(make_batch, batches):
                if batch.error:
                    tally.check(False, f"chdb {batch.version}: {batch.error}")
                before = (tally.passed, tally.failed, tally.refused)
                for case in batch.cases:
                    number = case.name[1:]
                    again = f"python3 tests/compat/run.py --seed {options.seed} --versions {batch.version} --only {number}"
                    check_table(reader, batch, case, again, tally)
                check_planted(reader, batch, random.Random(options.seed), tally)
                now = (tally.passed, tally.failed, tally.refused)
                print("chdb {} ({}): {} passed, {} failed, {} refused".format(
                    batch.version, batch.result.get("version", "?"), *(b - a for a, b in zip(before, now))), flush=True)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    made = len(numbers) * len(batches) - tally.refused
    tally.check(tally.refused * 10 <= made, f"{tally.refused} tables were refused by ClickHouse: the generator is at fault")
    if len(numbers) * len(batches) >= FULL_TABLES:
        tally.check(made >= FULL_TABLES, f"{made} tables were made, at least {FULL_TABLES} are asked for")
    print(f"{made} tables, {tally.rows} rows, {tally.values} values in {time.monotonic() - started:.0f} s, seed {options.seed}")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
