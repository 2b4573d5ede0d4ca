"""A root whose latch is a daemon's: who may open it, and queries and writes while the daemon is killed again and again."""

import os
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from check_write import rows, store, tool
from checks import check, equal, fails, setting

ROUNDS = 5  # at least; and until the daemon was killed KILLS times
KILLS = 2
ROUNDS_MAX = 1000
SECONDS_BETWEEN_KILLS = 2.5  # more than the daemon's grace, so that writers get on


class Daemon:
    """latchd over a new root, with a short grace."""

    def __init__(self, world):
        self.program = str(Path(world.jar).parent / "latchd")
        self.root = tempfile.mkdtemp(dir=world.temporary, prefix="daemon-") + "/root"
        self.listen = f"unix:{self.root}.sock"
        self.start()
        while not os.path.exists(f"{self.root}/.ch/latch/store"):
            equal(self.process.poll(), None, "latchd ended")
            time.sleep(0.01)

    def start(self):
        command = [self.program, "--root", self.root, "--listen", self.listen, "--ttl-max", "1000"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        equal(self.process.wait(20), 0, "latchd's exit status")


@contextmanager
def served(spark, world):
    """A daemon, and a catalog over its root with a database `d`."""
    daemon = Daemon(world)
    name = "l" + os.path.basename(os.path.dirname(daemon.root)).replace("-", "_")
    try:
        with (
            setting(spark, f"spark.sql.catalog.{name}", "io.chspark.ChCatalog"),
            setting(spark, f"spark.sql.catalog.{name}.path", daemon.root),
            setting(spark, f"spark.sql.catalog.{name}.latch", f"grpc://{daemon.listen}"),
        ):
            spark.sql(f"CREATE NAMESPACE {name}.d")
            yield daemon, f"{name}.d"
    finally:
        daemon.kill()


def catalog(spark, name: str, root: str, latch: str | None):
    """Why a catalog over the root cannot be had."""
    with (
        setting(spark, f"spark.sql.catalog.{name}", "io.chspark.ChCatalog"),
        setting(spark, f"spark.sql.catalog.{name}.path", root),
        setting(spark, f"spark.sql.catalog.{name}.latch", latch or "embedded"),
    ):
        spark.sql(f"SHOW NAMESPACES IN {name}").collect()


@check
def a_root_is_used_through_the_latch_that_owns_it(spark, world):
    with served(spark, world) as (daemon, d), store(spark, world) as (embedded, e):
        address = f"grpc://{daemon.listen}"
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT, s STRING) TBLPROPERTIES ('order_by'='k')")
        spark.sql(f"INSERT INTO {d}.t SELECT id, string(id) FROM range(0, 1000, 1, 3)")
        spark.sql(f"DELETE FROM {d}.t WHERE k % 2 = 1")
        equal(rows(spark, f"{d}.t", "count(*), sum(k)"), [(500, 249500)])
        equal("500" in tool(world, "ls", f"{daemon.root}/d", "--latch", address).stdout, True, "ch goes where the root says")
        fails(lambda: catalog(spark, "wrong1", daemon.root, "embedded"), "belongs to the latch daemon at", address)
        fails(lambda: catalog(spark, "wrong2", embedded, address), "this root's latch is embedded")
        fails(lambda: catalog(spark, "wrong3", embedded, "https://x"), "'embedded' or 'grpc://host:port'")
        spark.sql(f"CREATE TABLE {e}.t (k BIGINT)")
        equal(rows(spark, f"{e}.t", "count(*)"), [(0,)], "an embedded root beside it")
        daemon.stop()
        daemon.start()
        equal(rows(spark, f"{d}.t", "count(*)"), [(500,)])


@check
def queries_and_writes_go_on_while_the_daemon_is_killed(spark, world):
    with served(spark, world) as (daemon, d):
        for table in ("a", "b"):
            spark.sql(f"CREATE TABLE {d}.{table} (k BIGINT) TBLPROPERTIES ('order_by'='k')")
            spark.sql(f"INSERT INTO {d}.{table} VALUES (0)")
        ended, failures, last, kills = threading.Event(), [], [0], [0]

        def write():
            try:
                while last[0] < ROUNDS or (kills[0] < KILLS and last[0] < ROUNDS_MAX):
                    for table in ("a", "b"):
                        spark.sql(f"INSERT OVERWRITE {d}.{table} VALUES ({last[0] + 1})")
                    last[0] += 1
            except Exception as error:  # noqa: BLE001 - told by the check
                failures.append(error)
            ended.set()

        def kill():
            while not ended.wait(SECONDS_BETWEEN_KILLS):
                daemon.kill()
                time.sleep(0.2)
                daemon.start()
                kills[0] += 1

        threads = [threading.Thread(target=work) for work in (write, kill)]
        for thread in threads:
            thread.start()
        reads = 0
        while any(thread.is_alive() for thread in threads):
            a, b = spark.sql(f"SELECT (SELECT sum(k) FROM {d}.a), (SELECT sum(k) FROM {d}.b)").collect()[0]
            equal(a - b in (0, 1), True, f"read {reads}: a has {a}, b has {b}")
            reads += 1
        for thread in threads:
            thread.join()
        equal(failures, [])
        equal(rows(spark, f"{d}.a") + rows(spark, f"{d}.b"), [(last[0],)] * 2, "the last write is there")
        equal(kills[0] >= KILLS and reads > 0, True, f"{kills[0]} kills, {reads} reads")
