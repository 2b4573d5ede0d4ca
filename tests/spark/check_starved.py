"""Checks in a Spark that has less memory outside its heap than any scan needs."""

from checks import check, fails, store


@check
def a_scan_that_spark_grants_no_memory_names_the_setting(spark, world):
    fails(lambda: spark.sql("SELECT * FROM ch.d.large").collect(), "Spark granted", "spark.memory.offHeap.size")


@check
def a_write_that_spark_grants_no_memory_names_the_setting_and_leaves_the_table(spark, world):
    with store(spark, world) as (_, d):
        spark.sql(f"CREATE TABLE {d}.t (k BIGINT, s STRING) TBLPROPERTIES ('order_by'='k')")
        spark.sql(f"INSERT INTO {d}.t VALUES (1, 'a')")
        rows = "SELECT id, repeat(string(id), 20) FROM range(0, 200000, 1, 1)"
        fails(lambda: spark.sql(f"INSERT INTO {d}.t {rows}"), "a write to a MergeTree table", "Spark granted", "spark.memory.offHeap.size")
        assert spark.sql(f"SELECT sum(rows) FROM {d}.t.parts").first()[0] == 1


@check
def the_jvm_answers_afterwards(spark, world):
    assert spark.range(10).count() == 10
