"""Writing: what is written is read back, by Spark, by ClickHouse and as Spark's own Parquet gives it; or nothing is seen."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

from checks import check, equal, fails, rows, setting, store, tool
from pyspark.sql import functions
from run import environment, newest

ROWS = 120
# column: Spark type, values at the edges, value of any other row by its number `id`.
COLUMNS = {
    "b": ("boolean", ["true", "false"], "id % 3 = 0"),
    "i8": ("tinyint", ["-128", "127"], "cast(id % 100 AS tinyint)"),
    "i16": ("smallint", ["-32768", "32767"], "cast(id * 7 AS smallint)"),
    "i32": ("int", ["-2147483648", "2147483647"], "cast(id * 7919 AS int)"),
    "i64": ("bigint", ["-9223372036854775808", "9223372036854775807"], "id * 123456789123"),
    "f32": ("float", ["'NaN'", "'-Infinity'", "'-0.0'", "'1.4E-45'", "'3.4028235E38'"], "cast(id AS float) / 3"),
    "f64": ("double", ["'NaN'", "'Infinity'", "'-0.0'", "'4.9E-324'", "'1.7976931348623157E308'"], "cast(id AS double) / 3"),
    "d9": ("decimal(9,2)", ["'-9999999.99'", "'9999999.99'"], "id / 7"),
    "d18": ("decimal(18,0)", ["'-999999999999999999'", "'999999999999999999'"], "id * 99"),
    "d19": ("decimal(19,19)", ["'-0.9999999999999999999'", "'0.9999999999999999999'"], "id / 1000"),
    "d38": ("decimal(38,10)", ["'-9999999999999999999999999999.9999999999'", "'9999999999999999999999999999.9999999999'"], "-id / 7"),
    "s": ("string", ["''", "repeat('\u00fc', 70000)", "'a\\u0000b'", "'\U0001f600'"], "repeat(string(id), int(id % 5))"),
    "bin": ("binary", ["X''", "X'00FF80'"], "binary(string(id))"),
    "day": ("date", ["'0001-01-01'", "'9999-12-31'", "'1969-12-31'"], "date_add(date'1970-01-01', int(id) - 100)"),
    "ts": ("timestamp", ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"], "timestamp_micros(id * 1234567 - 99)"),
    "ntz": ("timestamp_ntz", ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"], "cast(timestamp_micros(id) AS timestamp_ntz)"),
    "span": ("interval day to second", ["interval '-106751991 04:00:54.775807' day to second"], "make_dt_interval(int(id), 1, 2, 3.000004)"),
    "list": ("array<int>", ["array()", "array(1, NULL, -1)"], "array(int(id), NULL)"),
    "lists": ("array<array<string>>", ["array()", "array(array(), array(NULL, ''))"], "array(array(string(id)))"),
    "m": ("map<string,bigint>", ["map()", "map('', NULL, 'k', 1L)"], "map(string(id), id)"),
    "row": (
        "struct<x:int,y:struct<z:string,w:array<decimal(20,2)>>>",
        ["named_struct('x', NULL, 'y', named_struct('z', NULL, 'w', array()))"],
        "named_struct('x', int(id), 'y', named_struct('z', string(id), 'w', array(cast(id AS decimal(20,2)))))",
    ),
}  # fmt: skip


def expression(name: str) -> str:
    """Edges first, then NULL where there may be one, then the others."""
    kind, edges, other = COLUMNS[name]
    cases = "".join(f" WHEN {at} THEN cast({edge} AS {kind})" for at, edge in enumerate(edges))
    is_nested = kind.startswith(("array", "map", "struct"))
    null = "" if is_nested else f" WHEN {len(edges)} THEN NULL WHEN {ROWS - 1} THEN NULL"
    return f"CASE id{cases}{null} ELSE cast({other} AS {kind}) END AS `{name}`"


def shown(name: str) -> str:
    kind = COLUMNS[name][0]
    text = f"map_entries(`{name}`)" if kind.startswith("map") else f"hex(`{name}`)" if kind == "binary" else f"`{name}`"
    return f"string({text}) AS `{name}`"


def answers(exports: str) -> dict:
    """What a ClickHouse says of exported tables, by their names."""
    peer = Path(__file__).parent.parent / "compat" / "store_peer.py"
    subprocess.run([sys.executable, str(peer), exports], env=environment([newest("chdb")]), check=True, capture_output=True)
    with open(f"{exports}/answers.json", encoding="utf-8") as file:
        return json.load(file)


def make_source(spark) -> str:
    columns = ", ".join(expression(name) for name in COLUMNS)
    spark.sql(f"SELECT id, {columns} FROM range(0, {ROWS}, 1, 3)").createOrReplaceTempView("source")
    return "source"


@check
def every_value_is_read_back_as_from_parquet(spark, world):
    make_source(spark)
    shown_columns = ["id", *(shown(name) for name in COLUMNS)]
    with store(spark, world) as (root, d):
        with (
            setting(spark, "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"),
            setting(spark, "spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED"),
        ):
            spark.sql("SELECT * FROM source").write.parquet(f"{root}-parquet")
        expected = spark.read.parquet(f"{root}-parquet").selectExpr(*shown_columns).orderBy("id").collect()
        spark.sql(f"CREATE TABLE {d}.t TBLPROPERTIES ('order_by'='id') AS SELECT * FROM source")
        for name, (kind, _, _) in COLUMNS.items():
            equal(spark.table(f"{d}.t").schema[name].dataType.simpleString(), kind, name)
        with setting(spark, "spark.chspark.write.batch.rows", "7"):
            spark.sql(f"INSERT INTO {d}.t SELECT * FROM source WHERE id < 0")
            spark.sql(f"INSERT OVERWRITE {d}.t SELECT * FROM source")
        found = spark.table(f"{d}.t").selectExpr(*shown_columns).orderBy("id").collect()
        for was, now in zip(expected, found, strict=True):
            equal(now.asDict(), was.asDict(), f"row {was.id}")


@check
def clickhouse_attaches_what_spark_wrote(spark, world):
    make_source(spark)
    names = ["i8", "i64", "d9", "d38", "s", "m", "list", "lists", "row"]
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t TBLPROPERTIES ('order_by'='id') AS SELECT id, {', '.join(names)} FROM source")
        exports = f"{root}-exports"
        os.mkdir(exports)
        tool(world, "export", f"{root}/d/t", f"{exports}/t")
        answer = answers(exports)["t"]
        equal(answer["complaints"], [])
        found = sorted((json.loads(line, parse_float=Decimal) for line in answer["rows"]), key=lambda row: row["id"])
        expected = [row.asDict(recursive=True) for row in spark.table("source").select("id", *names).orderBy("id").collect()]
        for was, now in zip(expected, found, strict=True):
            equal(now, was, f"row {was['id']}")


@check
def parts_are_written_as_the_properties_say(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(
            f"CREATE TABLE {d}.t (k BIGINT, v STRING, `a b` INT) TBLPROPERTIES ('order_by'='k', 'engine'='ReplacingMergeTree', 'codec'='zstd(3)',"
            " 'codec.V'='none', 'min_bytes_for_wide_part'='0', 'index_granularity'='16', 'index.i'='v bloom_filter(0.01) granularity 2', 'index.j'='A B minmax')"
        )
        spark.sql(f"INSERT INTO {d}.t SELECT id, concat('v', id), id FROM range(100)")
        spark.sql(f"ALTER TABLE {d}.t ADD COLUMN w INT")
        spark.sql(f"INSERT INTO {d}.t SELECT id, concat('v', id), id, id FROM range(50, 150)")
        tool(world, "merge", f"{root}/d/t", "--final")
        equal(rows(spark, f"{d}.t", "count(*), count(w), max(w)"), [(150, 100, 149)])
        exports = f"{root}-exports"
        os.mkdir(exports)
        tool(world, "export", f"{root}/d/t", f"{exports}/t")
        layout = answers(exports)["t"]["layout"]
        default = "CODEC(ZSTD(3))"
        equal(layout["codecs"], {"k": default, "v": "CODEC(NONE)", "a b": default, "_version": default, "_is_deleted": default, "w": default})
        equal((layout["kind"], layout["hidden"]), ("Wide", []))
        equal(layout["indices"], [["i", "bloom_filter", "v", 2], ["j", "minmax", "a b", 1]])
        spark.sql(f"CREATE OR REPLACE TABLE {d}.t TBLPROPERTIES ('order_by'='id', 'codec.id'='LZ4') AS SELECT id FROM range(9)")
        spark.range(9).writeTo(f"{d}.u").tableProperty("codec", "ZSTD").tableProperty("index.i", "id minmax").create()
        for wrong, text in (
            ("'codec'='brotli'", "expected none, lz4"), ("'codec'='zstd(23)'", "ZSTD's level"), ("'codec.x'='lz4'", "no column 'x'"),
            ("'index.i'='v set(3)'", "'<column> minmax'"), ("'index.i'='x minmax'", "no column 'x'"),
            ("'min_rows_for_wide_part'='many'", "expected a number"), ("'index_granularity_bytes'='5'", "at least 1024"),
        ):  # fmt: skip
            fails(lambda wrong=wrong: spark.sql(f"CREATE TABLE {d}.x (v INT) TBLPROPERTIES ({wrong})"), text)


@check
def overwriting_takes_what_it_says(spark, world):
    with store(spark, world) as (_, d):
        spark.sql(f"CREATE TABLE {d}.p (p INT, s STRING, k INT) PARTITIONED BY (p, s) TBLPROPERTIES ('order_by'='k')")
        fill = f"INSERT INTO {d}.p SELECT id % 3, IF(id < 3, 'a\\'`', 'b'), id FROM range(6)"
        spark.sql(fill)
        spark.sql(f"INSERT OVERWRITE {d}.p PARTITION (p = 1, s = 'b') SELECT 100")
        equal(rows(spark, f"{d}.p", "k"), [(0,), (1,), (2,), (3,), (5,), (100,)])
        spark.sql(f"INSERT OVERWRITE {d}.p PARTITION (p = 2) SELECT 'c', 200 FROM range(0)")
        equal(rows(spark, f"{d}.p", "k"), [(0,), (1,), (3,), (100,)], "an empty partition")
        with setting(spark, "spark.sql.sources.partitionOverwriteMode", "dynamic"):
            spark.sql(f"INSERT OVERWRITE {d}.p SELECT 0, 'b', 300")
        equal(rows(spark, f"{d}.p", "k"), [(0,), (1,), (100,), (300,)])
        spark.sql("SELECT 1 AS p, 'x' AS s, 1 AS k").writeTo(f"{d}.p").append()
        spark.sql("SELECT 0 AS p, 'b' AS s, 2 AS k").writeTo(f"{d}.p").overwritePartitions()
        equal(rows(spark, f"{d}.p", "k"), [(0,), (1,), (1,), (2,), (100,)])
        fails(lambda: spark.sql("SELECT 0 AS p, 'b' AS s, 2 AS k").writeTo(f"{d}.p").overwrite(functions.col("k") > 1), "overwrite")
        spark.sql(f"INSERT OVERWRITE {d}.p SELECT 9, 'z', 9")
        equal(rows(spark, f"{d}.p"), [(9, "z", 9)])
        spark.sql(f"TRUNCATE TABLE {d}.p")
        equal(rows(spark, f"{d}.p"), [])
        spark.sql(fill)
        equal(spark.table(f"{d}.p").count(), 6)


@check
def tables_are_created_and_replaced_with_their_rows_at_once(spark, world):
    with store(spark, world) as (_, d):
        bad = "SELECT id, IF(id = 5, raise_error('no'), 'a') AS v FROM range(9)"
        fails(lambda: spark.sql(f"CREATE TABLE {d}.t AS {bad}"), "no")
        equal(spark.sql(f"SHOW TABLES IN {d}").collect(), [])
        spark.sql(f"CREATE TABLE {d}.t AS SELECT 1 AS a")
        fails(lambda: spark.sql(f"CREATE TABLE {d}.t AS SELECT 2 AS a"), "ALREADY_EXISTS")
        spark.sql(f"CREATE TABLE IF NOT EXISTS {d}.t (z INT)")
        fails(lambda: spark.sql(f"CREATE OR REPLACE TABLE {d}.t AS {bad}"), "no")
        equal(rows(spark, f"{d}.t"), [(1,)])
        spark.sql(f"CREATE OR REPLACE TABLE {d}.t TBLPROPERTIES ('order_by'='b') AS SELECT 'x' AS b, 2 AS a")
        equal(rows(spark, f"{d}.t"), [("x", 2)])
        spark.sql(f"REPLACE TABLE {d}.t (n INT)")
        equal(rows(spark, f"{d}.t"), [])
        spark.range(3).write.saveAsTable(f"{d}.saved")
        spark.range(2).write.mode("append").saveAsTable(f"{d}.saved")
        spark.range(2).writeTo(f"{d}.saved").append()
        equal(spark.table(f"{d}.saved").count(), 7)
        fails(lambda: spark.sql(f"REPLACE TABLE {d}.nothing (n INT)"), "nothing")
        fails(lambda: spark.sql(f"CREATE TABLE {d}.x (a INT) USING parquet TBLPROPERTIES ('colour'='red')"), "colour")
        fails(lambda: spark.sql(f"CREATE TABLE {d}.x (a INT) TBLPROPERTIES ('order_by'='b')"), "no column 'b'")
        fails(lambda: spark.sql(f"CREATE TABLE {d}.x (a INT, t TIMESTAMP) PARTITIONED BY (days(t))"), "PARTITIONED BY")
        fails(lambda: spark.sql(f"CREATE TABLE {d}.x (a ARRAY<BINARY>)"), "column 'a'")
        fails(lambda: spark.sql(f"CREATE TABLE {d.split('.')[0]}.no.x (a INT)"), "no")


@check
def a_write_that_fails_leaves_nothing(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (id BIGINT, v STRING) TBLPROPERTIES ('order_by'='id')")
        spark.sql(f"INSERT INTO {d}.t VALUES (1, 'a')")
        with setting(spark, "spark.chspark.write.batch.rows", "10"):
            fails(lambda: spark.sql(f"INSERT INTO {d}.t SELECT id, IF(id = 900, raise_error('no'), 'a') FROM range(1000)"), "no")
        equal(rows(spark, f"{d}.t"), [(1, "a")])
        spark.sql(f"INSERT INTO {d}.t VALUES (2, 'b')")
        tool(world, "gc", root)
        equal(rows(spark, f"{d}.t"), [(1, "a"), (2, "b")])
        equal(len([entry for entry in os.listdir(f"{root}/d/t") if entry.startswith("tmp")]), 0, "leftovers behind gc")


@check
def values_without_a_place_are_named(spark, world):
    with store(spark, world) as (root, d):
        tool(world, "create", root, "CREATE TABLE d.t (u UInt8, t DateTime64(3, 'UTC'), e Enum8('a' = 1)) ENGINE = MergeTree ORDER BY u")
        good = "(255, timestamp'2024-01-01 00:00:00.123', 'a')"
        spark.sql(f"INSERT INTO {d}.t VALUES {good}")
        fails(lambda: spark.sql(f"INSERT INTO {d}.t VALUES (256, timestamp'2024-01-01', 'a')"), "column 'u'", "256")
        fails(lambda: spark.sql(f"INSERT INTO {d}.t VALUES (1, timestamp'2024-01-01 00:00:00.1234', 'a')"), "column 't'")
        fails(lambda: spark.sql(f"INSERT INTO {d}.t VALUES (1, timestamp'2024-01-01', 'b')"), "column 'e'", "b")
        equal(spark.table(f"{d}.t").count(), 1)
        spark.sql(f"CREATE TABLE {d}.n (a ARRAY<INT>, k INT) TBLPROPERTIES ('order_by'='k')")
        fails(lambda: spark.sql(f"INSERT INTO {d}.n VALUES (NULL, 1)"))
        fails(lambda: spark.sql(f"INSERT INTO {d}.n VALUES (array(), NULL)"))
        equal(spark.table(f"{d}.n").count(), 0)


@check
def one_writer_at_a_time_has_a_table(spark, world):
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.t (k INT)")
        holder = subprocess.Popen(
            [str(Path(world.jar).parent / "ch"), "import", f"{root}/d/t", "-", "--format", "csv"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(100):
                if '"held":true' in tool(world, "latch", "status", root, "--format", "json").stdout.replace(" ", ""):
                    break
                time.sleep(0.1)
            with setting(spark, "spark.chspark.latch.wait", "100ms"):
                fails(lambda: spark.sql(f"INSERT INTO {d}.t VALUES (1)"), "Busy")
                fails(lambda: spark.sql(f"DROP TABLE {d}.t"), "Busy")
        finally:
            holder.stdin.close()
            holder.wait()
        spark.sql(f"INSERT INTO {d}.t VALUES (2)")
        equal(rows(spark, f"{d}.t"), [(2,)])


@check
def updates_beside_each_other_are_never_lost(spark, world):
    """Each adds 1 to what it read; one that would undo another's must say so instead."""

    def update(table: str) -> bool:
        try:
            spark.sql(f"UPDATE {table} SET n = n + 1 WHERE k = 1")
            return True
        except Exception as problem:
            if "run the command again" not in str(problem):
                raise
            return False

    with store(spark, world) as (_, d), ThreadPoolExecutor(2) as pool:
        refused = 0
        for engine in ("MergeTree", "ReplacingMergeTree"):
            table = f"{d}.{engine}"
            spark.sql(f"CREATE TABLE {table} (k INT, n INT) TBLPROPERTIES ('order_by'='k', 'engine'='{engine}')")
            spark.sql(f"INSERT INTO {table} VALUES (1, 0), (2, 0)")
            done = [outcome for _ in range(6) for outcome in pool.map(update, [table, table])]
            equal(rows(spark, table), [(1, sum(done)), (2, 0)], f"{engine}: {done}")
            refused += done.count(False)
        equal(refused > 0, True, "no two met")


