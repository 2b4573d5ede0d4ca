"""Compatibility with the ClickHouse of Debian 12 itself: tables that its clickhouse-server 18.16 made, read by ch value by value.

The server is taken from Debian's archive into the cache (about 35 MB, nothing is installed), started on loopback with a data folder of
its own, and makes random tables: all types that it has, partitions, several parts, granularities, merges, ALTERs. It prints decimals
with zeros behind them, which ClickHouse no longer does: these are compared as numbers. CHSPARK_SEED and CHSPARK_SIZE choose.
"""

import argparse
import decimal
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
PACKAGE, VERSION = "clickhouse-server", "18.16"
TABLES = {"ci": 12, "full": 60}
START_SECONDS_MAX = 60

# A value of each type from `number` and the random `h` of the row.
TYPES = {
    "Int8": "toInt8(h)", "Int16": "toInt16(h)", "Int32": "toInt32(h)", "Int64": "toInt64(h)",
    "UInt8": "toUInt8(h)", "UInt16": "toUInt16(h)", "UInt32": "toUInt32(h)", "UInt64": "h",
    "Float32": "toFloat32(toInt32(h)) / 7", "Float64": "toFloat64(toInt64(h)) / 3",
    "Decimal(9, 2)": "toDecimal32(toInt32(h) % 1000000, 2)",
    "Decimal(18, 4)": "toDecimal64(toInt32(h), 4)",
    "Decimal(38, 10)": "toDecimal128(toInt32(h), 10)",
    "String": "if(h % 9 = 0, '', concat('s', toString(h % 1000)))",
    "FixedString(5)": "substring(concat(toString(h), 'abcde'), 1, 5)",
    "UUID": "toUUID(concat('61f0c404-5cb3-11e7-907b-', substring(lower(hex(reinterpretAsString(bitOr(h, 17592186044416)))), 1, 12)))",
    "Enum8('a' = 1, 'b' = -2)": "if(h % 2 = 0, 'a', 'b')",
    "Enum16('x' = 300, 'y' = 1)": "if(h % 3 = 0, 'x', 'y')",
    "Date": "toDate('2018-01-01') + h % 9000",
    "DateTime": "toDateTime('2018-01-01 00:00:00') + toUInt32(h % 900000000)",
    "Nullable(Int32)": "if(h % 3 = 0, NULL, toInt32(h))",
    "Nullable(String)": "if(h % 5 = 0, NULL, toString(h % 77))",
    "Nullable(Date)": "if(h % 4 = 0, NULL, toDate('2018-01-01') + h % 99)",
    "Array(UInt16)": "arrayMap(x -> toUInt16(x + h), range(h % 5))",
    "Array(Array(String))": "[[toString(h)], [], ['', 'q']]",
    "Array(Nullable(Int8))": "[NULL, toInt8(h)]",
    "Tuple(Int8, String)": "(toInt8(h), toString(h % 5))",
    "LowCardinality(String)": "toString(h % 10)",
    "LowCardinality(Nullable(String))": "if(h % 4 = 0, NULL, toString(h % 7))",
}
GRANULARITIES = (8192, 128, 7, 1)
PARTITIONS = ("tuple()", "id % 3", "toYYYYMM(d)", "(id % 2, toYYYYMM(d))")
ORDERS = ("id", "tuple()", "(id, d)", "(d, id)", "(id % 100, id)")


