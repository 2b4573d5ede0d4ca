"""Compatibility: parts that we wrote, handed to real ClickHouses.

Random tables that a ClickHouse made are read and written anew by part_rewriter: wide and compact, every codec, many granules, partitions,
skip indices. The same ClickHouse attaches our parts; CHECK TABLE passes, every value is the one that was written, rows are in order, a
filter by the indices gives what it gives without them, OPTIMIZE FINAL keeps all; and ch reads the attached table alike. At the end faults
are planted in the writer's output, and each must be seen. CHSPARK_SEED and CHSPARK_SIZE (ci | full) choose.
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
from pathlib import Path

from predicate_case import predicates_of
from run import CACHE, HERE, MAKE_SECONDS_MAX, ROOT, VERSIONS, Batch, Reader, Tally, check_table, make_batch
from table_case import LONG_NAME, Case, CaseMaker, Column, ident

TABLES = {"ci": 7, "full": 125}
PREDICATES = {"ci": 6, "full": 10}
REWRITE_SECONDS_MAX = 120
LONG_STREAM_NAME = "long column " * 8      # 128 bytes when escaped: its files are hashed
# What a fault must break is checked on tables with rows, a key and a filter over it.
PLANTS = ("value", "order", "key", "index", "mark", "checksum", "count")


class WrittenCaseMaker(CaseMaker):
    """Tables as we write them: no mutations, and only those partition expressions that PartitionKey knows."""

    def make(self) -> Case:
        self.make_columns()
        for column in self.case.columns:
            # ClickHouses look for the plain name of a hashed file too, and fail where no file name can be that long.
            if column.name == LONG_NAME:
                column.name = LONG_STREAM_NAME
            # The sizes in such a Tuple have another file name before 24.
            if self.version < (24, 1) and "." in column.name and column.type.kind == "Tuple":
                column.name = column.name.replace(".", "_")
        self.make_settings()
        # The format of the source does not matter, and the target's is ours.
        self.case.settings["min_bytes_for_wide_part"] = 0
        self.case.settings["index_granularity_bytes"] = 10485760
        self.case.insert_settings["max_partitions_per_insert_block"] = 0
        self.make_create()
        self.make_inserts()
        order = self.case.create[0].rsplit("ORDER BY (", 1)[1].rsplit(")", 1)[0]
        self.case.order = [column.name for column in self.case.columns if ident(column.name) in order]
        self.case.order.sort(key=lambda name: order.index(ident(name)))
        return self.case

    def aliases(self) -> list[str]:
        return []

    def key_expression(self, column: Column) -> str:
        return ident(column.name)

    def partition_term(self, column: Column) -> str:
        name, kind = ident(column.name), column.type.kind
        is_plain = not column.type.sql.startswith(("LowCardinality", "Nullable"))
        few = 0 < column.pool <= 20
        is_wide = kind in ("Int", "UInt") and column.type.parameter > 128 or kind == "Decimal" and column.type.parameter[0] > 38
        terms = [name] if few and not is_wide and kind not in ("Float32", "Float64", "BFloat16", "Time", "Time64") else []
        is_utc = kind in ("Date", "Date32") or column.type.sql.endswith("'UTC')")
        if is_plain and kind in ("Date", "Date32", "DateTime", "DateTime64") and is_utc:
            terms += [f"toYear({name})"] + ([f"toYYYYMM({name})"] if few else [])
            terms += [f"toDate({name})"] if few and kind in ("Date", "DateTime") else []
        if is_plain and kind in ("Int", "UInt") and column.type.parameter <= 64:
            terms += [f"{name} % {self.rng.choice((3, 7, 10))}", f"modulo({name}, 4)"]
            terms += [f"intDiv({name}, {self.rng.choice((2, 1000))})"] if few else []
        return self.rng.choice(terms) if terms else ""

    def partition(self, keys: list[Column]) -> str:
        terms = [self.partition_term(column) for column in self.rng.sample(keys, min(len(keys), 2)) if len(column.name) < 50]
        terms = [term for term in terms if term][:self.rng.choice((1, 1, 2))]
        return terms[0] if len(terms) == 1 else f"({', '.join(terms)})" if terms else ""


def big_case(number: int, version: str) -> Case:
    """Enough rows for several frames a stream and for more distinct values than a shared dictionary holds."""
    case = Case(f"t{number}", f"big/{version}")
    columns = ("id UInt64, s String, n Nullable(Int32), lc LowCardinality(String), ln LowCardinality(Nullable(String)), "
               "al Array(LowCardinality(String)), f Float64 CODEC(NONE), z String CODEC(ZSTD(3)), m Map(String, Nullable(Int64)), "
               "INDEX i0 s TYPE bloom_filter(0.01) GRANULARITY 2, INDEX i1 f TYPE minmax GRANULARITY 3")
    case.create.append(f"CREATE TABLE {{table}} ({columns}) ENGINE = MergeTree PARTITION BY id % 2 ORDER BY (s, id) {{settings}}")
    case.after.append("INSERT INTO {table} SELECT cityHash64(number) % 20000, repeat(toString(number % 999), number % 5), "
                      "if(number % 3 = 0, NULL, number), toString(number % 11000), if(number % 7 = 0, NULL, toString(intHash32(number) % 9000)), "
                      "arrayMap(x -> toString(x * number % 10000), range(number % 3)), number / 7, repeat('z', number % 300), "
                      "map('k', number, 'l', NULL) FROM numbers(25000)")
    case.settings["min_bytes_for_wide_part"] = 0
    case.order = ["s", "id"]
    texts = ("id = 77", "id BETWEEN 100 AND 200", "s = '11'", "s IN ('998998', '5', 'no')", "f > 2000 AND f < 2100", "lc = '10999'", "n IS NULL")
    case.predicates = [(text, text) for text in texts]
    return case


def make_cases(version: str, seed: str, numbers: list[int], predicates: int) -> list[Case]:
    cases = []
    for number in numbers:
        if number == 0:
            cases.append(big_case(number, version))
            continue
        case = WrittenCaseMaker(f"written/{seed}/{version}/{number}", f"t{number}", VERSIONS[version]).make()
        indexed = [column for column in case.columns if column.name in case.order or f" {ident(column.name)} TYPE " in case.create[0]]
        case.predicates = predicates_of(case, indexed or case.columns, predicates)
        cases.append(case)
    return cases


def options_of(case: Case) -> list[str]:
    rng = random.Random(case.seed + "/options")
    options = [f"kind={rng.choice(('wide', 'wide', 'compact', 'size'))}", f"codec={rng.choice(('LZ4', 'LZ4', 'ZSTD(1)', 'ZSTD(5)', 'NONE'))}",
               f"granule_rows={rng.choice((1, 7, 64, 100, 512, 8192, 8192))}", f"wide_bytes_min={rng.choice((1, 20000, 10485760))}",
               f"granule_bytes={rng.choice((1024, 100000, 10485760))}"]
    if rng.random() < 0.5:
        options.append(f"block_rows={rng.choice((1, 13, 100, 1000))}")
    options += [f"column_codec.{column.name}={column.codec}" for column in case.columns if column.codec]
    return options


class Writer:
    def __init__(self, tool: Path):
        self.tool = tool

    def write(self, batch: Batch, case: Case, target: Path, options: list[str]) -> str:
        made = batch.result["tables"][case.name]
        source = batch.folder / "data" / made["database"] / made.get("source", case.name)
        target.mkdir(parents=True)
        try:
            done = subprocess.run([str(self.tool), str(source), str(target), *options], capture_output=True, timeout=REWRITE_SECONDS_MAX,
                                  check=False)
        except subprocess.TimeoutExpired:
            return f"part_rewriter: no end within {REWRITE_SECONDS_MAX} s"
        return f"part_rewriter: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:500]}" if done.returncode else ""


def ask_peer(batch: Batch) -> dict:
    environment = dict(os.environ, PYTHONPATH=f"{CACHE / 'peers' / f'chdb-{batch.version}'}:{HERE}", TZ="UTC")
    try:
        done = subprocess.run([sys.executable, str(HERE / "written_peer.py"), str(batch.folder)], env=environment, capture_output=True,
                              timeout=MAKE_SECONDS_MAX, check=False)
        if done.returncode:
            print(f"chdb {batch.version}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-600:]}", flush=True)
    except subprocess.TimeoutExpired:
        print(f"chdb {batch.version}: no end within {MAKE_SECONDS_MAX} s", flush=True)
    answer = batch.folder / "written.json"
    return json.loads(answer.read_text()) if answer.exists() else {}


def check_batch(batch: Batch, writer: Writer, reader: Reader, again: str, tally: Tally) -> None:
    failed = {}
    for case in batch.cases:
        made = batch.result["tables"].get(case.name, {"error": "the table was not made"})
        if "error" in made:
            tally.refused += 1
            print(f"refused by ClickHouse {batch.version}: {case.name}: {made['error'][:300]}", flush=True)
            continue
        failed[case.name] = writer.write(batch, case, batch.folder / "written" / case.name, options_of(case))
    answers = ask_peer(batch)
    written = Batch(batch.version, batch.folder, batch.cases, {"tables": answers})
    for case in batch.cases:
        if case.name not in failed:
            continue
        answer = answers.get(case.name, {"complaints": ["ClickHouse gave no answer"]})
        complaint = failed[case.name] or "; ".join(answer["complaints"])
        command = f"{again} --versions {batch.version} --only {case.name[1:]}"
        tally.check(not complaint, f"{command} ({' '.join(options_of(case)[:6])}): {complaint}")
        if not complaint:
            check_table(reader, written, case, command, tally)


def damage(folder: Path, plant: str, rng: random.Random) -> None:
    """Faults that no wrong input to the writer gives."""
    names = {"mark": "*.mrk[23]", "checksum": "checksums.txt", "count": "count.txt"}
    if plant not in names:
        return
    target = rng.choice(sorted(file for file in folder.glob(f"*/{names[plant]}") if file.stat().st_size))
    content = bytearray(target.read_bytes())
    content[8 if plant == "mark" else -1] ^= 1
    target.write_bytes(content)


def check_planted(batch: Batch, writer: Writer, seed: str, tally: Tally) -> None:
    """Each fault in what was written must bring a complaint."""
    case = big_case(0, batch.version)
    made = batch.result["tables"].get(case.name, {"error": ""})
    if "error" in made:
        return
    folder = batch.folder / "written"
    planted = []
    shutil.rmtree(folder)
    for number, plant in enumerate(PLANTS):
        copy = big_case(900 + number, batch.version)
        planted.append(copy)
        batch.result["tables"][copy.name] = dict(made, source=case.name)
        error = writer.write(batch, copy, folder / copy.name, ["granule_rows=100", f"kind={'compact' if number % 2 else 'wide'}", f"plant={plant}"])
        tally.check(not error, f"plant {plant}: {error}")
        damage(folder / copy.name, plant, random.Random(f"{seed}/{plant}"))
    with (batch.folder / "batch.pickle").open("wb") as sink:
        pickle.dump(planted, sink)
    (batch.folder / "result.json").write_text(json.dumps(batch.result))
    answers = ask_peer(batch)
    for copy, plant in zip(planted, PLANTS):
        complaints = answers.get(copy.name, {"complaints": []})["complaints"]
        tally.check(bool(complaints), f"chdb {batch.version}: the planted fault \"{plant}\" was not seen")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=os.environ.get("CHSPARK_SEED", "1"))
    parser.add_argument("--size", default=os.environ.get("CHSPARK_SIZE", "ci"), choices=TABLES)
    parser.add_argument("--versions", default=",".join(VERSIONS), help="chdb versions, with commas")
    parser.add_argument("--tables", type=int, help="tables a version; default by --size")
    parser.add_argument("--only", type=int, help="the number of one table")
    parser.add_argument("--tool", type=Path, default=ROOT / "build" / "ch")
    parser.add_argument("--writer", type=Path, default=ROOT / "build" / "dev" / "tests" / "compat" / "part_rewriter")
    parser.add_argument("--keep", type=Path, help="leave the tables in this folder")
    return parser.parse_args()


def main() -> int:
    options = parse()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="chspark-written-"))
    numbers = [options.only] if options.only is not None else list(range(options.tables or TABLES[options.size]))
    print(f"seed {options.seed}, {len(numbers)} tables for each of chdb {options.versions}", flush=True)
    batches = [Batch(version, folder / version, make_cases(version, options.seed, numbers, PREDICATES[options.size]))
               for version in options.versions.split(",")]
    tally, writer, reader = Tally(), Writer(options.writer), Reader(options.tool)
    again = f"python3 tests/compat/written.py --seed {options.seed}"
    planted_version = random.Random(options.seed).choice(options.versions.split(","))
    started = time.monotonic()

    def judged(batch: Batch) -> Tally:
        own = Tally()
        make_batch(batch)
        own.check(not batch.error, f"chdb {batch.version}: {batch.error}")
        check_batch(batch, writer, reader, again, own)
        if options.size == "full" or batch.version == planted_version:
            check_planted(batch, writer, options.seed, own)
        print(f"chdb {batch.version}: {own.passed} passed, {own.failed} failed", flush=True)
        return own

    try:
        with ThreadPoolExecutor(2) as pool:
            for own in pool.map(judged, batches):
                tally.add(own)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    made = len(numbers) * len(batches) - tally.refused
    tally.check(tally.refused * 10 <= made, f"{tally.refused} tables were refused by ClickHouse: the generator is at fault")
    print(f"{made} tables, {tally.rows} rows, {tally.values} values in {time.monotonic() - started:.0f} s, seed {options.seed}")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
