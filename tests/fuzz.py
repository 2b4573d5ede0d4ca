"""Runs the fuzzers of a build folder: first their corpus, then new inputs for some seconds each, two fuzzers at a time.

Usage: fuzz.py BUILD_FOLDER [--only NAME,NAME] [--seconds N]
Seeds of fuzzer x_fuzz lie in tests/corpus/x_fuzz, words for it in tests/corpus/x_fuzz.dict where there are any.
What it finds on the way stays in <build>/corpus/x_fuzz, a crash in <build>/crashes.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUT_BYTES_MAX = 1 << 16
SECONDS_AN_INPUT_MAX = 5
RSS_MIB_MAX = 1024


def fuzzers(build: Path, only: str) -> list[Path]:
    found = sorted(path for path in build.rglob("*_fuzz") if path.is_file() and os.access(path, os.X_OK))
    wanted = only.split(",") if only else []
    return [path for path in found if not wanted or any(part in path.name for part in wanted)]


def run(program: Path, build: Path, seconds: int, seed: str) -> tuple[str, bool, str]:
    grown = build / "corpus" / program.name
    crashes = build / "crashes"
    grown.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    seeds = ROOT / "tests/corpus" / program.name
    words = ROOT / f"tests/corpus/{program.name}.dict"
    command = [
        program,
        grown,
        *([seeds] if seeds.is_dir() else []),
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={INPUT_BYTES_MAX}",
        f"-timeout={SECONDS_AN_INPUT_MAX}",
        f"-rss_limit_mb={RSS_MIB_MAX}",
        f"-artifact_prefix={crashes}/{program.name}-",
        "-print_final_stats=1",
        *([f"-dict={words}"] if words.is_file() else []),
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace")
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    summary = f"{int(executed[1]):,} inputs" if executed else "no statistics"
    return summary, done.returncode == 0, done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    seed = os.environ.get("CHSPARK_SEED", "1")
    programs = fuzzers(options.build, options.only)
    failed = 0
    for program in programs:
        if not list((ROOT / "tests/corpus" / program.name).glob("*")):
            print(f"FAIL  {program.name}: no seeds in tests/corpus/{program.name}")
            failed += 1
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        runs = pool.map(lambda program: run(program, options.build, options.seconds, seed), programs)
        for program, (summary, good, output) in zip(programs, runs):
            print(f"{'ok' if good else 'FAIL':4}  {program.name}: {summary}", flush=True)
            if not good:
                failed += 1
                print("\n".join(output.splitlines()[-40:]))
    print(f"{len(programs) - failed} passed, {failed} failed")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
