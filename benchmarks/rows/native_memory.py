"""native_memory_*: a scan of all columns in batches of 65,536 rows under a budget: what the engine counted, and what the process took."""

from pathlib import Path

import harness
from lineitem import COLUMNS, clickhouse_folder, engine_scan, scan_plan

SCALE = "1"
BUDGET_MIB = 256
PROCESS_MIB = 32
NAMES = ("native_memory_counted", "native_memory_process")


def resident_peak_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM")


def run(_: str, names: list[str]) -> list[harness.Row]:
    plan = scan_plan(clickhouse_folder(SCALE), COLUMNS["all"], batch_rows=65536)
    with engine_scan() as engine:
        done = engine.ask(plan=plan, threads=2, memory_bytes=BUDGET_MIB << 20)
        process = resident_peak_mib(engine.process.pid)
    rows = [
        harness.Row(
            "native_memory_counted",
            done["memory_peak_bytes"] / (1 << 20),
            "MiB",
            goal=BUDGET_MIB,
            is_larger_better=False,
        ),
        harness.Row(
            "native_memory_process",
            process,
            "MiB",
            goal=BUDGET_MIB * 1.1 + PROCESS_MIB,
            is_larger_better=False,
            note="resident peak of the whole process; goal: budget + 10 % + 32 MiB",
        ),
    ]
    return [row for row in rows if row.name in names]
