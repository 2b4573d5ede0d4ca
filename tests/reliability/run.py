"""Runs one reliability suite of docs/reliability.md by its name.

Usage: run.py R1|R2|R3|R4 [--size ci|rel] [--seed N] [--build FOLDER]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Suite -> program below the build folder, and its cases.
SUITES = {
    "R1": ("tests/reliability/ch_reliability_test", "R1.*"),
    "R2": ("tests/reliability/ch_reliability_test", "R2.*"),
    "R3": ("tests/reliability/ch_reliability_test", "R3.*"),
    "R4": ("tests/reliability/ch_reliability_test", "R4.*"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=sorted(SUITES))
    parser.add_argument("--size", default="ci", choices=["", "ci", "rel"])
    parser.add_argument("--seed", default="")
    parser.add_argument("--build", default="build/dev")
    options = parser.parse_args()
    program, cases = SUITES[options.suite]
    environment = dict(os.environ)
    if options.size == "rel":
        environment["SIZE"] = "rel"
    if options.seed:
        environment["CHSPARK_SEED"] = options.seed
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [
                str(Path(options.build) / program),
                "--gtest_brief=1",
                f"--gtest_filter={cases}",
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
