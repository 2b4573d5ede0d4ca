"""The compatibility suite's random tables through Spark: every value of every column that Spark has a type for equals ClickHouse's own."""

import datetime
import json
import pickle
import re
import struct
import sys
from decimal import Decimal
from pathlib import Path

from checks import check, equal, fails
from pyspark.sql import types

sys.path.append(str(Path(__file__).resolve().parent.parent / "compat"))  # behind: it too has a run.py

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
NO_SPARK_TYPE = re.compile(r"\bU?Int(128|256)\b|\bTime(64)?\b|\bDecimal\((39|[4-7]\d),")
MORE_DIGITS_THAN_SPARK = re.compile(r"DateTime64\([789]")
REPLACED = re.compile("\ufffd+")


def spark_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def text(value: str) -> str:
    """Bytes that are no UTF-8 reach Python as replacement characters, as many as its or Java's decoder makes of them."""
    return REPLACED.sub("\ufffd", value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def is_same(kind: types.DataType, found, said) -> bool:
    """Is a value as Python has it from Spark what ClickHouse's JSON says? Objects come as lists of pairs; nan and infinities as null."""
    if isinstance(kind, (types.FloatType, types.DoubleType)) and found is not None and said is not None:
        width = "<f" if isinstance(kind, types.FloatType) else "<d"
        return struct.pack(width, found) == struct.pack(width, float(said))
    if isinstance(kind, (types.FloatType, types.DoubleType)) and said is None:
        return found is None or found != found or found in (float("inf"), float("-inf"))
    if found is None or said is None:
        return found is None and said is None
    if isinstance(kind, types.StringType):
        return text(found) == text(said)
    if isinstance(kind, types.BinaryType):
        return bytes(found) == said.encode("utf-8", "surrogateescape")
    if isinstance(kind, types.DateType):
        return found.isoformat() == said
    if isinstance(kind, types.TimestampType):
        return (found - EPOCH) // MICROSECOND == Decimal(said) * 1_000_000
    if isinstance(kind, types.ArrayType):
        return len(found) == len(said) and all(is_same(kind.elementType, a, b) for a, b in zip(found, said))
    if isinstance(kind, types.MapType):
        pairs = {text(key): value for key, value in said}
        entries = {text(str(key)): value for key, value in found.items()}
        return entries.keys() == pairs.keys() and all(is_same(kind.valueType, entries[key], pairs[key]) for key in entries)
    if isinstance(kind, types.StructType):
        parts = [pair[1] if isinstance(pair, tuple) else pair for pair in said]
        return len(found) == len(parts) and all(is_same(f.dataType, a, b) for f, a, b in zip(kind.fields, found, parts))
    return found == said


def clickhouse_rows(path: Path) -> dict:
    """{(part, offset): [(column, value)]}"""
    rows = {}
    for line in path.read_bytes().split(b"\n"):
        if line:
            text_of_line = line.decode("utf-8", "surrogateescape")  # integers as Decimal too: -0 is one of Float64
            pairs = json.loads(text_of_line, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=list)
            rows[pairs[0][1], pairs[1][1]] = dict(pairs[2:])
    return rows


def compare(spark, catalog: str, folder: Path, result: dict, table: str, left_out: dict) -> tuple[int, str]:
    """(values compared, the first difference)"""
    name = f"{catalog}.{result['database']}.{table}"
    columns, unreadable = [], []
    for column in result["columns"]:
        if NO_SPARK_TYPE.search(column["type"]):
            unreadable.append(column["name"])
        elif MORE_DIGITS_THAN_SPARK.search(column["type"]):
            left_out["more digits than Spark's timestamp"] = left_out.get("more digits than Spark's timestamp", 0) + 1
        else:
            columns.append(column["name"])
    for column in unreadable[:1] if result["rows"] else []:  # without rows there is no value to be refused
        try:
            fails(lambda: spark.sql(f"SELECT {spark_name(column)} FROM {name}").collect(), column)
        except AssertionError as problem:
            return 0, f"unreadable column {column} ({result['rows']} rows): {problem}"
        left_out["no Spark type"] = left_out.get("no Spark type", 0) + len(unreadable)
    frame = spark.sql(f"SELECT _part, _part_offset{''.join(', ' + spark_name(column) for column in columns)} FROM {name}")
    kinds = [field.dataType for field in frame.schema.fields]
    rows = frame.collect()
    expected = clickhouse_rows(folder / f"{table}.instants.jsonl")
    if {(row[0], row[1]) for row in rows} != set(expected) or len(rows) != len(expected):
        return 0, f"{len(rows)} rows, ClickHouse has {len(expected)}"
    for row in rows:
        said = expected[row[0], row[1]]
        for at, column in enumerate(columns, 2):
            if not is_same(kinds[at], row[at], said[column]):
                return 0, f"{column} of {row[0]} row {row[1]}: Spark {row[at]!r}, ClickHouse {said[column]!r}"
    return len(rows) * len(columns), ""


@check
def random_tables_hold_what_clickhouse_says(spark, world):
    wrong, left_out, values, tables = [], {}, 0, 0
    for folder in sorted(Path(world.root, "random").iterdir()):
        catalog = "random_" + folder.name.replace(".", "_")
        spark.conf.set(f"spark.sql.catalog.{catalog}", "io.chspark.ChCatalog")
        spark.conf.set(f"spark.sql.catalog.{catalog}.path", str(folder / "data"))
        for case in pickle.loads((folder / "batch.pickle").read_bytes()):
            result = json.loads((folder / "result.json").read_text())["tables"][case.name]
            if "error" in result:
                continue
            count, difference = compare(spark, catalog, folder, result, case.name, left_out)
            values, tables = values + count, tables + 1
            if difference:
                wrong.append(f"chdb {folder.name}, seed {world.seed}, {case.name}: {difference}")
    print(f"{tables} tables, {values} values; columns left out: {left_out}", flush=True)
    equal(wrong, [])
    equal(tables > 0 and values > 0, True)
    equal(is_same(types.LongType(), 1, 2) or is_same(types.StringType(), "a", "b"), False, "a planted difference was not seen")
