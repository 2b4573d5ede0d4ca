"""Compatibility: tables that our store wrote, handed to real ClickHouses.

Random tables, plain and ReplacingMergeTree(_version, _is_deleted), are made by ch create and filled by ch import in many commits: inserts,
upserts, deletes, with merges, collections and ch alter (add, drop, rename, two names swapped, one dropped and added again, widen) in
between. A model in Python knows every version. Each is exported (ch export), a ClickHouse
attaches the export, CHECK TABLE passes, and SELECT * [FINAL] gives what ch cat gives, row for row, and what the model says. Then faults
are planted, and each must be seen. CHSPARK_SEED and CHSPARK_SIZE (ci | full) choose.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store_arrow import read_arrow
from store_backup import back_up
from store_table import Table, normal

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
VERSIONS = ("4.4.0", "3.7.2", "2.1.1", "1.4.1")
TABLES = {"ci": 6, "full": 500}
# So few that a root's versions stay below what ch gc keeps by default.
TABLES_A_ROOT_MAX = 25
PEER_SECONDS_MAX = 1200


class Tally:
    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def check(self, right: bool, what: str) -> None:
        if right:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {what}", flush=True)


class Store:
    def __init__(self, tool: Path, folder: Path):
        self.tool = tool
        self.root = folder / "root"
        self.exports = folder / "exports"
        self.exports.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments: str, input_: str | None = None) -> str:
        done = subprocess.run([str(self.tool), *arguments], capture_output=True, text=True, input=input_, timeout=120, check=False)
        if done.returncode:
            raise RuntimeError(f"ch {' '.join(arguments)[:300]}: exit {done.returncode}: {done.stderr.strip()[:500]}")
        return done.stdout

    def path(self, table: Table) -> str:
        return f"{self.root}/d/{table.name}"

    def insert(self, table: Table) -> None:
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in table.batch())
        self.run("import", self.path(table), "-", "--format", "jsonl", input_=lines + "\n")

    def cat(self, table: Table, *options: str) -> list[str]:
        lines = self.run("cat", self.path(table), "--format", "jsonl", *options).strip("\n")
        return lines.split("\n") if lines else []

    def version(self) -> int:
        return json.loads(self.run("latch", "status", str(self.root), "--format", "json"))["version"]


def fill(store: Store, tables: list[Table], rng: random.Random, tally: Tally) -> None:
    """Commits of all tables in turn; older versions are read again at the end."""
    remembered = []
    for table in tables:
        store.run("create", str(store.root), table.create())
    for _ in range(len(tables) * 8):
        table = rng.choice(tables)
        store.insert(table)
        if rng.random() < 0.15:
            store.run("merge", store.path(table), *(["--final"] if rng.random() < 0.5 else []))
        if rng.random() < 0.2:
            for alteration in table.alterations():
                store.run("alter", store.path(table), *alteration)
        if rng.random() < 0.05:
            store.run("gc", str(store.root))
        if rng.random() < 0.15:
            remembered.append((table, store.version(), table.expected()))
    for table, version, expected in remembered:
        found = normal(store.cat(table, "--version-of", str(version)))
        tally.check(found == expected, f"{table.name} at version {version}: {len(found)} rows, expected {len(expected)}")


def ask_peer(version: str, exports: Path) -> dict:
    environment = dict(os.environ, PYTHONPATH=str(CACHE / "peers" / f"chdb-{version}"), TZ="UTC")
    done = subprocess.run([sys.executable, str(HERE / "store_peer.py"), str(exports)], env=environment, capture_output=True, text=True,
                          timeout=PEER_SECONDS_MAX, check=False)
    shutil.rmtree(exports.parent / f"peer-{exports.name}", ignore_errors=True)
    answers = exports / "answers.json"
    if done.returncode or not answers.exists():
        print(f"chdb {version}: exit {done.returncode}: {done.stderr[-500:]}", flush=True)
        return {}
    result = json.loads(answers.read_text())
    answers.unlink()
    return result


def compare(store: Store, tables: list[Table], versions: list[str], again: str, tally: Tally) -> None:
    for table in tables:
        store.run("export", store.path(table), str(store.exports / table.name))
        tally.check(json.loads(store.run("check", store.path(table), "--format", "json"))["sound"], f"{again}: ch check {table.name}")
    for version in versions:
        answers = ask_peer(version, store.exports)
        for table in tables:
            answer = answers.get(table.name, {"rows": [], "complaints": ["no answer"]})
            what = f"{again}, chdb {version}, {table.name} ({table.create()})"
            tally.check(not answer["complaints"], f"{what}: {answer['complaints']}")
            ours, theirs = store.cat(table), answer["rows"]
            tally.check([json.loads(row) for row in sorted(ours)] == [json.loads(row) for row in theirs],
                        f"{what}: ch has {len(ours)} rows, ClickHouse {len(theirs)}")
            tally.check(normal(theirs) == table.expected(), f"{what}: ClickHouse has {len(theirs)} rows, the model {len(table.expected())}")
            seen, wanted = answer.get("layout", {}), table.layout()
            if seen.get("kind") == "" and not table.rows:
                seen["kind"] = wanted["kind"]  # no part is left
            tally.check(seen == wanted, f"{what}: stored as {seen}, expected {wanted}")


def adopt(store: Store, tables: list[Table], folder: Path, tally: Tally) -> None:
    """Exports are plain folders: taken into another root they have the same rows, and go on."""
    other = Store(store.tool, folder / "adopting")
    for table in tables:
        path = other.path(table)
        other.run("adopt", path, str(store.exports / table.name))
        tally.check(normal(other.cat(table)) == table.expected(), f"ch adopt {table.create()}: {len(other.cat(table))} rows")
        if not table.replaces or not table.expected():
            continue
        deleted = {**json.loads(other.cat(table)[0]), "_is_deleted": 1}
        del deleted["_version"]
        other.run("import", path, "-", "--format", "jsonl", input_=json.dumps(deleted) + "\n")
        tally.check(len(other.cat(table)) == len(table.expected()) - 1, f"a key deleted in the adopted {table.name}")
    doctor = json.loads(other.run("doctor", str(other.root), "--format", "json"))
    tally.check(doctor["sound"] and not doctor["findings"], f"ch doctor of the adopted tables: {doctor['findings']}")


def plant(store: Store, tables: list[Table], versions: list[str], tally: Tally) -> None:
    """A part that is left out of an export, and a model that forgets a row, must be seen."""
    # Where nothing replaces a row, each part has rows that count; else one alone may have none, and all of them go.
    table = max(tables, key=lambda candidate: (not candidate.replaces and len(candidate.rows) > 0, len(candidate.rows)))
    parts = sorted(part for part in (store.exports / table.name).iterdir() if part.is_dir() and part.name != "detached")
    for part in parts if table.replaces else parts[:1]:
        shutil.rmtree(part)
    coded = max(tables, key=lambda candidate: sum(map(bool, candidate.layout()["codecs"].values())))
    definition = store.exports / coded.name / "table.sql"
    definition.write_text(re.sub(r" CODEC\((?:[^()]|\([^()]*\))*\)", "", definition.read_text()))
    answers = ask_peer(versions[0], store.exports)
    answer = answers.get(table.name, {"rows": []})
    codecs = answers.get(coded.name, {}).get("layout", {}).get("codecs")
    tally.check(codecs is not None and codecs != coded.layout()["codecs"], "planted: codecs that are missing in the export were not seen")
    tally.check(normal(answer["rows"]) != table.expected(), "planted: a part that is missing in the export was not seen")
    expected = table.expected()
    tally.check(normal(store.cat(table)) != expected[1:], "planted: a row too many was not seen")


def change(store: Store, taken: str, tally: Tally) -> None:
    """The commands that change a table without rows from outside, each against what it must leave; `taken` names another table."""
    root = str(store.root)
    store.run("create", root, "CREATE TABLE d.c (k UInt64, v Int32) ENGINE = MergeTree ORDER BY k")
    path = f"{root}/d/c"
    store.run("import", path, "-", input_="1,10\n2,20\n")
    then = store.version()
    store.run("import", path, "-", input_="3,30\n")

    def expect(wanted: str, what: str, name: str = "c") -> None:
        found = store.run("cat", f"{root}/d/{name}").split()
        tally.check(found == wanted.split(), f"{what}: found {found}, expected {wanted}")

    store.run("rollback", path, str(then))
    expect("1,10 2,20", "ch rollback")
    store.run("alter", path, "add", "w", "Nullable(String)", "--after", "k")
    store.run("alter", path, "widen", "v", "Int64")
    store.run("alter", path, "rename", "v", "long")
    expect("1,\\N,10 2,\\N,20", "ch alter add, widen, rename")
    store.run("alter", path, "drop", "w")
    store.run("import", path, "-", input_="4,4000000000\n")
    expect("1,10 2,20 4,4000000000", "ch alter drop")
    for refused in (["alter", path, "drop", "k"], ["alter", path, "widen", "long", "Int8"], ["alter", path, "add", "x", "Nonsense"],
                    ["rename", path, taken], ["rollback", path, "999999"], ["rollback", path, str(then)], ["drop", f"{root}/d/no"]):
        try:
            store.run(*refused)
            tally.check(False, f"ch {' '.join(refused)} was not refused")
        except RuntimeError as error:
            tally.check("ch: " in str(error) and "Bug" not in str(error), str(error))
    store.run("rename", path, "c 2")
    expect("1,10 2,20 4,4000000000", "ch rename", "c 2")
    path = f"{root}/d/c 2"
    store.run("truncate", path)
    expect("", "ch truncate", "c 2")
    versions = json.loads(store.run("history", path, "--format", "json"))["versions"]
    found = [f"{version['operation']} {version['rows']} in {version['parts']}" for version in versions]
    expected = ["create 0 in 0", "write 2 in 1", "write 3 in 2", "overwrite 2 in 1", *["alter 2 in 1"] * 4, "write 3 in 2", "rename 3 in 2",
                "truncate 0 in 0"]
    tally.check(found == expected, f"ch history: {found}, expected {expected}")
    newest = store.version()
    kept = json.loads(store.run("gc", root, "--keep-versions", "2", "--format", "json"))
    tally.check(kept["floor"] == newest - 2, f"ch gc --keep-versions 2: {kept}")
    kept = json.loads(store.run("gc", root, "--keep-hours", "0", "--format", "json"))
    tally.check(kept["floor"] > versions[-1]["version"] and kept["retired_removed"] > 0, f"ch gc --keep-hours 0: {kept}")
    store.run("drop", path)
    tally.check("c 2" not in store.run("ls", f"{root}/d"), "ch drop left the table")


def import_together(store: Store, tally: Tally) -> None:
    """Several tables in one commit, by ch import --and: all of them or none."""
    paths = [f"{store.root}/d/together{number}" for number in range(3)]
    files = [store.exports / f"together{number}.csv" for number in range(3)]
    for number, (path, file) in enumerate(zip(paths, files)):
        store.run("create", str(store.root), f"CREATE TABLE d.together{number} (k UInt64) ENGINE = MergeTree ORDER BY k")
        file.write_text(f"{number}\n")
    others = [word for path, file in list(zip(paths, files))[1:] for word in ("--and", path, str(file))]

    def rows() -> list[str]:
        return [store.run("cat", path).strip() for path in paths]

    files[2].write_text("no number\n")
    for refused in (others, ["--and", paths[0], str(files[0])], ["--and", paths[1], str(files[1]) + ".missing"]):
        try:
            store.run("import", paths[0], str(files[0]), *refused)
            tally.check(False, f"ch import {refused} was not refused")
        except RuntimeError as error:
            tally.check("ch: " in str(error) and "Bug" not in str(error) and rows() == ["", "", ""], f"{error}: {rows()}")
    files[2].write_text("2\n")
    done = json.loads(store.run("import", paths[0], str(files[0]), *others, "--output", "json"))
    tally.check(rows() == ["0", "1", "2"] and done["rows"] == 3, f"ch import --and: {rows()}, {done}")
    for path in paths:
        operation = json.loads(store.run("history", path, "--format", "json"))["versions"][-1]
        tally.check(operation["version"] == done["version"] and operation["operation"] == "write", f"{path}: {operation}")


def diagnose(store: Store, tally: Tally) -> None:
    """ch doctor finds nothing wrong with what many commits left, changes nothing, and finds what is planted then."""

    def doctor() -> tuple[int, dict]:
        done = subprocess.run([str(store.tool), "doctor", str(store.root), "--format", "json"], capture_output=True, text=True, timeout=120,
                              check=False)
        return done.returncode, json.loads(done.stdout)

    def names() -> list[str]:
        return sorted(str(path) for path in store.root.rglob("*"))

    before = names()
    code, found = doctor()
    tally.check(code == 0 and found["sound"] and not found["findings"] and found["parts"] > 0, f"ch doctor: {code}, {found}")
    tally.check(names() == before, "ch doctor changed the root")
    part = next(path for path in sorted(store.root.glob("d/*/*_*_*_*")) if path.is_dir() and not path.name.startswith("tmp_"))
    checksums = part / "checksums.txt"
    content = checksums.read_bytes()
    leftover = part.parent / "tmp_1_2"
    for what, plant_, mend in (
        ("a damaged file", lambda: checksums.write_bytes(content[:-1] + b"?"), lambda: checksums.write_bytes(content)),
        ("a missing part", lambda: part.rename(part.parent / "away"), lambda: (part.parent / "away").rename(part)),
        ("a leftover", leftover.mkdir, leftover.rmdir),
    ):
        plant_()
        code, found = doctor()
        wanted = str(leftover if what == "a leftover" else part)
        tally.check(code == 1 and not found["sound"] and any(wrong["path"].startswith(wanted) and wrong["do"] for wrong in found["findings"]),
                    f"ch doctor, {what} ({wanted}): {code}, {found['findings']}")
        mend()
    tally.check(doctor()[0] == 0, "ch doctor after all was mended")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=os.environ.get("CHSPARK_SEED", "1"))
    parser.add_argument("--size", default=os.environ.get("CHSPARK_SIZE", "ci"), choices=TABLES)
    parser.add_argument("--versions", default="", help="chdb versions, with commas; default: one by the seed, all with --size full")
    parser.add_argument("--tool", type=Path, default=ROOT / "build" / "ch")
    parser.add_argument("--keep", type=Path, help="leave the tables in this folder")
    options = parser.parse_args()
    rng = random.Random(f"store/{options.seed}")
    versions = options.versions.split(",") if options.versions else list(VERSIONS) if options.size == "full" else [rng.choice(VERSIONS[:3])]
    folder = options.keep or Path(tempfile.mkdtemp(prefix="chspark-store-"))
    again = f"python3 tests/compat/store.py --seed {options.seed} --size {options.size}"
    tally, started, commits, rows = Tally(), time.monotonic(), 0, 0
    print(f"seed {options.seed}, {TABLES[options.size]} tables, chdb {', '.join(versions)}", flush=True)
    try:
        for first in range(0, TABLES[options.size], TABLES_A_ROOT_MAX):
            store = Store(options.tool, folder / f"from-t{first}")
            numbers = range(first, min(first + TABLES_A_ROOT_MAX, TABLES[options.size]))
            tables = [Table(f"t{number}", f"{options.seed}") for number in numbers]
            fill(store, tables, rng, tally)
            compare(store, tables, versions, again, tally)
            commits += sum(table.commits for table in tables)
            rows += sum(len(table.rows) for table in tables)
            print(f"{numbers.stop} tables, {tally.passed} passed, {tally.failed} failed, {time.monotonic() - started:.0f} s", flush=True)
        # What follows looks at the last root only.
        adopt(store, tables, folder, tally)
        plant(store, tables, versions, tally)
        back_up(store, tables, folder, tally)
        read_arrow(store, folder, options.seed, tally)
        change(store, tables[0].name, tally)
        import_together(store, tally)
        store.run("gc", str(store.root))
        diagnose(store, tally)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{commits} commits, {rows} rows left, in {time.monotonic() - started:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
