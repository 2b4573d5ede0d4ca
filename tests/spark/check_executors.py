"""Writes whose tasks die with their executor, or run twice: rows exactly once, or nothing."""

import os
import signal
import tempfile
import time
from pathlib import Path

from checks import check, equal, fails, rows, setting, store, tool
from pyspark import TaskContext
from pyspark.sql import functions

ROWS = 1000
AT = 900  # the row at which something happens: in the middle of the last of four tasks
SLOW_SECONDS = 200  # Spark ends it when the second copy is done


def fragile(folder: str, deaths: int = 0, is_slow: bool = False):
    """A column function that gives what it gets. At row AT attempts leave a file; the first `deaths` of them kill their JVM, or the first one waits."""

    def give(k: int) -> int:
        if k != AT:
            return k
        attempt = TaskContext.get().attemptNumber()
        Path(folder, str(attempt)).touch()
        if attempt < deaths:
            # Python's workers are children of a daemon, and that is the executor's.
            executor = int(Path(f"/proc/{os.getppid()}/stat").read_text().rsplit(")", 1)[1].split()[1])
            if Path(f"/proc/{executor}/comm").read_text().strip() != "java":
                raise RuntimeError(f"process {executor} is no executor")
            os.kill(executor, signal.SIGKILL)
            time.sleep(1)
        if is_slow and attempt == 0:
            time.sleep(SLOW_SECONDS)
        return k

    return functions.udf(give, "bigint")


def insert(spark, table: str, column_function) -> None:
    with setting(spark, "spark.chspark.write.batch.rows", "10"):
        spark.range(0, ROWS, 1, 4).select(column_function("id").alias("k")).writeTo(table).append()


def leftovers(root: str) -> list[str]:
    return [entry for entry in os.listdir(f"{root}/d/t") if entry.startswith("tmp")]


def attempts(folder: str) -> list[str]:
    return sorted(os.listdir(folder))


@check
def rows_are_there_once_when_an_executor_is_killed_in_the_middle(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT) TBLPROPERTIES ('order_by'='k')")
        folder = tempfile.mkdtemp(dir=world.temporary)
        insert(spark, f"{d}.t", fragile(folder, deaths=1))
        equal(attempts(folder), ["0", "1"])
        equal(rows(spark, f"{d}.t"), [(k,) for k in range(ROWS)])
        tool(world, "gc", root)
        equal(leftovers(root), [], "behind gc")
        equal(rows(spark, f"{d}.t"), [(k,) for k in range(ROWS)])


@check
def nothing_is_seen_of_a_write_whose_executors_are_killed_until_it_fails(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT) TBLPROPERTIES ('order_by'='k')")
        spark.sql(f"INSERT INTO {d}.t VALUES (-1)")
        folder = tempfile.mkdtemp(dir=world.temporary)
        fails(lambda: insert(spark, f"{d}.t", fragile(folder, deaths=2)), "ExecutorLostFailure")
        equal(attempts(folder), ["0", "1"])
        equal(rows(spark, f"{d}.t"), [(-1,)])
        equal(len(leftovers(root)) > 0, True, "no task had written anything")
        tool(world, "gc", root)
        equal(leftovers(root), [], "behind gc")
        insert(spark, f"{d}.t", fragile(folder))
        equal(rows(spark, f"{d}.t"), [(k,) for k in range(-1, ROWS)])


@check
def rows_are_there_once_when_a_slow_task_runs_twice(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT) TBLPROPERTIES ('order_by'='k')")
        folder = tempfile.mkdtemp(dir=world.temporary)
        started = time.monotonic()
        insert(spark, f"{d}.t", fragile(folder, is_slow=True))
        equal(attempts(folder), ["0", "1"])
        equal(time.monotonic() - started < SLOW_SECONDS, True, "the slow one was waited for")
        equal(rows(spark, f"{d}.t"), [(k,) for k in range(ROWS)])
        tool(world, "gc", root)
        equal(rows(spark, f"{d}.t"), [(k,) for k in range(ROWS)])
