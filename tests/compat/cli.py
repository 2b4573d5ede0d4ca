"""The command ch, as a person and a program meet it: reports against the files themselves, formats against each other, usage errors.

Usage: cli.py [--tool build/ch]. Tables and parts are those of tests/golden, which real ClickHouses wrote.
"""

import argparse
import io
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
sys.path.insert(0, str(CACHE / "peers" / "tools-1"))
import pyarrow.ipc  # noqa: E402

GOLDEN = ROOT / "tests/golden"
# As tests/golden/tables/make.py made them.
ROWS = {"deleted": 1000, "evolved": 200, "k ey`s": 2000, "ordered": 5000}
UNCOMPUTABLE = "c10"  # of evolved: DEFAULT k + 1, which its part lacks
VERSIONS = ("chdb-1.4.1", "chdb-4.4.0")
COMMANDS = ("ls", "describe", "parts", "inspect", "check", "cat", "gc", "latch", "snapshot", "create", "import", "adopt", "merge", "export",
            "history", "doctor", "rollback", "drop", "truncate", "rename", "alter")
FAILED, USAGE = 1, 2
# What is typed, the exit code, and what the message says.
REFUSED = (
    (["frobnicate"], USAGE, "no command frobnicate"),
    ([], USAGE, "ch --help"),
    (["cat"], USAGE, "TABLE is required"),
    (["cat", "nowhere", "--limit", "-1"], USAGE, "--limit: -1 is negative"),
    (["cat", "nowhere", "--memory", "-1"], USAGE, "--memory: -1 is negative"),
    (["cat", "nowhere"], FAILED, "nowhere"),
    (["cat", f"{GOLDEN}/tables/chdb-4.4.0/d/deleted", "--columns", "nothing"], FAILED, "it has k, s"),
    (["cat", f"{GOLDEN}/tables/chdb-4.4.0/d/deleted", "--where", "k >"], USAGE, "k >"),
    (["cat", f"{GOLDEN}/tables/chdb-4.4.0/d/evolved"], FAILED, f"column {UNCOMPUTABLE} is missing in a part"),
    (["cat", f"{GOLDEN}/tables/chdb-4.4.0/d/deleted", "--where", ""], USAGE, "an empty predicate"),
    (["cat", f"{GOLDEN}/tables/chdb-4.4.0/d/deleted", "--where", "lower(s) = 'x'"], USAGE, "functions are not known here"),
    (["create", "nowhere", "CREATE TABLE d.t (k Int8 CODEC(Delta, ZSTD)) ENGINE = MergeTree ORDER BY k"],
     FAILED, "column k: the codec Delta, ZSTD is not written; expected NONE, LZ4 or ZSTD(1) to ZSTD(22) alone"),
    (["create", "nowhere", "CREATE TABLE d.t (k Int8 CODEC(ZSTD), v Int8 TTL k) ENGINE = MergeTree ORDER BY k SETTINGS merge_max_block_size = 1"],
     FAILED, "a store does not keep TTL of column v, setting merge_max_block_size"),
    (["gc", "nowhere", "--version-of", "1"], USAGE, "--version-of"),
    (["ls", f"{GOLDEN}/parts/4.4.0"], USAGE, "ch parts lists its parts"),
    (["inspect", f"{GOLDEN}/parts"], FAILED, "columns.txt"),
    (["gc", f"{GOLDEN}/tables"], FAILED, "ch create makes one"),
    (["gc", "nowhere", "--keep-versions", "-1"], USAGE, "--keep-versions: -1 is negative"),
    (["gc", "nowhere", "--keep-hours", "-1"], USAGE, "-1"),
    (["rollback", "nowhere", "-1"], USAGE, "-1"),
    (["drop", "nowhere/d/t"], FAILED, "no store is above"),
    (["alter", "nowhere/d/t", "add", "c"], USAGE, "takes a COLUMN and a TYPE"),
)


