"""ch import --format arrow: what store.py runs behind its tables.

Tables of all types go through ch cat --format arrow | ch import --format arrow and print the same rows as JSON; files that pyarrow wrote
(arrow_peer.py) give the rows that pyarrow put in, or the error that they must.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")

WORDS = ["", "a", "Straße", "x" * 70, 'quote"d', "tab\t"]
# Parts that a ClickHouse wrote, with types that ch import takes from no text.
GOLDEN = ("scalars_wide", "nested_wide", "dictionary_wide", "sparse_wide")
# Type -> a value as JSON has it; each of them can be Nullable.
PLAIN = {
    **{f"{sign}Int{bits}": lambda rng, bits=bits, low=sign == "": rng.randrange(-(2 ** (bits - 1)) if low else 0, 2 ** (bits - 1))
       for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"Decimal({digits}, 2)": lambda rng, digits=digits: f"{rng.randrange(10 ** (digits - 2))}.{rng.randrange(100):02}" for digits in (5, 15, 30)},
    "Float32": lambda rng: rng.randrange(-1000, 1000) / 8,
    "Float64": lambda rng: rng.randrange(-1000, 1000) / 8,
    "Bool": lambda rng: rng.random() < 0.5,
    "String": lambda rng: rng.choice(WORDS),
    "FixedString(3)": lambda rng: rng.choice(["abc", "xyz", "äb"]),
    "UUID": lambda rng: f"0000000{rng.randrange(9)}-0000-4000-8000-00000000000{rng.randrange(9)}",
    "IPv4": lambda rng: f"10.0.{rng.randrange(256)}.1",
    "IPv6": lambda rng: f"2001:db8::{rng.randrange(1, 10)}",
    "Date": lambda rng: f"2024-01-{rng.randrange(1, 29):02}",
    "Date32": lambda rng: f"1924-01-{rng.randrange(1, 29):02}",
    "DateTime('UTC')": lambda rng: f"2024-02-{rng.randrange(1, 29):02} 10:11:12",
    "DateTime64(3, 'Europe/Berlin')": lambda rng: f"2024-02-{rng.randrange(1, 29):02} 10:11:12.{rng.randrange(1000):03}",
    "DateTime64(8, 'UTC')": lambda rng: f"2024-02-{rng.randrange(1, 29):02} 10:11:12.{rng.randrange(10**8):08}",
    "Enum8('x' = 1, 'y' = -2)": lambda rng: rng.choice("xy"),
    "Enum16('long' = 1000, 'y' = 2)": lambda rng: rng.choice(["long", "y"]),
}
NESTED = {
    "LowCardinality(String)": lambda rng: rng.choice(WORDS),
    "LowCardinality(Nullable(String))": lambda rng: rng.choice([None, *WORDS]),
    "Array(Nullable(Int32))": lambda rng: [rng.choice((None, rng.randrange(100))) for _ in range(rng.randrange(4))],
    "Array(Array(String))": lambda rng: [[rng.choice(WORDS)] * rng.randrange(3) for _ in range(rng.randrange(3))],
    "Array(LowCardinality(String))": lambda rng: [rng.choice(WORDS) for _ in range(rng.randrange(4))],
    "Map(String, Array(Int32))": lambda rng: {word: [rng.randrange(9)] for word in rng.sample(["a", "b", "c"], rng.randrange(3))},
    "Tuple(a Int32, b Nullable(String))": lambda rng: {"a": rng.randrange(9), "b": rng.choice((None, "b"))},
}


def types() -> dict:
    nullable = {f"Nullable({type_})": lambda rng, make=make: None if rng.random() < 0.2 else make(rng) for type_, make in PLAIN.items()}
    return PLAIN | nullable | NESTED


def create(store, name: str, columns: list) -> str:
    text = ", ".join(f"`{column}` {type_}" for column, type_ in columns)
    store.run("create", str(store.root), f"CREATE TABLE a.`{name}` ({text}) ENGINE = MergeTree ORDER BY tuple()")
    return f"{store.root}/a/{name}"


def lines(store, path: str) -> list[str]:
    return store.run("cat", path, "--format", "jsonl").splitlines()


def send(store, source: str, target: str) -> subprocess.CompletedProcess:
    arrow = subprocess.run([str(store.tool), "cat", source, "--format", "arrow"], capture_output=True, timeout=120, check=True).stdout
    return subprocess.run([str(store.tool), "import", target, "-", "--format", "arrow"], input=arrow, capture_output=True, timeout=120,
                          check=False)


def round_trip(store, seed: str, tally) -> None:
    rng = random.Random(f"arrow/{seed}")
    made = types()
    columns = [(f"c{number}", type_) for number, type_ in enumerate(made)]
    source, target = create(store, "from", columns), create(store, "to", columns)
    for count in (2000, 1, 300):
        rows = [json.dumps({name: made[type_](rng) for name, type_ in columns}, ensure_ascii=False) for _ in range(count)]
        store.run("import", source, "-", "--format", "jsonl", input_="\n".join(rows) + "\n")
    done = send(store, source, target)
    tally.check(done.returncode == 0, f"ch cat --format arrow | ch import --format arrow: {done.stderr.decode()}")
    expected, found = sorted(lines(store, source)), sorted(lines(store, target))
    tally.check(len(expected) == 2301 and found == expected, f"{len(found)} rows of all types through Arrow, expected {len(expected)}")
    for one, other in zip(found, expected):
        if one != other:
            differing = [type_ for name, type_ in columns if json.loads(one)[name] != json.loads(other)[name]]
            print(f"differ in {differing}", flush=True)
            break


def import_golden(store, folder: Path, tally) -> None:
    for name in GOLDEN:
        source = folder / "golden" / name
        shutil.copytree(HERE.parent / "golden" / "parts" / "4.4.0" / name, source / "all_1_1_0")
        columns = json.loads(store.run("describe", str(source), "--format", "json"))["columns"]
        target = create(store, name, [(column["name"], column["type"]) for column in columns])
        done = send(store, str(source), target)
        expected = lines(store, str(source))
        tally.check(done.returncode == 0 and expected and lines(store, target) == expected, f"golden part {name} through Arrow: {done.stderr}")


def write_files(folder: Path) -> dict:
    folder.mkdir()
    environment = dict(os.environ, PYTHONPATH=str(CACHE / "peers" / "tools-1"))
    subprocess.run([sys.executable, str(HERE / "arrow_peer.py"), str(folder)], env=environment, timeout=300, check=True)
    return json.loads((folder / "cases.json").read_text())


def import_files(store, folder: Path, tally) -> None:
    made = write_files(folder)
    for number, case in enumerate(made["cases"]):
        path = create(store, f"f{number}", case["columns"])
        file = str(folder / case["file"])
        done = subprocess.run([str(store.tool), "import", path, file, "--format", "arrow"], capture_output=True, text=True, timeout=120, check=False)
        if "error" in case:
            right = done.returncode in (1, 2) and case["error"] in done.stderr and case["file"] in done.stderr
            tally.check(right and not lines(store, path), f"{case['file']}: {done.returncode}, {done.stderr}, expected {case['error']}")
            continue
        tally.check(done.returncode == 0, f"{case['file']}: {done.stderr}")
        names = [name for name, _ in case["columns"]]
        found = [[json.loads(line)[name] for name in names] for line in lines(store, path)]
        expected = case["rows"] if "rows" in case else made["rows"][slice(*case["slice"])]
        tally.check(found == expected, f"{case['file']}: {len(found)} rows, {found[:1]} ..., expected {len(expected)}, {expected[:1]} ...")


def read_arrow(store, folder: Path, seed: str, tally) -> None:
    round_trip(store, seed, tally)
    import_golden(store, folder, tally)
    import_files(store, folder / "arrow", tally)
