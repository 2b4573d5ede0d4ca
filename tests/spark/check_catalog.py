"""Catalog commands, the format, metadata columns, and what a user is told when something is not there."""

import os
import shutil

from checks import check, equal, fails, setting

# As tables.py has them.
ODD_NAMES = ["x-y", "x%2Dy", "a/b c", ".hidden", "é", "a%20b", "only%2Descaped"]


@check
def namespaces_and_tables_are_shown(spark, world):
    names = [row[0] for row in spark.sql("SHOW NAMESPACES IN ch").collect()]
    equal("d" in names, True, f"d in {names}")
    tables = sorted(row.tableName for row in spark.sql("SHOW TABLES IN ch.d").collect())
    equal(tables, ["large", "long", "none", "shown", "small", "types"])
    fails(lambda: spark.sql("SHOW TABLES IN ch.nowhere").collect(), "nowhere")


@check
def a_table_is_described_with_its_properties(spark, world):
    rows = {row[0]: row[1] for row in spark.sql("DESCRIBE EXTENDED ch.d.large").collect()}
    equal(rows["k"], "int")
    equal(rows["m"], "decimal(12,2)")
    equal(rows["u"], "decimal(20,0)")
    equal(rows["Provider"], "mergetree")
    for part in ("engine=MergeTree", "order_by=k, j", "parts=4", "rows=100000", "bytes=", "path="):
        equal(part in rows["Table Properties"], True, f"{part} in {rows['Table Properties']}")


@check
def columns_that_cannot_be_read_are_listed_and_fail_only_when_used(spark, world):
    """Types that Spark has no place for, and an ALIAS that is neither a column nor a constant."""
    unread = {
        "variant": "Variant(Int32, String)",
        "dynamic": "Dynamic",
        "doc": "JSON",
        "docs": "Array(JSON)",
        "nothing": "Tuple",
        "state": "AggregateFunction(sum, UInt64)",
        "big": "Int256",
        "clock": "Time",
        "twice": "k * 2",
    }
    listed = {row[0] for row in spark.sql("DESCRIBE ch.d.shown").collect()}
    equal({"k", "same", "v", *unread} - listed, set())
    rows = spark.sql("SELECT same, v FROM ch.d.shown WHERE k >= 3 AND v < '7' ORDER BY k").collect()
    equal([tuple(row) for row in rows], [(i, str(i)) for i in range(3, 7)])
    equal(spark.sql("SELECT count(*) FROM ch.d.shown").first()[0], 10)
    for name, reason in unread.items():
        fails(lambda name=name: spark.sql(f"SELECT {name} FROM ch.d.shown").collect(), name, reason)


@check
def every_name_that_clickhouse_takes_is_found(spark, world):
    """Names that are escaped on disk, and names that look like another's escaped form."""
    names = sorted(row.tableName for row in spark.sql("SHOW TABLES IN ch.`odd-d b`").collect())
    equal(names, sorted([*ODD_NAMES, "lost"]))
    for number, name in enumerate(ODD_NAMES):
        equal(spark.sql(f"SELECT n FROM ch.`odd-d b`.`{name}`").first()[0], number, name)
    fails(lambda: spark.sql("SELECT n FROM ch.`odd-d b`.`only-escaped`").collect(), "TABLE_OR_VIEW_NOT_FOUND")
    path = os.path.realpath(f"{world.root}/data/odd%2Dd%20b/a%2Fb%20c")
    plain = f"{world.temporary}/plain/my-db/my table"
    shutil.copytree(path, plain)
    with setting(spark, "spark.sql.catalog.plain", "io.chspark.ChCatalog"), setting(spark, "spark.sql.catalog.plain.path", f"{world.temporary}/plain"):
        equal(spark.sql("SELECT count(*) FROM plain.`my-db`.`my table`").first()[0], 1)


@check
def a_table_whose_folder_is_gone_says_so(spark, world):
    message = fails(lambda: spark.sql("SELECT n FROM ch.`odd-d b`.lost").collect(), "data folder does not exist")
    equal("TABLE_OR_VIEW_NOT_FOUND" in message, False, message)


@check
def unknown_tables_are_not_found(spark, world):
    fails(lambda: spark.sql("SELECT * FROM ch.d.nothing").collect(), "nothing", "TABLE_OR_VIEW_NOT_FOUND")


@check
def writes_are_refused(spark, world):
    fails(lambda: spark.sql("CREATE TABLE ch.d.x (a INT)").collect(), "only read")
    fails(lambda: spark.sql("DROP TABLE ch.d.small").collect(), "only read")
    fails(lambda: spark.sql("CREATE NAMESPACE ch.other").collect(), "only read")
    fails(lambda: spark.sql("INSERT INTO ch.d.small VALUES (1, 'a', 'b')").collect(), "small")


@check
def rows_are_selected(spark, world):
    rows = spark.sql("SELECT * FROM ch.d.small ORDER BY k").collect()
    equal([tuple(row) for row in rows], [(i, f"n{i}", f"g{i % 3}") for i in range(10)])
    equal(spark.sql("SELECT count(*) FROM ch.d.large").first()[0], 100000)
    equal(spark.sql("SELECT * FROM ch.d.none").collect(), [])
    equal(spark.sql("SELECT count(*) FROM ch.d.none").first()[0], 0)


@check
def the_format_loads_a_path(spark, world):
    frame = spark.read.format("mergetree").load(f"{world.root}/d/small")
    equal(frame.count(), 10)
    equal(spark.read.format("mergetree").load(f"file://{world.root}/d/small").where("k > 6").count(), 3)
    fails(lambda: spark.read.format("mergetree").load(), "path")
    fails(lambda: spark.read.format("mergetree").load(f"{world.root}/d/nothing"), "nothing")
    fails(lambda: spark.read.format("mergetree").load("hdfs://host/x"), "local")


@check
def metadata_columns_tell_where_a_row_is(spark, world):
    rows = spark.sql("SELECT _part, _partition_id, _part_offset, k FROM ch.d.small ORDER BY k").collect()
    equal([tuple(row) for row in rows], [("all_1_1_0", "all", i, i) for i in range(10)])
    parts = spark.sql(
        "SELECT _part, _partition_id, count(*), max(_part_offset), count(DISTINCT _part_offset)"
        " FROM ch.d.types GROUP BY ALL ORDER BY 1"
    ).collect()
    equal([tuple(row)[1:] for row in parts], [("0", 500, 499, 500), ("1", 500, 499, 500)])
    equal(spark.sql("SELECT k FROM ch.d.small WHERE _part_offset = 3").collect()[0][0], 3)


@check
def settings_are_checked(spark, world):
    reader = lambda name, value: spark.read.format("mergetree").option(name, value).load(f"{world.root}/d/small").count()
    equal(reader("batch.rows", "3"), 10)
    fails(lambda: reader("batch.rows", "0"), "spark.chspark.batch.rows")
    fails(lambda: reader("batch.rows", "1048577"), "spark.chspark.batch.rows", "1048576")
    fails(lambda: reader("pushdown.filters", "perhaps"), "spark.chspark.pushdown.filters")
