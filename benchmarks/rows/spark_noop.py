"""spark_noop_*: lineitem into Spark's `noop` sink, from MergeTree files and from Parquet, in one JVM."""

from collections.abc import Iterator

import harness
import spark as sparks
from lineitem import COLUMNS, clickhouse_folder, parquet_file

GOALS = {"spark_noop_all": 2.2, "spark_noop_q6": 2.0, "spark_noop_bigint": 2.0, "spark_noop_string": 2.0}
NAMES = tuple(GOALS)


def run(scale: str, names: list[str]) -> Iterator[harness.Row]:
    folders = {codec: clickhouse_folder(scale, codec) for codec in ("lz4", "zstd")}
    files = {codec: parquet_file(scale, codec) for codec in ("snappy", "zstd")}
    session = sparks.start(folders["lz4"].parent.parent.parent)
    clock = sparks.Clock(session)
    count = session.read.parquet(str(files["snappy"])).count()

    def side(frame, columns):
        selected = frame.select(*columns)
        return lambda: clock.time(lambda: sparks.noop(selected))[0]

    def mergetree(codec):
        return session.read.format("mergetree").load(str(folders[codec]))

    for name in names:
        columns = COLUMNS[name.removeprefix("spark_noop_")]
        for ours, peer, suffix, goal in (("lz4", "snappy", "", GOALS[name]), ("zstd", "zstd", "_zstd", None)):
            seconds = harness.alternate(
                side(mergetree(ours), columns), side(session.read.parquet(str(files[peer])), columns)
            )
            mine, other = (count / s / 1e6 for s in seconds)
            yield harness.Row(
                name + suffix,
                mine,
                "M rows/s",
                other,
                f"Spark's Parquet ({peer}); ours {ours}, scale {scale}",
                goal,
            )
    session.stop()
