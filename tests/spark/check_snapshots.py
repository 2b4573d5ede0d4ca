"""Versions of a store: read, listed, gone back to, and the same one for all tables of a query."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from checks import check, equal, fails, plan_of, rows, setting, store, tool
from run import environment


def version_of(spark, table: str) -> int:
    return spark.sql(f"SELECT max(version) FROM {table}.snapshots").collect()[0][0]


@check
def a_version_and_a_moment_are_read(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT) TBLPROPERTIES ('order_by'='k')")
        spark.sql(f"INSERT INTO {d}.t VALUES (1)")
        first = version_of(spark, f"{d}.t")
        time.sleep(0.01)
        moment = spark.sql("SELECT string(current_timestamp())").collect()[0][0]
        time.sleep(0.01)
        spark.sql(f"INSERT INTO {d}.t VALUES (2)")
        spark.sql(f"ALTER TABLE {d}.t ADD COLUMN v STRING")
        second = version_of(spark, f"{d}.t")
        equal(rows(spark, f"{d}.t VERSION AS OF {first}"), [(1,)])
        equal(rows(spark, f"{d}.t VERSION AS OF '{second}'"), [(1, None), (2, None)])
        equal(rows(spark, f"{d}.t TIMESTAMP AS OF '{moment}'"), [(1,)])
        both = f"{d}.t VERSION AS OF {first} x FULL JOIN {d}.t y ON x.k = y.k"
        equal(rows(spark, both, "x.k, y.k", "2"), [(1, 1), (None, 2)], "two versions in one query")
        for option, value in (("versionAsOf", first), ("timestampAsOf", moment)):
            equal([tuple(row) for row in spark.read.format("mergetree").option(option, value).load(f"{root}/d/t").collect()], [(1,)], option)
        if spark.version.startswith("3."):
            message = fails(lambda: spark.read.option("versionAsOf", first).table(f"{d}.t").collect(), "VERSION AS OF")
            equal("column 'v'" in message, True, message)
            equal(spark.read.option("versionAsOf", second).table(f"{d}.t").count(), 2)
        else:
            equal(spark.read.option("versionAsOf", first).table(f"{d}.t").columns, ["k"])
        equal(f"Version: {first}" in plan_of(spark, f"SELECT * FROM {d}.t VERSION AS OF {first}"), True)
        equal(f"Version: {second}" in plan_of(spark, f"SELECT * FROM {d}.t"), True, plan_of(spark, f"SELECT * FROM {d}.t"))
        spark.sql(f"DROP TABLE {d}.t")
        equal(rows(spark, f"{d}.t VERSION AS OF {second}"), [(1, None), (2, None)], "a table that is dropped by now")


@check
def what_is_no_version_is_said(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT)")
        spark.sql(f"INSERT INTO {d}.t VALUES (1)")
        first = version_of(spark, f"{d}.t")
        kept = spark.sql(f"SELECT * FROM {d}.t VERSION AS OF {first}")
        spark.sql(f"INSERT INTO {d}.t VALUES (2)")
        newest = version_of(spark, f"{d}.t")
        collect = [sys.executable, str(Path(__file__).parent / "collect.py"), str(Path(world.jar).parent / "libch.so"), root]
        subprocess.run(collect, check=True)
        equal(rows(spark, f"{d}.t VERSION AS OF {first}"), [(1,)], "a DataFrame keeps it")
        fails(lambda: spark.sql(f"SELECT * FROM {d}.t VERSION AS OF {first - 1}").collect(), f"versions {first} to ", "can be read", "gc")
        fails(lambda: spark.sql(f"SELECT * FROM {d}.t VERSION AS OF {newest + 1000}").collect(), "there is no version", f"versions {first} to ")
        fails(lambda: spark.sql(f"SELECT * FROM {d}.t TIMESTAMP AS OF '2020-01-01'").collect(), f"versions {first} to ")
        fails(lambda: spark.sql(f"SELECT * FROM {d}.t VERSION AS OF 'main'").collect(), "main", "snapshots")
        fails(lambda: spark.read.format("mergetree").option("timestampAsOf", "never").load(f"{root}/d/t"), "never")
        equal(kept.collect()[0][0], 1)
    for text in ("ch.d.large VERSION AS OF 1", "ch.d.large TIMESTAMP AS OF '2026-01-01'"):
        fails(lambda text=text: spark.sql(f"SELECT * FROM {text}").collect(), "plain ClickHouse folder", "adopt")
    fails(lambda: spark.sql("SELECT * FROM ch.d.large.snapshots").collect(), "plain ClickHouse folder")


@check
def history_and_state_are_tables(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.`t.x` (k BIGINT, s STRING) TBLPROPERTIES ('order_by'='k')")
        spark.sql(f"INSERT INTO {d}.`t.x` SELECT id * 4 + 1, IF(id = 0, 'a', NULL) FROM range(0, 2, 1, 1)")
        spark.sql(f"INSERT INTO {d}.`t.x` VALUES (3, 'b')")
        written = version_of(spark, f"{d}.`t.x`")
        tool(world, "merge", f"{root}/d/t.x", "--final")
        listed = rows(spark, f"{d}.`t.x`.snapshots", "operation, parts_added, parts_removed, parts, rows")
        equal(sorted(listed), [("create", 0, 0, 0, 0), ("merge", 1, 2, 1, 3), ("write", 1, 0, 1, 2), ("write", 1, 0, 2, 3)])
        equal(spark.sql(f"SELECT count(*) FROM {d}.`t.x`.snapshots WHERE published > current_timestamp() - interval 1 hour").collect()[0][0], 4)
        equal(spark.sql(f"SELECT max(version) FROM {d}.`t.x`.snapshots VERSION AS OF {written}").collect()[0][0], written)
        equal(rows(spark, f"{d}.`t.x`.parts", "partition_id, level, rows"), [("all", 1, 3)])
        equal(rows(spark, f"{d}.`t.x`.parts VERSION AS OF {written}", "rows, level"), [(1, 0), (2, 0)])
        stats = rows(spark, f"{d}.`t.x`.columns_stats", "column, type, min, max")
        equal(stats[0], ("k", "Int64", "1", "5"))
        equal(len(stats), 2)
        spark.sql(f"CREATE TABLE {d}.r (k BIGINT) TBLPROPERTIES ('order_by'='k', 'engine'='ReplacingMergeTree')")
        spark.sql(f"INSERT INTO {d}.r SELECT id FROM range(5)")
        spark.sql(f"INSERT INTO {d}.r SELECT id FROM range(2)")
        equal(rows(spark, f"{d}.r.parts", "rows, rows_hidden"), [(2, 0), (5, 2)])
        fails(lambda: spark.sql(f"SELECT * FROM {d}.r.secrets"), "TABLE_OR_VIEW_NOT_FOUND")
        fails(lambda: spark.sql(f"SELECT * FROM {d}.nothing.parts"), "TABLE_OR_VIEW_NOT_FOUND")
        fails(lambda: spark.sql(f"DELETE FROM {d}.r.parts"))
    equal(rows(spark, "ch.d.large.columns_stats", "count(*)")[0][0] > 0, True)


@check
def procedures_merge_collect_and_go_back(spark, world):
    if spark.version.startswith("3."):
        return
    with store(spark, world) as (_, d):
        system = f"{d.split('.')[0]}.system"
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT) TBLPROPERTIES ('order_by'='k')")
        for k in range(3):
            spark.sql(f"INSERT INTO {d}.t VALUES ({k})")
        three = version_of(spark, f"{d}.t")
        equal(spark.sql(f"CALL {system}.merge('d.t', true)").collect()[0].version, three + 1)
        equal(rows(spark, f"{d}.t.parts", "rows"), [(3,)])
        spark.sql(f"INSERT OVERWRITE {d}.t VALUES (9)")
        back = spark.sql(f"CALL {system}.rollback(table => '`d`.t', version => {three})").collect()[0].version
        equal(rows(spark, f"{d}.t"), [(0,), (1,), (2,)])
        equal(rows(spark, f"{d}.t VERSION AS OF {back - 1}"), [(9,)], "nothing is lost")
        spark.sql(f"CALL {system}.gc(keep_hours => 0, keep_versions => 0)")
        equal(rows(spark, f"{d}.t"), [(0,), (1,), (2,)])
        equal(spark.sql(f"CALL {system}.gc()").count(), 1)
        fails(lambda: spark.sql(f"CALL {system}.rollback('d.t', {three - 2})"), "can be read")
        fails(lambda: spark.sql(f"CALL {system}.rollback('t', 1)"), "database.table")
        fails(lambda: spark.sql(f"CALL {system}.destroy()"), "destroy")
    fails(lambda: spark.sql("CALL ch.system.merge('d.large')"), "plain ClickHouse folder")


@contextmanager
def endless_writer(world, root: str):
    """While it is open, another process makes d.a and d.b go through 1, 2, 3, ..."""
    command = [sys.executable, str(Path(__file__).parent / "endless_writer.py"), str(Path(world.jar).parent / "libch.so"), root]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment([]))
    try:
        equal(writer.stdout.readline(), "ready\n")
        yield writer
    finally:
        left = writer.communicate("stop\n", timeout=60)[0]
    equal(writer.returncode, 0)
    print(f"  the writer made {left.strip()} commits to each table", flush=True)


@check
def all_tables_of_a_query_are_read_at_one_version(spark, world):
    with store(spark, world) as (root, d), setting(spark, "spark.sql.crossJoin.enabled", "true"):
        for table in ("a", "b"):
            spark.sql(f"CREATE TABLE {d}.{table} (k BIGINT)")
        frames = None
        seen = set()
        queries = [
            f"SELECT a.k, b.k FROM {d}.a CROSS JOIN {d}.b",
            f"SELECT a.k, b.k FROM {d}.b CROSS JOIN {d}.a",
            f"SELECT x.k, (SELECT max(k) FROM {d}.b) FROM {d}.a x JOIN {d}.a y ON x.k = y.k",
            f"SELECT (SELECT max(k) FROM {d}.a), k FROM b_view WHERE k <= (SELECT max(k) FROM {d}.a)",
        ]
        spark.sql(f"CREATE TEMPORARY VIEW b_view AS SELECT * FROM {d}.b")
        spark.sql(f"CREATE TABLE {d}.both (a BIGINT, b BIGINT)")
        with endless_writer(world, root):
            for number in range(200 if world.predicates >= 300 else 30):
                if number % (len(queries) + 1) == len(queries):
                    frames = frames or (spark.table(f"{d}.b"), spark.table(f"{d}.a"))
                    found = frames[1].crossJoin(frames[0]).collect()
                else:
                    found = spark.sql(queries[number % (len(queries) + 1)]).collect()
                equal(len(found), 1, f"query {number}")
                a, b = found[0]
                equal(a - b in (0, 1), True, f"query {number}: a holds {a} and b {b}")
                seen.add(a)
            for _ in range(3):
                spark.sql(f"INSERT INTO {d}.both {queries[0]}")
        spark.sql("DROP VIEW b_view")
        equal(rows(spark, f"{d}.both", "count(*), count_if(a - b NOT IN (0, 1))"), [(3, 0)], "what was inserted")
        equal(len(seen) > 3, True, f"the queries saw {sorted(seen)}")
