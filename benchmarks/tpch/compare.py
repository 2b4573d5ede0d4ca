"""Runs TPC-H queries in one Spark over two sources and compares their answers and times."""

import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import spark as sparks  # noqa: E402
from tpch import data  # noqa: E402


@dataclass
class Comparison:
    """One query: seconds are (wall, cpu), one entry a run."""

    name: str
    rows: int
    is_equal: bool
    ours: list[tuple[float, float]] = field(default_factory=list)
    peer: list[tuple[float, float]] = field(default_factory=list)

    def best(self, side: str, which: int = 0) -> float:
        return min(times[which] for times in getattr(self, side))

    @property
    def ratio(self) -> float:
        return self.best("peer") / self.best("ours")


def parquet_session(spark, folder: Path):
    """A session in which TPC-H's names are the Parquet files."""
    session = spark.newSession()
    for table in data.TABLES:
        session.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
    return session


def mergetree_session(spark):
    """A session in which TPC-H's names are tables of catalog `ch`."""
    session = spark.newSession()
    session.sql("USE ch.tpch")
    return session


def sorted_rows(frame) -> list[str]:
    return sorted(str(tuple(row)) for row in frame.collect())


def first_difference(ours: list[str], peer: list[str]) -> str:
    for mine, other in zip(ours, peer):
        if mine != other:
            return f"ours {mine}, peer {other}"
    return f"{len(ours)} rows of ours, {len(peer)} of the peer"


def compare(spark, ours, peer, name: str, text: str, runs: int) -> Comparison:
    """Answers first, which also warms both sides up; then `runs` alternating runs of each."""
    mine, other = sorted_rows(ours.sql(text)), sorted_rows(peer.sql(text))
    result = Comparison(name, len(other), mine == other)
    if not result.is_equal:
        print(f"{name}: {first_difference(mine, other)}", file=sys.stderr)
    time_more(spark, ours, peer, text, result, runs)
    return result


def time_more(spark, ours, peer, text: str, result: Comparison, runs: int) -> None:
    """Adds `runs` alternating runs of each side to the result."""
    clock = sparks.Clock(spark)
    for _ in range(runs):
        result.ours.append(clock.time(lambda: sparks.noop(ours.sql(text))))
        result.peer.append(clock.time(lambda: sparks.noop(peer.sql(text))))


def geometric_mean(ratios: list[float]) -> float:
    return math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))
