"""A process that writes to a store through libch.so: store_worker.py LIBRARY. Answers each JSON line with {"seconds", ...}.

{"do": "load", "root", "table", "parquet"}: one commit of the whole file.   {"do": "upsert", "root", "table", "rows", "seed"}: one commit of
so many random rows of the file that was loaded last, with another l_extendedprice.   {"do": "command", ...}: ch_command's request.
"""

import json
import random
import sys
import time
from pathlib import Path

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

    def load(self, root: str, table: str, parquet: str) -> dict:
        table_read = pyarrow.parquet.read_table(parquet)
        plain = [
            pyarrow.field(field.name, pyarrow.string() if field.type == pyarrow.string_view() else field.type)
            for field in table_read.schema
        ]
        self.loaded = table_read.cast(pyarrow.schema(plain)).combine_chunks()  # no kernel takes rows of a string_view
        (batch,) = self.loaded.to_batches()
        started = time.perf_counter()
        self.session.write(root, "d", table, batch)
        return {"seconds": time.perf_counter() - started, "rows": batch.num_rows}

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
