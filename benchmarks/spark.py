"""A local Spark with our jar and catalog, and how its work is timed."""

import os
import sys
import time
from pathlib import Path

import peers

QUERY_THREADS = 2


def start(root: Path, spark_name: str = peers.NEWEST_SPARK, **settings: str):
    """A SparkSession whose catalog `ch` is the ClickHouse data path `root`; settings name Spark's with _ for a dot."""
    sys.path.insert(0, str(peers.peer(spark_name)))
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    log = Path(__file__).resolve().parent / "log4j2.properties"
    builder = (
        SparkSession.builder.master(f"local[{QUERY_THREADS}]")
        .appName("chspark")
        .config("spark.jars", str(peers.BUILD / "chspark.jar"))
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile=file:{log}")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.local.dir", str(peers.BUILD / "spark-local"))
        .config("spark.sql.catalog.ch", "io.chspark.ChCatalog")
        .config("spark.sql.catalog.ch.path", str(root))
    )
    for name, value in settings.items():
        builder = builder.config(name.replace("_", "."), value)
    return builder.getOrCreate()


def noop(frame) -> None:
    """Runs a frame to its last row and throws the rows away inside the JVM."""
    frame.write.format("noop").mode("overwrite").save()


def everything():
    """The condition of an overwrite that takes all rows away."""
    from pyspark.sql.functions import lit

    return lit(True)


def jvm_pid(spark) -> int:
    return int(spark._jvm.java.lang.ProcessHandle.current().pid())


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Clock:
    """Wall and CPU seconds of the JVM around a piece of work."""

    def __init__(self, spark):
        self.pid = jvm_pid(spark)

    def time(self, work) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), cpu_seconds(self.pid)
        work()
        return time.perf_counter() - wall, cpu_seconds(self.pid) - cpu
