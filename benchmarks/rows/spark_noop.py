"""spark_noop_*: lineitem into Spark's `noop` sink, from MergeTree files and from Parquet, in one JVM.

spark_noop_*_ceiling sets our rows beside what Spark takes of the same vectors over ready memory, in the same turns.
"""

from collections.abc import Iterator

import harness
import peers
import probe
import spark as sparks
from lineitem import COLUMNS, clickhouse_folder, parquet_file

GOALS = {"spark_noop_all": 2.2, "spark_noop_q6": 2.0, "spark_noop_bigint": 2.0, "spark_noop_string": 2.0}
NAMES = tuple(GOALS)
WARM_UPS = 4  # the JVM's compilers take about as long


def run(scale: str, names: list[str]) -> Iterator[harness.Row]:
    folders = {codec: clickhouse_folder(scale, codec) for codec in ("lz4", "zstd")}
    files = {codec: parquet_file(scale, codec) for codec in ("snappy", "zstd")}
    jars = f"{peers.BUILD / 'chspark.jar'},{probe.jar()}"
    session = sparks.start(folders["lz4"].parent.parent.parent, spark_jars=jars)
    clock = sparks.Clock(session)
    count = session.read.parquet(str(files["snappy"])).count()

    def side(frame, columns):
        selected = frame.select(*columns)
        return lambda: clock.time(lambda: sparks.noop(selected))[0]

    def mergetree(codec):
        return session.read.format("mergetree").load(str(folders[codec]))

    for name in names:
        columns = COLUMNS[name.removeprefix("spark_noop_")]
        parquet = {codec: session.read.parquet(str(file)).select(*columns) for codec, file in files.items()}
        ready = probe.frame(session, parquet["snappy"], sparks.QUERY_THREADS)
        plain = [side(mergetree("lz4"), columns), side(parquet["snappy"], columns), side(ready, columns)]
        mine, other, ceiling = (count / seconds / 1e6 for seconds in harness.alternate(*plain, warm_ups=WARM_UPS))
        peer = f"Spark's Parquet ({{}}); ours {{}}, scale {scale}"
        yield harness.Row(name, mine, "M rows/s", other, peer.format("snappy", "lz4"), GOALS[name])
        yield harness.Row(f"{name}_ceiling", mine, "M rows/s", ceiling, "own vectors over ready memory")
        plain = [side(mergetree("zstd"), columns), side(parquet["zstd"], columns)]
        mine, other = (count / seconds / 1e6 for seconds in harness.alternate(*plain, warm_ups=WARM_UPS))
        yield harness.Row(f"{name}_zstd", mine, "M rows/s", other, peer.format("zstd", "zstd"))
    session.stop()
