"""merge: lineitem SF1 in eight parts whose keys interleave, into one, by the store and by chDB's OPTIMIZE FINAL.

Both sides begin with second names of the same files each time: the store adopts them, chDB attaches them to a new table. LZ4, one merge
each.
"""

import shutil

import harness
import stores
from lineitem import ROWS_BY_SCALE, parquet_file

SCALE = "1"
PARTS = 8
RUNS = 3
NAMES = ("merge",)


def run(_: str, names: list[str]) -> list[harness.Row]:
    root, exported = stores.new_root("merge"), stores.new_root("merge-parts") / "parts"
    exported.parent.mkdir(parents=True)
    stores.create_lineitem(root, "parts", False)
    with stores.writer() as writer, stores.clickhouse("merge-clickhouse") as chdb:
        writer.ask(do="load", root=str(root), table="parts", parquet=str(parquet_file(SCALE)), commits=PARTS)
        stores.ch("export", f"{root}/d/parts", exported)
        stores.attach(chdb, exported)
        wanted = writer.ask(do="total", root=str(root), table="parts")
        turn = iter(range(100))

        def ours() -> float:
            merged = stores.new_root(f"merged-{next(turn)}")
            stores.ch("create", merged, "CREATE TABLE d.seed (k Int64) ENGINE = MergeTree ORDER BY k")
            stores.ch("adopt", f"{merged}/d/parts", exported)
            seconds = writer.ask(do="command", root=str(merged), command="merge", database="d", table="parts", final=True)["seconds"]
            found = writer.ask(do="total", root=str(merged), table="parts")
            if (found["rows"], found["sum"]) != (wanted["rows"], wanted["sum"]):
                raise RuntimeError(f"after the merge the table has {found}, before {wanted}")
            shutil.rmtree(merged)
            return seconds

        def theirs() -> float:
            table = f"d.merged{next(turn)}"
            for sql in (
                f"CREATE TABLE {table} AS d.parts",
                f"SYSTEM STOP MERGES {table}",
                f"ALTER TABLE {table} ATTACH PARTITION tuple() FROM d.parts",
                f"SYSTEM START MERGES {table}",
            ):
                chdb.ask(sql=sql, format="Null")
            seconds = chdb.ask(sql=f"OPTIMIZE TABLE {table} FINAL", format="Null")["seconds"]
            stores.require_total(chdb, table, wanted)
            chdb.ask(sql=f"DROP TABLE {table} SYNC", format="Null")
            return seconds

        ours_s, theirs_s = harness.alternate(ours, theirs, runs=RUNS, warm_ups=1)
    rate = ROWS_BY_SCALE[SCALE] / 1e6
    note = f"{PARTS} parts, all columns, one thread of ours"
    return [harness.Row("merge", rate / ours_s, "M rows/s", rate / theirs_s, "chDB OPTIMIZE FINAL", 1.0, note=note)]