class Server:
    def __init__(self, home: Path, folder: Path):
        self.home, self.folder = home, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = "".join(
            f"<{name}>{value}</{name}>"
            for name, value in {
                "http_port": self.port, "listen_host": "127.0.0.1", "path": f"{folder}/data/", "tmp_path": f"{folder}/tmp/",
                "user_files_path": f"{folder}/files/", "users_config": home / "etc/clickhouse-server/users.xml",
                "default_profile": "default", "default_database": "default", "timezone": "UTC", "mlock_executable": "false",
                "mark_cache_size": 5 << 20, "max_concurrent_queries": 10,
            }.items()
        )
        logger = f"<logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>"
        (folder / "config.xml").write_text(f"<yandex>{logger}{settings}</yandex>")
        libraries = ":".join(str(home / part) for part in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))
        self.process = subprocess.Popen(
            [home / "usr/sbin/clickhouse-server", f"--config-file={folder}/config.xml"],
            env=dict(os.environ, LD_LIBRARY_PATH=libraries), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.version = self.query("SELECT version()").strip()
                return
            except (urllib.error.URLError, ConnectionError) as problem:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the server does not start: {problem}") from problem
                time.sleep(0.2)

    def query(self, sql: str) -> str:
        address = f"http://127.0.0.1:{self.port}/?allow_experimental_low_cardinality_type=1"
        try:
            with urllib.request.urlopen(address, sql.encode()) as answer:
                return answer.read().decode(errors="surrogateescape")
        except urllib.error.HTTPError as problem:
            raise RuntimeError(f"{sql[:200]}: {problem.read().decode(errors='replace')[:300]}") from problem

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(START_SECONDS_MAX)


def fetch(home: Path) -> None:
    """Unpacks the server and the libraries that this machine lacks, as Debian has them."""
    listed = subprocess.run(["apt-get", "install", "-s", "--no-install-recommends", PACKAGE], capture_output=True, text=True, check=True)
    packages = [line.split()[1] for line in listed.stdout.splitlines() if line.startswith("Inst ")]
    print(f"taking {PACKAGE} and {len(packages) - 1} libraries from Debian's archive, about 35 MB", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["apt-get", "download", *packages], cwd=scratch, check=True, capture_output=True)
        unpacked = home.with_suffix(".new")
        shutil.rmtree(unpacked, ignore_errors=True)
        for package in Path(scratch).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
        unpacked.rename(home)


def why_not() -> str:
    if shutil.which("apt-cache") is None:
        return "this is no Debian"
    policy = subprocess.run(["apt-cache", "policy", PACKAGE], capture_output=True, text=True).stdout
    found = next((line.split(":", 1)[1].strip() for line in policy.splitlines() if "Candidate" in line), "nothing")
    return "" if found.startswith(VERSION) else f"the package archive has {found} of {PACKAGE}, not {VERSION}"


def make_table(server: Server, rng: random.Random, name: str) -> dict[str, str]:
    """Its columns and their types, after all that was done to it."""
    types = {f"c{i}": kind for i, kind in enumerate(rng.sample(sorted(TYPES), rng.randint(4, 14)))}
    columns = ", ".join(["id UInt32", "d Date", *(f"{column} {kind}" for column, kind in types.items())])
    server.query(
        f"CREATE TABLE d.{name} ({columns}) ENGINE = MergeTree PARTITION BY {rng.choice(PARTITIONS)} ORDER BY {rng.choice(ORDERS)} "
        f"SETTINGS index_granularity = {rng.choice(GRANULARITIES)}"
    )
    first = 0
    for _ in range(rng.randint(1, 3)):
        rows = rng.choice((1, 10, 300, 3000))
        values = ", ".join(["toUInt32(number)", "toDate('2018-01-01') + number % 40", *(TYPES[kind] for kind in types.values())])
        server.query(
            f"INSERT INTO d.{name} SELECT {values} FROM (SELECT number, cityHash64(number, {rng.randrange(1000)}) AS h "
            f"FROM system.numbers LIMIT {first}, {rows})"
        )
        first += rows
    if rng.random() < 0.4:
        server.query(f"OPTIMIZE TABLE d.{name}")
    if rng.random() < 0.4:
        server.query(f"ALTER TABLE d.{name} ADD COLUMN later UInt16 DEFAULT 5")
        types["later"] = "UInt16"
    if rng.random() < 0.3:
        gone = rng.choice([column for column in types if column != "later"])
        server.query(f"ALTER TABLE d.{name} DROP COLUMN {gone}")
        del types[gone]
    return {"id": "UInt32", "d": "Date", **types}


def rows_of(text: str, types: dict[str, str]) -> list[dict]:
    rows = [json.loads(line, parse_float=decimal.Decimal, parse_int=decimal.Decimal) for line in text.splitlines()]
    for row in rows:
        for column, kind in types.items():
            # Floats stay texts of numbers: both sides must print the same digits.
            if not kind.startswith("Decimal") and isinstance(row.get(column), decimal.Decimal):
                row[column] = str(row[column])
    return sorted(rows, key=lambda row: int(row["id"]))


def difference(ours: list[dict], theirs: list[dict]) -> str:
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, ClickHouse has {len(theirs)}"
    for mine, right in zip(ours, theirs):
        for column in right:
            if mine.get(column) != right[column]:
                return f"id {right['id']}, {column}: ours {mine.get(column)!r}, ClickHouse {right[column]!r}"
    return ""


def compare(server: Server, tool: Path, name: str, types: dict[str, str], rng: random.Random) -> str:
    """What is wrong, or nothing."""
    least = rng.randrange(3000)
    wheres = ("", f"id >= {least} AND id < {least + rng.randrange(1000)}", "d < '2018-01-09'")
    selected = ", ".join(types)
    path = str(server.folder / "data" / "data" / "d" / name)
    for where in wheres:
        theirs = server.query(f"SELECT {selected} FROM d.{name} {'WHERE ' + where if where else ''} FORMAT JSONEachRow")
        command = [tool, "cat", path, "--format", "jsonl", "--columns", ",".join(types), *(["--where", where] if where else [])]
        done = subprocess.run(command, capture_output=True, env=dict(os.environ, TZ="UTC"))
        if done.returncode != 0:
            return done.stderr.decode(errors="replace").strip()
        ours = done.stdout.decode(errors="surrogateescape")
        if found := difference(rows_of(ours, types), rows_of(theirs, types)):
            return f"where {where!r}: {found}"
    done = subprocess.run([tool, "check", path], capture_output=True)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode(errors="replace")[-300:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=os.environ.get("CHSPARK_SEED", "1"))
    parser.add_argument("--size", default=os.environ.get("CHSPARK_SIZE", "ci"), choices=TABLES)
    parser.add_argument("--only", type=int, help="the number of one table")
    parser.add_argument("--tool", type=Path, default=ROOT / "build" / "ch")
    options = parser.parse_args()
    if reason := why_not():
        print(f"skipped: {reason}\n0 passed, 0 failed")
        return 0
    home = CACHE / "peers" / f"debian-{PACKAGE}-{VERSION}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        fetch(home)
    passed = failed = 0
    folder = Path(tempfile.mkdtemp(prefix="chspark-debian-"))
    server = Server(home, folder)
    try:
        print(f"ClickHouse {server.version}, seed {options.seed}, size {options.size}", flush=True)
        server.query("CREATE DATABASE d")
        for number in range(TABLES[options.size]) if options.only is None else [options.only]:
            rng = random.Random(f"{options.seed}/{number}")
            types = make_table(server, rng, f"t{number}")
            wrong = compare(server, options.tool, f"t{number}", types, rng)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAIL python3 tests/compat/debian_server.py --seed {options.seed} --only {number}: {wrong}", flush=True)
        # The comparison must see a difference.
        planted = difference([{"id": "1", "d": "2018-01-01"}], [{"id": "1", "d": "2018-01-02"}])
        passed, failed = passed + bool(planted), failed + (not planted)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
