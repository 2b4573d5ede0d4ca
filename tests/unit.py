"""Runs every test that a build folder registered with CTest, two at a time, and sums their cases; a script counts as one.

Usage: unit.py BUILD_FOLDER [NAME_PART]
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS_MAX = 600


def programs(build: Path, name_part: str) -> list[dict]:
    listing = subprocess.run(
        ["ctest", "--test-dir", str(build), "--show-only=json-v1"], check=True, capture_output=True, text=True
    )
    return [test for test in json.loads(listing.stdout)["tests"] if name_part in test["name"]]


def working_directory(test: dict) -> str | None:
    for entry in test.get("properties", []):
        if entry["name"] == "WORKING_DIRECTORY":
            return entry["value"]
    return None


def run(test: dict) -> tuple[str, int, int, int, str]:
    """name, passed, failed, skipped and, where something failed, the output."""
    name = test["name"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        environment = dict(
            os.environ, ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1", UBSAN_OPTIONS="print_stacktrace=1"
        )
        try:
            done = subprocess.run(
                test["command"] + ["--gtest_brief=1", f"--gtest_output=json:{report}"],
                cwd=working_directory(test),
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS_MAX,
            )
        except subprocess.TimeoutExpired:
            return name, 0, 1, 0, f"no end after {SECONDS_MAX} s"
        output = done.stdout + done.stderr
        if not report.exists():
            is_script = done.returncode == 0
            return (
                name,
                int(is_script),
                int(not is_script),
                0,
                "" if is_script else f"{output}\nexit code {done.returncode}, no report of cases",
            )
        suites = json.loads(report.read_text())["testsuites"]
    cases = [case for suite in suites for case in suite["testsuite"]]
    failed = sum(1 for case in cases if case.get("failures"))
    skipped = sum(1 for case in cases if case.get("result") == "SKIPPED")
    if done.returncode != 0 and failed == 0:
        failed = 1
    return name, len(cases) - failed - skipped, failed, skipped, output if failed else ""


def main() -> int:
    build = Path(sys.argv[1])
    tests = programs(build, sys.argv[2] if len(sys.argv) > 2 else "")
    passed = failed = skipped = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for name, ok, bad, left_out, output in pool.map(run, tests):
            print(f"{'FAIL' if bad else 'ok':4}  {name}: {ok} passed, {bad} failed, {left_out} skipped")
            if bad:
                print(output)
            passed, failed, skipped = passed + ok, failed + bad, skipped + left_out
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
