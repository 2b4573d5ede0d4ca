"""Through Spark Connect: a server in this machine's own process tree, clients without a JVM. The checks of values and of random
predicates run here too."""

from checks import check, equal, fails, plan_of
from pyspark.sql import SparkSession


@check
def a_connect_client_reads_and_explains(spark, world):
    equal(spark.sql("SELECT sum(k) FROM ch.d.small WHERE grp = 'g1'").first()[0], 12)
    equal(spark.read.format("mergetree").load(f"{world.root}/d/small").count(), 10)
    equal(sorted(row.tableName for row in spark.sql("SHOW TABLES IN ch.d").collect())[0], "large")
    plan = plan_of(spark, "SELECT name FROM ch.d.small WHERE k = 1")
    equal("PushedFilters: k = 1" in plan, True, plan)


@check
def errors_of_the_engine_reach_a_connect_client(spark, world):
    fails(lambda: spark.sql("SELECT wide FROM ch.d.types").collect(), "Int128")


@check
def a_second_connect_client_has_its_own_settings(spark, world):
    second = SparkSession.builder.remote("sc://localhost").create()
    equal(second.session_id == spark.session_id, False)
    second.conf.set("spark.chspark.pushdown.filters", "false")
    text = "SELECT s FROM ch.d.large WHERE k = 1"
    equal("PushedFilters" in plan_of(second, text), False)
    equal("PushedFilters" in plan_of(spark, text), True)
    equal(second.sql("SELECT count(*) FROM ch.d.large WHERE k = 1").first()[0], 100)
    second.client.close()
    equal(spark.sql("SELECT count(*) FROM ch.d.large WHERE k = 1").first()[0], 100)
