"""pk_range_*: 0.1 % of lineitem by its primary key: the bytes read, as a share of reading everything, and the time in the engine."""

import harness
from lineitem import COLUMNS, clickhouse_folder, engine_scan, scan_plan

SCALE = "1"
ORDERKEY_MAX = 6_000_000
NAMES = ("pk_range_bytes", "pk_range_ms")


def run(_: str, names: list[str]) -> list[harness.Row]:
    table = clickhouse_folder(SCALE)
    low = ORDERKEY_MAX // 2
    bounds = [
        {"call": ">=", "args": [{"column": "l_orderkey"}, {"literal": str(low), "type": "Int64"}]},
        {
            "call": "<",
            "args": [{"column": "l_orderkey"}, {"literal": str(low + ORDERKEY_MAX // 1000), "type": "Int64"}],
        },
    ]
    part = scan_plan(table, COLUMNS["all"], {"call": "AND", "args": bounds})
    with engine_scan() as engine:
        whole = engine.ask(plan=scan_plan(table, COLUMNS["all"]), threads=2)
        some = engine.ask(plan=part, threads=2, repeat=harness.RUNS)
    note = f"{some['rows']:,} of {whole['rows']:,} rows, {some['bytes_read']:,} of {whole['bytes_read']:,} bytes"
    rows = [
        harness.Row(
            "pk_range_bytes",
            100 * some["bytes_read"] / whole["bytes_read"],
            "% of the bytes",
            goal=1.0,
            is_larger_better=False,
            note=note,
        ),
        harness.Row(
            "pk_range_ms", 1000 * some["seconds"], "ms", goal=20.0, is_larger_better=False, note="open, plan, read"
        ),
    ]
    return [row for row in rows if row.name in names]
