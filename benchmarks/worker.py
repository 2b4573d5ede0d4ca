"""A peer in a process of its own: worker.py chdb|duckdb|pyarrow PATH. Answers each JSON line with {"seconds", "rows"}.

chdb: {"sql", "format"} or {"path_of": "database.table"}, PATH a ClickHouse data path, read in place.
duckdb: {"sql"}, PATH a database file.   pyarrow: {"columns"}, PATH a Parquet file.   All with two threads.
"""

import json
import sys
import time

THREADS = 2


def chdb_side(path: str):
    from chdb.session import Session

    session = Session(path)
    session.query(f"SET max_threads = {THREADS}, output_format_arrow_compression_method = 'none'")

    def run(request: dict) -> int | dict:
        if "path_of" in request:
            database, table = request["path_of"].split(".")
            sql = f"SELECT data_paths[1] FROM system.tables WHERE database = '{database}' AND name = '{table}'"
            return {"path": session.query(sql, "TSVRaw").bytes().decode().strip()}
        result = session.query(request["sql"], request["format"])
        rows = result.rows_read()
        del result
        return rows

    return run


def duckdb_side(path: str):
    import duckdb

    connection = duckdb.connect(path, read_only=True)
    connection.execute(f"SET threads = {THREADS}")

    def run(request: dict) -> int:
        return sum(batch.num_rows for batch in connection.sql(request["sql"]).to_arrow_reader(65536))

    return run


def pyarrow_side(path: str):
    import pyarrow
    import pyarrow.dataset

    pyarrow.set_cpu_count(THREADS)
    dataset = pyarrow.dataset.dataset(path)

    def run(request: dict) -> int:
        return sum(batch.num_rows for batch in dataset.to_batches(columns=request["columns"], batch_size=65536))

    return run


def main() -> None:
    run = {"chdb": chdb_side, "duckdb": duckdb_side, "pyarrow": pyarrow_side}[sys.argv[1]](sys.argv[2])
    for line in sys.stdin:
        try:
            started = time.perf_counter()
            found = run(json.loads(line))
            answer = {"seconds": time.perf_counter() - started} | (found if isinstance(found, dict) else {"rows": found})
        except Exception as problem:
            answer = {"error": f"{sys.argv[1]}: {problem}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