@check
def definitions_are_changed(spark, world):
    with store(spark, world) as (_, d):
        spark.sql(f"CREATE TABLE {d}.t (k INT COMMENT 'it\\'s', v INT NOT NULL, b BINARY) TBLPROPERTIES ('order_by'='k') COMMENT 'the table'")
        spark.sql(f"INSERT INTO {d}.t VALUES (1, 10, X'FF')")
        spark.sql(f"ALTER TABLE {d}.t ADD COLUMNS (w DECIMAL(20,2), n TIMESTAMP_NTZ COMMENT 'wall')")
        spark.sql(f"ALTER TABLE {d}.t RENAME COLUMN v TO u")
        spark.sql(f"ALTER TABLE {d}.t ALTER COLUMN u TYPE BIGINT")
        spark.sql(f"ALTER TABLE {d}.t ALTER COLUMN u DROP NOT NULL")
        spark.sql(f"ALTER TABLE {d}.t ALTER COLUMN b COMMENT 'bytes'")
        spark.sql(f"INSERT INTO {d}.t VALUES (2, NULL, NULL, 1.5, timestamp_ntz'2024-01-01 00:00:00')")
        equal(rows(spark, f"{d}.t", "k, u, hex(b), string(w), string(n)"), [(1, 10, "FF", None, None), (2, None, None, "1.50", "2024-01-01 00:00:00")])
        spark.sql(f"ALTER TABLE {d}.t DROP COLUMN b")
        equal([field.name for field in spark.table(f"{d}.t").schema], ["k", "u", "w", "n"])
        fails(lambda: spark.sql(f"ALTER TABLE {d}.t DROP COLUMN k"), "key")
        fails(lambda: spark.sql(f"ALTER TABLE {d}.t SET TBLPROPERTIES ('a'='b')"), "SetProperty")
        fails(lambda: spark.sql(f"ALTER TABLE {d}.t ADD COLUMN f INT FIRST"), "before all others")
        spark.sql(f"ALTER TABLE {d}.t RENAME TO {d.split('.')[1]}.t2")
        equal([row.tableName for row in spark.sql(f"SHOW TABLES IN {d}").collect()], ["t2"])
        fails(lambda: spark.sql(f"DROP NAMESPACE {d}"), "SCHEMA_NOT_EMPTY")
        spark.sql(f"DROP TABLE {d}.t2")
        spark.sql(f"DROP TABLE IF EXISTS {d}.t2")
        spark.sql(f"DROP NAMESPACE {d}")
        equal(spark.sql(f"SHOW NAMESPACES IN {d.split('.')[0]}").collect(), [])


