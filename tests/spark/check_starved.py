"""Checks in a Spark that has less memory outside its heap than any scan needs."""

from checks import check, fails


@check
def a_scan_that_spark_grants_no_memory_names_the_setting(spark, world):
    fails(lambda: spark.sql("SELECT * FROM ch.d.large").collect(), "Spark granted", "spark.memory.offHeap.size")


@check
def the_jvm_answers_afterwards(spark, world):
    assert spark.range(10).count() == 10
