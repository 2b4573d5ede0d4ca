"""What must not disturb the JVM: damaged parts, several class loaders, killed tasks."""

import json
import os
import random
import shutil
import threading
import time

from checks import check, equal
from pyspark.sql.functions import udf

QUERY = "count(*) AS n", "sum(hash(*)) AS h"


def damage(r: random.Random, path: str) -> str:
    """Damages one file; says how."""
    size = os.path.getsize(path)
    kind = r.choice(["cut", "flip", "flip", "grow", "remove", "enlarge"])
    if kind == "remove" or size == 0:
        os.remove(path)
        return f"removed {path}"
    with open(path, "r+b") as file:
        at = r.randrange(size)
        if kind == "cut":
            file.truncate(at)
        elif kind == "grow":
            file.seek(0, os.SEEK_END)
            file.write(bytes(r.randrange(256) for _ in range(r.randrange(1, 64))))
        elif kind == "enlarge":
            file.seek(at)
            file.write(b"\xff" * r.randrange(1, 9))
        else:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << r.randrange(8))]))
    return f"{kind} at {at} of {path}"


@check
def damaged_parts_never_give_a_wrong_row(spark, world):
    """Truncates, flips, removes and enlarges files of a copy; the answer is the right one or an error, and the JVM goes on."""
    source, copy = os.path.realpath(f"{world.root}/data/d/types"), f"{world.temporary}/damaged"
    r = random.Random(world.seed)
    read = lambda path: tuple(
        spark.read.format("mergetree").load(path).drop("wide", "map", "lcmap").selectExpr(*QUERY).first()
    )
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    right, failures, cases = read(copy), 0, max(20, world.predicates // 3)
    for case in range(cases):
        parts = sorted(name for name in os.listdir(copy) if name.endswith("_0"))
        part = f"{copy}/{r.choice(parts)}"
        file = f"{part}/{r.choice(sorted(os.listdir(part)))}"
        what = damage(r, file)
        try:
            equal(read(copy), right, f"case {case}: {what}")
        except AssertionError:
            raise
        except Exception as error:  # the failure that is asked for, as Spark wraps it
            failures += 1
            if "ChException" not in str(error) or os.path.basename(file) not in str(error):
                raise AssertionError(f"case {case}: {what}: not a ChException that names it") from error
        shutil.rmtree(part)
        shutil.copytree(f"{source}/{os.path.basename(part)}", part)
    equal(read(copy), right, "after all damage")
    equal(failures >= cases // 3, True, f"only {failures} of {cases} cases are errors")
    shutil.rmtree(copy)


class Library:
    """The natives of one class loader, called as its classes would."""

    def __init__(self, jvm, loader):
        self.jvm = jvm
        self.methods = {method.getName(): method for method in loader.loadClass("io.chspark.ChNative").getDeclaredMethods()}

    def __getattr__(self, name):
        def call(*arguments):
            method = self.methods[name]
            method.setAccessible(True)
            values = self.jvm.java.util.ArrayList()
            for value in arguments:
                values.add(self.jvm.java.lang.Long.valueOf(value) if isinstance(value, int) else value)
            return method.invoke(None, values.toArray())

        return call


@check
def each_class_loader_has_its_own_library(spark, world):
    """Two loaders beside Spark's own each read a table to its end while the other's session is open."""
    jvm = spark._jvm
    urls = spark._sc._gateway.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(world.jar).toURI().toURL()
    plan = json.dumps({"node": "scan", "table": f"{world.root}/d/small", "columns": ["k"]})
    loaders = [jvm.java.net.URLClassLoader(urls, jvm.java.lang.ClassLoader.getSystemClassLoader()) for _ in range(2)]
    libraries = [Library(jvm, loader) for loader in loaders]
    sessions = [library.openSession("{}") for library in libraries]
    for library, session in zip(libraries, sessions):
        equal(library.version().startswith("chspark "), True)
        planned = json.loads(library.plan(session, plan))["splits"]
        equal(sum(split["rows"] for split in planned), 10)
        for split in planned:
            query = library.execute(session, plan, json.dumps(split["id"]))
            while batch := library.next(query):
                library.releaseBatch(batch)
            library.closeQuery(query)
    for library, session, loader in zip(libraries, sessions, loaders):
        library.closeSession(session)
        loader.close()
    equal(spark.sql("SELECT count(*) FROM ch.d.small").first()[0], 10)


@check
def nothing_is_left_in_the_temporary_folder(spark, world):
    spark.sql("SELECT count(*) FROM ch.d.small").collect()
    equal(spark._jvm.java.lang.System.getProperty("java.io.tmpdir"), world.temporary)
    left = [name for name in os.listdir(world.temporary) if name.startswith("chspark-")]
    equal(left, [])


@check
def a_scan_that_another_thread_reads_is_closed_in_peace(spark, world):
    """Spark 3.5 feeds Python from a thread that still reads when a LIMIT ends the task and with it the scan."""
    same = udf(lambda text: text, "string")
    frame = spark.read.format("mergetree").options(**{"batch.rows": "1000", "split.bytes": "1g", "pushdown.limit": "false"})
    # A predicate that Spark keeps and that few rows pass: the thread is seldom elsewhere than in the scan.
    frame = frame.load(f"{world.root}/d/long").where("_part_offset % 1000 = 0").selectExpr("repeat(s, 40) AS s")
    for _ in range(5):
        equal(frame.select(same("s").alias("s")).limit(1).collect(), [("a" * 2000,)])
    equal(spark.sql("SELECT count(*) FROM ch.d.small").first()[0], 10)


def open_reader(spark, plan: str, schema: str):
    """A reader as a task has it, over a whole table."""
    jvm = spark._jvm
    loader = jvm.org.apache.spark.util.Utils.getContextOrSparkClassLoader()
    constructor = loader.loadClass("io.chspark.ChColumnarReader").getDeclaredConstructors()[0]
    constructor.setAccessible(True)
    values = spark._sc._gateway.new_array(jvm.java.lang.Object, 4)
    values[0], values[1], values[2] = jvm.java.lang.Long.valueOf(1 << 29), plan, None
    values[3] = jvm.org.apache.spark.sql.types.StructType.fromDDL(schema)
    return constructor.newInstance(values)


@check
def closing_a_reader_stops_and_awaits_the_thread_in_it(spark, world):
    """The read of one thread is closed by another while it is in native code, where it would stay for tens of seconds."""
    letters = [{"call": "CONTAINS", "args": [{"column": "s"}, {"literal": f"a{letter}", "type": "String"}]} for letter in "bcdefghij"]
    scan = {"node": "scan", "table": f"{world.root}/d/long", "columns": ["s"]}
    plan = {"node": "filter", "predicate": {"call": "OR", "args": letters}, "input": scan, "options": {"types": "spark"}}
    for case in range(20):
        reader = open_reader(spark, json.dumps(plan), "s string")
        found = []

        def read():
            try:
                found.append(reader.next())
            except Exception as error:  # the cancellation
                found.append(str(error))

        thread = threading.Thread(target=read)
        thread.start()
        time.sleep(0.05 * (case % 3))
        reader.close()
        thread.join(10)
        equal("cancelled" in str(found) or "closed this reader" in str(found), True, str(found))


def running_tasks(spark) -> int:
    return sum(executor.numRunningTasks() for executor in spark._jsc.sc().statusTracker().getExecutorInfos())


def wait_until(condition, seconds: float, what: str) -> float:
    """Waits for the condition; returns how long it took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"after {seconds} s not yet: {what}")
        time.sleep(0.02)
    return time.monotonic() - started


def time_to_kill(spark, frame) -> float:
    """Counts the frame in a job, kills it half a second after its task began; how long the task then went on."""
    context = spark.sparkContext
    seen = []

    def job():
        context.setJobGroup("to kill", "a long scan", interruptOnCancel=True)
        try:
            seen.append(f"counted {frame.count()}")
        except Exception as error:  # the cancellation, as Spark reports it
            seen.append(str(error))

    thread = threading.Thread(target=job)
    thread.start()
    wait_until(lambda: running_tasks(spark) > 0 or seen, 60, "the job's task runs")
    time.sleep(0.5)
    equal(seen, [], "ended before it could be killed")
    context.cancelJobGroup("to kill")
    took = wait_until(lambda: running_tasks(spark) == 0, 30, "the task has ended")
    thread.join(30)
    equal(thread.is_alive(), False, "the job did not end")
    equal("cancel" in seen[0].lower(), True, seen[0])
    return took


@check
def killing_a_job_stops_native_work_within_a_second(spark, world):
    """One task that returns no batch for tens of seconds: only native code can see that it was killed."""
    where = " OR ".join(f"contains(s || s || s || s, 'a{letter}')" for letter in "bcdefghijklmnopqrs")
    frame = spark.read.format("mergetree").options(**{"split.bytes": "1g", "runtime.filter.source": "0"})
    frame = frame.load(f"{world.root}/d/long").where(where)
    plan = frame._jdf.queryExecution().executedPlan().toString()
    equal("PushedFilters" in plan and "Filter (" not in plan, True, plan)
    time_to_kill(spark, frame)  # the first holds Spark's loading of classes
    times = [time_to_kill(spark, frame) for _ in range(3)]
    equal(max(times) < 1, True, f"seconds from the kill to the task's end: {times}")
    equal(spark.sql("SELECT count(*) FROM ch.d.large").first()[0], 100000)