def check_changes(spark, table: str) -> None:
    """DELETE, UPDATE and MERGE, against the same statements' meaning."""
    spark.sql(f"INSERT INTO {table} SELECT id, id % 4, concat('v', id) FROM range(40)")
    spark.sql(f"INSERT INTO {table} SELECT id, id % 4, concat('v', id) FROM range(40, 60)")
    expected = {k: (k % 4, f"v{k}") for k in range(60)}
    same = lambda: equal(rows(spark, table, "k, g, v"), [(k, *expected[k]) for k in sorted(expected)])
    spark.sql(f"DELETE FROM {table} WHERE k = 1000")
    same()
    spark.sql(f"DELETE FROM {table} WHERE k % 10 = 3 OR v = 'v7'")
    expected = {k: row for k, row in expected.items() if k % 10 != 3 and k != 7}
    same()
    spark.sql(f"DELETE FROM {table} WHERE k IN (SELECT id * 2 FROM range(3))")
    expected = {k: row for k, row in expected.items() if k not in (0, 2, 4)}
    same()
    spark.sql(f"UPDATE {table} SET v = NULL, g = g + 100 WHERE k > 50")
    expected = {k: (g + 100, None) if k > 50 else (g, v) for k, (g, v) in expected.items()}
    same()
    spark.sql(
        f"MERGE INTO {table} t USING (SELECT id AS k, concat('m', id) AS v FROM range(45, 70)) s ON t.k = s.k"
        " WHEN MATCHED AND s.k % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET t.v = s.v"
        " WHEN NOT MATCHED THEN INSERT (k, g, v) VALUES (s.k, 0, s.v)"
    )
    for k in range(45, 70):
        if k not in expected:
            expected[k] = (0, f"m{k}")
        elif k % 2 == 0:
            del expected[k]
        else:
            expected[k] = (expected[k][0], f"m{k}")
    same()
    spark.sql(f"DELETE FROM {table}")
    expected = {}
    same()


