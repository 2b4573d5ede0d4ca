"""Runs the benchmark rows, prints their table and writes build/bench/results.json, where rows of earlier runs stay.

Each module of rows/ names its rows and runs them; the sides of a row take turns in one run, and the least of five counts.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
import peers  # noqa: E402

MODULES = (
    "spark_noop",
    "arrow",
    "pk_range",
    "open_parts",
    "native_memory",
    "first_query",
    "commits",
    "final",
    "final_memory",
    "merge",
    "arrow_write",
    "spark_write",
    "tpch",
)
PROGRAMS = ("engine_scan", "store_commits", "arrow_write")
OUT = peers.BUILD / "bench"


def machine() -> str:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} x {model}, {memory_gib:.0f} GiB, load {os.getloadavg()[0]:.1f}"


def is_wanted(row: str, wanted: tuple[str, ...]) -> bool:
    """By the beginning of its name; a longer word asks for a row that is printed beside it, as arrow_all_vs_null beside arrow_all."""
    return any(row.startswith(word) or word.startswith(row) for word in wanted)


def keep(rows: list[harness.Row]) -> None:
    """Adds rows to those of earlier runs; one of the same name goes."""
    path, taken = OUT / "results.json", {row.name for row in rows}
    earlier = json.loads(path.read_text()) if path.exists() else []
    kept = [row for row in earlier if row["name"] not in taken]
    path.write_text(json.dumps(kept + [row.as_json() for row in rows], indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="5", help="TPC-H scale of the spark_noop rows")
    parser.add_argument("--only", default="", help="rows or beginnings of their names, with commas")
    options = parser.parse_args()
    wanted = tuple(options.only.split(",")) if options.only else ("",)
    names = [name for module in MODULES for name in importlib.import_module(f"rows.{module}").NAMES]
    for word in wanted:
        if not any(is_wanted(name, (word,)) for name in names):
            parser.error(f"no row begins with {word}; there are {', '.join(names)}")

    subprocess.run(
        [peers.ROOT / "tools/setup/build.sh", "release", *PROGRAMS], check=True, stdout=subprocess.DEVNULL
    )
    OUT.mkdir(parents=True, exist_ok=True)
    print(machine(), flush=True)
    rows, broken = [], []
    for module_name in MODULES:
        module = importlib.import_module(f"rows.{module_name}")
        names = [name for name in module.NAMES if is_wanted(name, wanted)]
        if not names:
            continue
        print(f"{module_name} ...", flush=True)
        started = time.monotonic()
        try:
            found = []
            for row in module.run(options.scale, names):
                found.append(row)
                print(f"  {harness.line(row)}", flush=True)
        except Exception as problem:
            print(f"{module_name}: {problem}", file=sys.stderr, flush=True)
            broken.append(module_name)
            continue
        rows += found
        print(f"{harness.table(found)}\n{module_name}: {time.monotonic() - started:.0f} s\n", flush=True)
        keep(rows)
    (OUT / "table.md").write_text(f"{machine()}\n\n{harness.table(rows)}\n")
    print(f"{harness.table(rows)}\n")
    missed = [row.name for row in rows if row.is_met is False]
    print(
        f"{len(rows)} rows; goals missed: {', '.join(missed) or 'none'}; "
        f"not measured: {', '.join(broken) or 'none'}; {OUT / 'results.json'}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
