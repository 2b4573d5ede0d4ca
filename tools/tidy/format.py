"""clang-format 16 over every C++ file of the project: in place, or with --check only naming what it would change."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from source import CPP, SKIPPED, tracked

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = "clang-format-16"


def is_formatted(path: str) -> bool:
    done = subprocess.run([TOOL, "--dry-run", "--Werror", "--ferror-limit=1", path], cwd=ROOT, capture_output=True)
    return done.returncode == 0


def main() -> int:
    paths = [p for p in tracked(ROOT) if p.endswith(CPP) and not p.startswith(SKIPPED) and (ROOT / p).is_file()]
    if "--check" not in sys.argv[1:]:
        subprocess.run([TOOL, "-i", *paths], cwd=ROOT, check=True)
        return 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        bad = [path for path, good in zip(paths, pool.map(is_formatted, paths)) if not good]
    for path in bad:
        print(f"{path}: {TOOL} would change it; run: make format")
    print(f"{len(paths) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
