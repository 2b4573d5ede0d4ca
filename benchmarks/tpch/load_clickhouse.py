"""Loads a folder of TPC-H Parquet files into MergeTree tables by a real ClickHouse: load_clickhouse.py PARQUET_FOLDER DATA_PATH lz4|zstd

lz4 is a setting of each table; zstd is ClickHouse's present default and needs none.
"""

import re
import sys
import time
from pathlib import Path

from chdb.session import Session


def create_statements(codec: str) -> list[tuple[str, str]]:
    text = re.sub(r"--[^\n]*", "", (Path(__file__).resolve().parent / "tables.sql").read_text())
    settings = " SETTINGS default_compression_codec = 'LZ4'" if codec == "lz4" else ""
    return [
        (re.search(r"CREATE TABLE (\w+)", statement)[1], statement.strip() + settings)
        for statement in text.split(";")
        if statement.strip()
    ]


def main() -> None:
    source, path, codec = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    session = Session(path)
    session.query("CREATE DATABASE tpch")
    session.query("USE tpch")
    for table, statement in create_statements(codec):
        started = time.monotonic()
        session.query(statement)
        session.query(f"INSERT INTO {table} SELECT * FROM file('{source / table}.parquet')")
        session.query(f"OPTIMIZE TABLE {table} FINAL")
        rows = str(session.query(f"SELECT count() FROM {table}", "TSV")).strip()
        print(f"  {table}: {rows} rows, {time.monotonic() - started:.0f} s", flush=True)
    session.close()


if __name__ == "__main__":
    main()
