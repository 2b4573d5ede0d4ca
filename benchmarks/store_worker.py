"""A process that writes to a store through libch.so: store_worker.py LIBRARY. Answers each JSON line with {"seconds", ...}.

{"do": "load", "root", "table", "parquet", "commits"}: the whole file, by rows in turn in so many commits.   {"do": "total", "root",
"table"}: the rows of lineitem and the sum of l_extendedprice.   {"do": "upsert", "root", "table", "rows", "seed"}: one commit of so
many random rows of the file that was loaded last, with another l_extendedprice.   {"do": "numbers", "root", "table", "first", "rows",
"step", "modulo", "value"}: one commit of k = i * step % modulo, v = value.   {"do": "command", ...}: ch_command's request.
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/python"))
from libch import Session  # noqa: E402

MEMORY_BYTES = 4 << 30
CHANGED = "l_extendedprice"


class Writer:
    def __init__(self, library: str):
        self.session = Session(library, {"memory_bytes": MEMORY_BYTES})
        self.loaded = None

    def load(self, root: str, table: str, parquet: str, commits: int = 1) -> dict:
        table_read = pyarrow.parquet.read_table(parquet)
        plain = [
            pyarrow.field(field.name, pyarrow.string() if field.type == pyarrow.string_view() else field.type)
            for field in table_read.schema
        ]
        self.loaded = table_read.cast(pyarrow.schema(plain)).combine_chunks()  # no kernel takes rows of a string_view
        seconds = 0.0
        for turn in range(commits):
            chosen = self.loaded if commits == 1 else self.loaded.take(pyarrow.array(range(turn, self.loaded.num_rows, commits)))
            (batch,) = chosen.combine_chunks().to_batches()
            started = time.perf_counter()
            self.session.write(root, "d", table, batch)
            seconds += time.perf_counter() - started
        return {"seconds": seconds, "rows": self.loaded.num_rows}

    def total(self, root: str, table: str) -> dict:
        plan = {"node": "scan", "table": f"{root}/d/{table}", "columns": [CHANGED]}
        rows, total = 0, 0
        for split in self.session.plan(plan)["splits"]:
            query = self.session.execute(plan, split["id"])
            for batch in query.read():
                rows += batch.num_rows
                price = batch.column(0).cast(pyarrow.decimal128(38, 2))
                total += pyarrow.compute.sum(price).as_py()
            query.close()
        return {"rows": rows, "sum": str(total)}

    def upsert(self, root: str, table: str, rows: int, seed: int) -> dict:
        chosen = random.Random(seed).sample(range(self.loaded.num_rows), rows)
        changed = self.loaded.take(chosen)
        at = changed.schema.get_field_index(CHANGED)
        field = changed.schema.field(at)
        price = pyarrow.compute.add(changed.column(at), pyarrow.scalar(1)).cast(field.type)
        (batch,) = changed.set_column(at, field, price).combine_chunks().to_batches()
        started = time.perf_counter()
        self.session.write(root, "d", table, batch)
        return {"seconds": time.perf_counter() - started}

    def numbers(self, root: str, table: str, first: int, rows: int, step: int, modulo: int, value: int) -> dict:
        keys = (numpy.arange(first, first + rows, dtype=numpy.uint64) * step) % modulo
        batch = pyarrow.record_batch({"k": keys, "v": numpy.full(rows, value, numpy.int32)})
        started = time.perf_counter()
        self.session.write(root, "d", table, batch)
        return {"seconds": time.perf_counter() - started}

    def command(self, root: str, command: str, **fields) -> dict:
        started = time.perf_counter()
        answer = self.session.command(root, command, **fields)
        return answer | {"seconds": time.perf_counter() - started}


def main() -> None:
    writer = Writer(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(writer, request.pop("do"))(**request)
        except Exception as problem:
            answer = {"error": str(problem)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
