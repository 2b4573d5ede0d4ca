"""clang-tidy 16 over the files of build/dev: all of them, or with --seconds N as many as fit, in an order that CHSPARK_SEED shuffles."""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/dev"
TOOL = "clang-tidy-16"
# GCC's warnings stay GCC's: clang knows other ones by the same name.
EXTRA = ("--extra-arg=-Wno-everything", "--quiet")


def is_ours(path: Path) -> bool:
    """Neither generated nor somebody else's."""
    return path.is_file() and "third_party" not in path.parts and BUILD not in path.parents


def files_of_build() -> list[str]:
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    return sorted({c["file"] for c in commands if is_ours(Path(c["file"]))})


def check(path: str, deadline: float) -> str | None:
    """The findings in one file, "" for none; None if there was no time left for it."""
    if time.monotonic() > deadline:
        return None
    done = subprocess.run([TOOL, "-p", str(BUILD), *EXTRA, path], cwd=ROOT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("paths", nargs="*", help="parts of paths; default: every file")
    options = parser.parse_args()
    files = [f for f in files_of_build() if not options.paths or any(part in f for part in options.paths)]
    random.Random(os.environ.get("CHSPARK_SEED", "0")).shuffle(files)
    deadline = time.monotonic() + options.seconds
    checked = failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for output in pool.map(lambda path: check(path, deadline), files):
            if output is None:
                continue
            checked += 1
            if output:
                failed += 1
                print(re.sub(rf"{re.escape(str(ROOT))}/", "", output))
    print(f"{checked} of {len(files)} files checked")
    print(f"{checked - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
