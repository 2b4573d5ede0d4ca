"""Runs the suites of `make test`, one line each, and sums their counts.

A suite is a command. It closes with a line "N passed, N failed"; the last such line of its output is its count. Its output goes to
build/test/<suite>.log and is shown only when it fails. Every suite finds the seed in CHSPARK_SEED: the day, unless SEED says otherwise.
The closing line of the whole run is the same plain line, and the exit code is not zero unless everything passed.
"""

import argparse
import datetime
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from suites import BUDGET_MINUTES, SUITES, Suite

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test"
COUNT = re.compile(r"^(?:[\w-]+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
SUREFIRE = re.compile(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)\s*$", re.MULTILINE)
HEARTBEAT_S = 60
# The least that a suite may take at its full size.
FULL_MINUTES_MAX = 240


@dataclass
class Outcome:
    suite: Suite
    passed: int
    failed: int
    skipped: int
    seconds: float
    complaint: str = ""


def count_of(output: str) -> tuple[int, int, int] | None:
    """The last count that a suite printed: its own line, or Maven's."""
    own = COUNT.findall(output)
    if own:
        return int(own[-1][0]), int(own[-1][1]), int(own[-1][2] or 0)
    maven = SUREFIRE.findall(output)
    if maven:
        run, failures, errors, skipped = map(int, maven[-1])
        return run - failures - errors - skipped, failures + errors, skipped
    return None


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:100] if lines else ""


def wait(process: subprocess.Popen, suite: Suite, minutes_max: int, log: Path, started: float) -> str:
    """Waits for a suite, saying once a minute that it lives; returns a complaint if it outlived its limit."""
    while True:
        try:
            process.wait(timeout=HEARTBEAT_S)
            return ""
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            if seconds > minutes_max * 60:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return f"stopped after {minutes_max} minutes"
            print(f"      {suite.name}: {seconds:.0f} s so far: {last_line(log)}", flush=True)


def run(suite: Suite, environment: dict) -> Outcome:
    log = LOGS / f"{suite.name}.log"
    started = time.monotonic()
    is_full = environment.get("CHSPARK_SIZE") == "full"
    command = suite.command + (suite.when_full if is_full else ())
    minutes_max = max(suite.minutes_max, FULL_MINUTES_MAX) if is_full else suite.minutes_max
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [part.replace("{seed}", environment.get("CHSPARK_SEED", "")) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            complaint = wait(process, suite, minutes_max, log, started)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    seconds = time.monotonic() - started
    counted = count_of(log.read_text(errors="replace"))
    passed, failed, skipped = counted or (0, 0, 0)
    if not complaint and process.returncode != 0:
        complaint = f"exit code {process.returncode}"
    if not complaint and suite.counts and passed + failed == 0:
        complaint = "it ran no test"
    if complaint and failed == 0:
        failed = 1
    return Outcome(suite, passed, failed, skipped, seconds, complaint)


def report(outcome: Outcome, seed: str) -> None:
    suite = outcome.suite
    state = "FAIL" if outcome.failed else "ok"
    counts = f"{outcome.passed} passed, {outcome.failed} failed" if suite.counts or outcome.failed else "done"
    if outcome.skipped:
        counts += f", {outcome.skipped} skipped"
    print(f"{state:4}  {suite.name:20} {outcome.seconds:7.1f} s  {counts}", flush=True)
    if outcome.failed:
        log = LOGS / f"{suite.name}.log"
        for line in log.read_text(errors="replace").splitlines()[-40:]:
            print(f"      | {line}")
        print(
            f"      {outcome.complaint or 'tests failed'}; whole output: {log.relative_to(ROOT)}; "
            f"again: make test ONLY={suite.name} SEED={seed}",
            flush=True,
        )


def chosen_suites(only: str, full: bool) -> list[Suite]:
    if only:
        names = only.split(",")
        unknown = set(names) - {suite.name for suite in SUITES}
        if unknown:
            sys.exit(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in SUITES)}")
        return [suite for suite in SUITES if suite.name in names]
    return [suite for suite in SUITES if full or not suite.only_full]


def print_table(outcomes: list[Outcome], setup_s: float) -> None:
    print("\nsuite                   seconds   passed   failed  skipped")
    spent = {group: 0.0 for group in BUDGET_MINUTES}
    spent["build"] += setup_s
    for outcome in outcomes:
        spent[outcome.suite.group] += outcome.seconds
        print(
            f"{outcome.suite.name:20} {outcome.seconds:10.1f} {outcome.passed:8} {outcome.failed:8} {outcome.skipped:8}"
        )
    print("\nbudget                  minutes  allowed")
    for group, allowed in BUDGET_MINUTES.items():
        warning = "  over its budget" if spent[group] > allowed * 60 else ""
        if spent[group]:
            print(f"{group:20} {spent[group] / 60:10.1f} {allowed:8}{warning}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of suites, with commas")
    parser.add_argument("--seed", default="", help="default: the day, as 20260131")
    parser.add_argument("--full", action="store_true", help="also the long suites, with the sizes of make test-full")
    parser.add_argument("--setup-seconds", type=float, default=0.0, help="time already spent on installing")
    parser.add_argument("--list", action="store_true", help="print the suites and stop")
    options = parser.parse_args()
    if options.list:
        for suite in SUITES:
            print(f"{suite.name:20} {suite.what}")
        return 0

    seed = options.seed or datetime.date.today().strftime("%Y%m%d")
    environment = dict(
        os.environ, CHSPARK_SEED=seed, CHSPARK_SIZE="full" if options.full else "ci", PYTHONUNBUFFERED="1"
    )
    LOGS.mkdir(parents=True, exist_ok=True)
    suites = chosen_suites(options.only, options.full)
    print(f"{len(suites)} suites, seed {seed}, size {environment['CHSPARK_SIZE']}", flush=True)

    outcomes: list[Outcome] = []
    for suite in suites:
        outcomes.append(run(suite, environment))
        report(outcomes[-1], seed)
        if outcomes[-1].failed and suite.is_needed:
            print(f"      the suites after {suite.name} need it: stopping here")
            break
    print_table(outcomes, options.setup_seconds)
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
