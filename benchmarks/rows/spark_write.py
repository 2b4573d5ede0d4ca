"""spark_write: lineitem SF1 by Spark into a table of the store, and into Parquet (snappy), from the same Parquet file, in one JVM."""

import shutil

import harness
import spark as sparks
import stores
from lineitem import ROWS_BY_SCALE, parquet_file

SCALE = "1"
RUNS = 3
WARM_UPS = 2
NAMES = ("spark_write",)


def run(_: str, names: list[str]) -> list[harness.Row]:
    root = stores.new_root("spark-write")
    stores.create_lineitem(root, "written", False)
    files = stores.FOLDER / "spark-write.parquet"
    session = sparks.start(root)
    clock = sparks.Clock(session)
    source = session.read.parquet(str(parquet_file(SCALE)))

    def ours() -> float:
        return clock.time(lambda: source.writeTo("ch.d.written").overwrite(sparks.everything()))[0]

    def theirs() -> float:
        return clock.time(lambda: source.write.mode("overwrite").option("compression", "snappy").parquet(str(files)))[0]

    mine, other = (ROWS_BY_SCALE[SCALE] / seconds / 1e6 for seconds in harness.alternate(ours, theirs, runs=RUNS, warm_ups=WARM_UPS))
    written = (session.table("ch.d.written"), session.read.parquet(str(files)))
    totals = [frame.selectExpr("count(*)", "sum(l_extendedprice)").first() for frame in written]
    session.stop()
    if totals[0] != totals[1]:
        raise RuntimeError(f"we wrote {totals[0]}, Spark {totals[1]}")
    shutil.rmtree(files)
    return [harness.Row("spark_write", mine, "M rows/s", other, "Spark writing Parquet (snappy)", 1.0, note="from Parquet, 2 threads")]
