"""lineitem in its several forms, and the plans and column sets that the rows share."""

from pathlib import Path

import harness
import peers
from tpch import data

COLUMNS = {
    "all": [
        "l_orderkey",
        "l_partkey",
        "l_suppkey",
        "l_linenumber",
        "l_quantity",
        "l_extendedprice",
        "l_discount",
        "l_tax",
        "l_returnflag",
        "l_linestatus",
        "l_shipdate",
        "l_commitdate",
        "l_receiptdate",
        "l_shipinstruct",
        "l_shipmode",
        "l_comment",
    ],
    "q6": ["l_quantity", "l_extendedprice", "l_discount", "l_shipdate"],
    "bigint": ["l_orderkey"],
    "string": ["l_comment"],
}
ROWS_BY_SCALE = {"0.1": 600_572, "1": 6_001_215, "5": 29_999_795, "10": 59_986_052}


def clickhouse_folder(scale: str, codec: str = "lz4") -> Path:
    return data.clickhouse(scale, codec) / "data/tpch/lineitem"


def parquet_file(scale: str, codec: str = "snappy") -> Path:
    return data.parquet(scale, codec) / "lineitem.parquet"


def scan_plan(table: Path, columns: list[str], predicate: dict | None = None, **options) -> dict:
    plan = {"node": "scan", "table": str(table), "columns": columns}
    if predicate:
        plan = {"node": "filter", "predicate": predicate, "input": plan}
    return plan | ({"options": options} if options else {})


def engine_scan() -> harness.Worker:
    return harness.Worker([peers.BUILD / "release/benchmarks/engine_scan"])
