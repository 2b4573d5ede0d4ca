"""The runner tells green from red: planted suites that fail, hang, crash or run nothing must each turn the run red."""

import contextlib
import io
import sys
import unittest

import run
from suites import SUITES, Suite


def suite(name: str, script: str, **more) -> Suite:
    return Suite(name, "unit", "planted", (sys.executable, "-c", script), **more)


class Runner(unittest.TestCase):
    def outcome(self, planted: Suite) -> run.Outcome:
        run.LOGS.mkdir(parents=True, exist_ok=True)
        return run.run(planted, {"PATH": "/usr/bin:/bin"})

    def test_a_count_is_read_from_the_last_such_line(self):
        done = self.outcome(suite("planted", "print('1 passed, 1 failed'); print('7 passed, 0 failed, 2 skipped')"))
        self.assertEqual((done.passed, done.failed, done.skipped), (7, 0, 2))

    def test_mavens_count_is_understood(self):
        self.assertEqual(run.count_of("[INFO] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1\n"), (5, 3, 1))

    def test_each_planted_fault_is_a_failure(self):
        for script in (
            "print('3 passed, 1 failed')",
            "print('3 passed, 0 failed'); raise SystemExit(2)",
            "print('nothing')",
            "print('0 passed, 0 failed')",
            "import os; os.kill(os.getpid(), 11)",
        ):
            with self.subTest(script=script):
                self.assertGreater(self.outcome(suite("planted", script)).failed, 0)

    def test_a_suite_that_hangs_is_stopped(self):
        heartbeat, run.HEARTBEAT_S = run.HEARTBEAT_S, 0.2
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                done = self.outcome(suite("planted", "import time; time.sleep(60)", minutes_max=0.01))
        finally:
            run.HEARTBEAT_S = heartbeat
        self.assertEqual(done.failed, 1)
        self.assertLess(done.seconds, 10)

    def test_names_are_unique_and_groups_have_budgets(self):
        self.assertEqual(len({s.name for s in SUITES}), len(SUITES))
        self.assertLessEqual({s.group for s in SUITES}, set(run.BUDGET_MINUTES))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(bad, result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
