"""Through Spark Connect: a server in this machine's own process tree, a client without a JVM."""

from checks import check, equal


@check
def a_connect_client_reads_and_explains(spark, world):
    equal(spark.sql("SELECT sum(k) FROM ch.d.small WHERE grp = 'g1'").first()[0], 12)
    equal(spark.read.format("mergetree").load(f"{world.root}/d/small").count(), 10)
    equal(sorted(row.tableName for row in spark.sql("SHOW TABLES IN ch.d").collect())[0], "large")
    plan = "\n".join(row[0] for row in spark.sql("EXPLAIN SELECT name FROM ch.d.small WHERE k = 1").collect())
    equal("PushedFilters: k = 1" in plan, True, plan)