@check
def rows_are_deleted_updated_and_merged(spark, world):
    with store(spark, world) as (_, d):
        spark.sql(f"CREATE TABLE {d}.parts (k BIGINT, g BIGINT, v STRING) PARTITIONED BY (g) TBLPROPERTIES ('order_by'='k')")
        check_changes(spark, f"{d}.parts")
    with store(spark, world) as (root, d):
        spark.sql(f"CREATE TABLE {d}.r (k BIGINT, g BIGINT, v STRING) TBLPROPERTIES ('order_by'='k', 'engine'='ReplacingMergeTree')")
        check_changes(spark, f"{d}.r")
        spark.sql(f"INSERT INTO {d}.r SELECT id, 0, 'a' FROM range(3)")
        spark.sql(f"INSERT INTO {d}.r SELECT id, 1, 'b' FROM range(1, 4)")
        equal(rows(spark, f"{d}.r"), [(0, 0, "a"), (1, 1, "b"), (2, 1, "b"), (3, 1, "b")])
        fails(lambda: spark.sql(f"UPDATE {d}.r SET k = k + 1"), "key")
        tool(world, "merge", f"{root}/d/r", "--final")
        equal(rows(spark, f"{d}.r", "k, v, _is_deleted"), [(0, "a", 0), (1, "b", 0), (2, "b", 0), (3, "b", 0)])
