"""Runs one reliability suite of docs/reliability.md by its name.

Usage: run.py R1|R2|...|stress [--size ci|rel] [--seed N] [--build FOLDER]
R8 and R15 are suites of `make test` under another name: they run through its runner.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = "tests/reliability/ch_reliability_test"
# Suite -> its cases.
SUITES = {
    "R1": "R1.*",
    "R2": "R2.*",
    "R3": "R3.*",
    "R4": "R4.*",
    "R6": "R6.*",
    "R10": "R10.*",
    "R11": "R11.*",
    "R12": "R12.*",
    "R14": "R14.*",
    "stress": "Stress.*",
}
# Name -> suites of tests/suites.py.
ELSEWHERE = {
    "R8": "build-asan,unit-asan,damage-asan",
    "R15": "build,compat,written,store",
}
# In memory, where there is such a folder: processes that are killed lose nothing there that they would keep on a disk.
MEMORY_FOLDER = Path("/dev/shm")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=sorted(SUITES | ELSEWHERE))
    parser.add_argument("--size", default="ci", choices=["", "ci", "rel"])
    parser.add_argument("--seed", default="")
    parser.add_argument("--build", default="build/dev")
    options = parser.parse_args()
    if options.suite in ELSEWHERE:
        runner = [sys.executable, "tests/run.py", "--only", ELSEWHERE[options.suite], "--seed", options.seed]
        return subprocess.run(runner + (["--full"] if options.size == "rel" else [])).returncode
    environment = dict(os.environ)
    if options.size == "rel":
        environment["SIZE"] = "rel"
    if options.seed:
        environment["CHSPARK_SEED"] = options.seed
    if os.access(MEMORY_FOLDER, os.W_OK):
        environment.setdefault("TMPDIR", str(MEMORY_FOLDER))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [
                str(Path(options.build) / PROGRAM),
                "--gtest_brief=1",
                f"--gtest_filter={SUITES[options.suite]}",
                f"--gtest_output=json:{report}",
            ],
            env=environment,
        )
        if not report.exists():
            print(f"0 passed, 1 failed: no report, exit code {done.returncode}")
            return 1
        results = json.loads(report.read_text())
    failed = results["failures"]
    passed = results["tests"] - failed
    if passed + failed == 0:
        failed = 1  # a filter that matches nothing shows nothing
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
