"""What the checks share: a session over the jar, a registry of checks, and a count."""

import os
import subprocess
import tempfile
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

CHECKS = []


def check(function):
    """Registers a check: a function of (spark, world) that raises when it fails. Its name is a sentence of behaviour."""
    CHECKS.append(function)
    return function


class World:
    """Where things are, and how much to do."""

    def __init__(self, root: str, jar: str, seed: int, predicates: int = 0, aggregates: int = 0):
        self.root, self.jar, self.seed, self.predicates, self.aggregates = root, jar, seed, predicates, aggregates
        self.temporary = ""  # the JVM's java.io.tmpdir


def open_session(world: World, ansi: str = "true", off_heap: str = "", master: str = "local[2]") -> SparkSession:
    """With `off_heap` Spark manages that much memory outside its heap, and a task that leaks any of it fails."""
    os.environ["TZ"] = "UTC"
    world.temporary = tempfile.mkdtemp(dir=world.root, prefix="tmp-")
    return (
        SparkSession.builder.master(master)
        .config("spark.jars", world.jar)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", f"-Djava.io.tmpdir={world.temporary} -Xss4m")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", ansi)
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.memory.offHeap.enabled", "true" if off_heap else "false")
        .config("spark.memory.offHeap.size", off_heap or "0")
        .config("spark.task.maxFailures", "2")
        .config("spark.speculation", "true" if master.startswith("spark:") else "false")
        .config("spark.speculation.quantile", "0.5")
        .config("spark.executor.memory", "512m")
        .config("spark.unsafe.exceptionOnMemoryLeak", "true")
        .config("spark.sql.catalog.ch", "io.chspark.ChCatalog")
        .config("spark.sql.catalog.ch.path", world.root)
        .getOrCreate()
    )


def plan_of(spark, text: str) -> str:
    return "\n".join(row[0] for row in spark.sql("EXPLAIN " + text).collect())


@contextmanager
def setting(spark, name: str, value: str):
    was = spark.conf.get(name, None)
    spark.conf.set(name, value)
    try:
        yield
    finally:
        spark.conf.set(name, was) if was is not None else spark.conf.unset(name)


@contextmanager
def store(spark, world):
    """A catalog `w` over a new root with a database `d`; gives the root."""
    root = tempfile.mkdtemp(dir=world.temporary, prefix="store-") + "/root"
    name = "w" + os.path.basename(os.path.dirname(root)).replace("-", "_")
    with setting(spark, f"spark.sql.catalog.{name}", "io.chspark.ChCatalog"), setting(spark, f"spark.sql.catalog.{name}.path", root):
        spark.sql(f"CREATE NAMESPACE {name}.d")
        yield root, f"{name}.d"


def tool(world: World, *arguments: str, **options) -> subprocess.CompletedProcess:
    command = [str(Path(world.jar).parent / "ch"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


def rows(spark, table: str, columns: str = "*", order: str = "1") -> list[tuple]:
    return [tuple(row) for row in spark.sql(f"SELECT {columns} FROM {table} ORDER BY {order}").collect()]


def equal(found, expected, what: str = "") -> None:
    if found != expected:
        raise AssertionError(f"{what}\n  expected {expected!r}\n  found    {found!r}")


def fails(action, *texts: str) -> str:
    """Runs what must fail; its message must hold all the texts."""
    try:
        action()
    except Exception as error:  # whatever Spark makes of it
        message = str(error)
        for text in texts:
            if text not in message:
                raise AssertionError(f"expected '{text}' in: {message[:2000]}") from error
        return message
    raise AssertionError("expected a failure, found none")


def run(spark: SparkSession, world: World, only: str) -> tuple[int, int]:
    passed = failed = 0
    for function in CHECKS:
        if only and not any(part in function.__name__ for part in only.split(",")):
            continue
        started = time.monotonic()
        try:
            function(spark, world)
            passed += 1
            print(f"passed {function.__name__}, {time.monotonic() - started:.1f} s", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {function.__name__} on Spark {spark.version}, seed {world.seed}", flush=True)
            traceback.print_exc(limit=4)
    return passed, failed