class Checks:
    def __init__(self, tool: str):
        self.tool, self.passed, self.failed = tool, 0, 0

    def run(self, *arguments) -> subprocess.CompletedProcess:
        return subprocess.run([self.tool, *map(str, arguments)], capture_output=True, timeout=60, check=False)

    def json(self, *arguments):
        done = self.run(*arguments, "--format", "json")
        if done.returncode != 0:
            raise RuntimeError(f"ch {arguments}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    def equal(self, found, expected, what: str) -> None:
        if found == expected:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL {what}: found {str(found)[:300]}, expected {str(expected)[:300]}", flush=True)


def plain(value) -> str:
    """A value as JSONEachRow's parser and as pyarrow give it, brought to one form."""
    return "true" if value is True else "false" if value is False else str(value)


def is_compared(column: dict) -> bool:
    """Of the types that both forms write alike; times, decimals and maps are compared in Arrow by the suite arrow-stream."""
    alike = column["type"].startswith(("Int", "UInt", "String", "LowCardinality", "Enum", "Bool", "Array", "Nullable(Int", "Nullable(F"))
    return alike and column["name"] != UNCOMPUTABLE and column["default_kind"] != "ALIAS"


def check_reports(checks: Checks, version: str) -> None:
    root = GOLDEN / "tables" / version
    checks.equal(checks.json("ls", root), {"databases": [{"database": "d", "tables": len(ROWS)}]}, f"{version}: ls of a root")
    tables = checks.json("ls", root / "d")["tables"]
    checks.equal({table["table"]: table["rows"] for table in tables}, ROWS, f"{version}: ls of a database")
    for table in tables:
        name = table["table"]
        described = checks.json("describe", root / "d" / name)
        checks.equal((described["rows"], described["parts"]), (ROWS[name], table["parts"]), f"{version}: describe {name}")
        parts = checks.json("parts", root / "d" / name)["parts"]
        checks.equal(sum(part["rows"] for part in parts), ROWS[name], f"{version}: parts of {name}")
        folders = sorted(entry.name for entry in Path(described["path"]).iterdir() if (entry / "columns.txt").exists())
        checks.equal({part["name"] for part in parts} <= set(folders), True, f"{version}: folders of {name}")
        columns = ",".join(column["name"] for column in described["columns"] if is_compared(column))
        cat = ("cat", root / "d" / name, "--columns", columns, "--format")
        jsonl = [json.loads(line) for line in checks.run(*cat, "jsonl").stdout.splitlines()]
        stream = pyarrow.ipc.open_stream(io.BytesIO(checks.run(*cat, "arrow").stdout))
        arrow = stream.read_all().to_pylist()
        form = lambda rows: [[plain(value).removesuffix("+00:00") for value in row.values()] for row in rows]
        checks.equal(form(arrow), form(jsonl), f"{version}: arrow and jsonl rows of {name}")
        checks.equal(checks.run("check", root / "d" / name).returncode, 0, f"{version}: check {name}")


def check_inspect(checks: Checks, part: Path) -> None:
    found = checks.json("inspect", part)
    files = {entry.name: entry.stat().st_size for entry in part.iterdir() if entry.is_file()}
    checks.equal({file["name"]: file["bytes"] for file in found["files"]}, files, f"inspect {part.name}: files")
    hashed = sum(file["bytes"] for file in found["files"] if file["has_checksum"])
    checks.equal(found["bytes_on_disk"], hashed, f"inspect {part.name}: bytes, as ClickHouse counts them")
    checks.equal(found["rows"], int((part / "count.txt").read_text()), f"inspect {part.name}: rows")
    declared = (part / "columns.txt").read_text().splitlines()[2:]
    checks.equal(len(found["columns"]), len(declared), f"inspect {part.name}: columns")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=str(ROOT / "build/ch"))
    checks = Checks(parser.parse_args().tool)
    for version in VERSIONS:
        check_reports(checks, version)
    for part in sorted((GOLDEN / "parts/4.4.0").iterdir()):
        if (part / "count.txt").exists():
            check_inspect(checks, part)
    for command in COMMANDS:
        done = checks.run(command, "--help")
        checks.equal((done.returncode, len(done.stdout) > 200), (0, True), f"ch {command} --help")
    for typed, code, said in REFUSED:
        done = checks.run(*typed)
        message = done.stderr.decode()
        checks.equal((done.returncode, said in message), (code, True), f"ch {' '.join(typed)}: {message.strip()}")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
