"""Writes 1 to d.a, 1 to d.b, 2 to d.a, ..., each in place of the last and in a commit of its own, until its input ends.

So at every version a holds what b holds, or one more. Usage: endless_writer.py LIBRARY ROOT. Collects all that nobody has
pinned after each few commits. Prints the last number.
"""

import select
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))
import libch  # noqa: E402

libch.use_peer("tools")
import pyarrow  # noqa: E402

COMMITS_A_COLLECTION = 10


def main() -> int:
    library, root = sys.argv[1:]
    session = libch.Session(library)
    number = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        row = pyarrow.RecordBatch.from_pydict({"k": pyarrow.array([number], pyarrow.int64())})
        for table in ("a", "b"):
            session.write(root, "d", table, row, "overwrite")
        if number == 1:
            print("ready", flush=True)
        if number % COMMITS_A_COLLECTION == 0:
            session.command(root, "gc", keep_ms=0, keep_versions=0)
    print(number, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
