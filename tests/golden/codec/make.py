#!/usr/bin/env python3
"""Writes frames.tsv: for each codec over each kind of value, the frames that ClickHouse wrote and the values it prints.

  PYTHONPATH=${CHSPARK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chspark}/peers/chdb-4.4.0 make.py

One line a column: codec, type, the .bin file in hex, RowBinary of the column in hex. The largest frame is an odd number of
bytes, so that values are cut by frames.
"""
import glob
import os
import tempfile

from chdb.session import Session

ROWS = 70
FRAME_BYTES = 529
INTEGERS = ["Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"]
FLOATS = ["Float32", "Float64"]
CASES = {
    "NONE": ["UInt32"],
    "LZ4": ["UInt64"],
    "LZ4HC(9)": ["UInt64"],
    "ZSTD(1)": ["UInt64"],
    "Delta": INTEGERS,
    "DoubleDelta": INTEGERS,
    "Gorilla": INTEGERS + FLOATS,
    "T64": INTEGERS + ["Date", "Date32", "DateTime", "DateTime64(3)", "Decimal(9, 2)", "Decimal(18, 4)", "IPv4",
                       "Enum8('a' = -3, 'b' = 5)", "Enum16('a' = -300, 'b' = 5)", "Time", "Time64(3)", "Bool"],
    "T64('bit')": INTEGERS,
    "FPC": FLOATS,
    "FPC(20)": FLOATS,
    "GCD": INTEGERS + ["Int128", "UInt256"],
    "Delta, LZ4": ["UInt32"],
    "Delta(4), LZ4": ["FixedString(5)"],
    "DoubleDelta, LZ4": ["Int64"],
    "Gorilla, ZSTD(1)": FLOATS,
    "FPC(12), LZ4": FLOATS,
    "Delta, T64, LZ4": ["Int32"],
    "GCD, Delta, ZSTD(1)": ["UInt16"],
    "GCD, DoubleDelta, T64, LZ4, ZSTD(1)": ["Int64"],
}
# Expressions over `number` that reach all branches: small steps, jumps, both signs, whole range.
SHAPES = {
    "integer": ["number * 3", "toInt64(cityHash64(number) % 100) - 50", "reinterpretAsInt64(cityHash64(number))",
                "if(number % 50 = 49, toInt64(cityHash64(number) % 100000), 1000 + toInt64(number))",
                "(cityHash64(number) % 20) * 6"],
    "float": ["20 + sin(number / 50) * 3", "reinterpretAsFloat64(cityHash64(number))", "intDiv(number, 7) * 0.25"],
}


def expressions(type_name):
    if type_name in FLOATS:
        return [f"CAST({e}, '{type_name}')" for e in SHAPES["float"]]
    quoted = type_name.replace("'", "\\'")
    if type_name.startswith("Enum"):
        return [f"CAST(if(cityHash64(number) % 3 = 0, 'a', 'b'), '{quoted}')"]
    if type_name.startswith("Fixed"):
        return ["toFixedString(leftPad(toString(number), 5, 'x'), 5)"]
    if type_name in INTEGERS + ["Int128", "UInt256", "Bool"]:
        return [f"CAST({e}, '{type_name}')" for e in SHAPES["integer"]]
    number = "toUInt32(abs({}))" if type_name in ("Date", "DateTime", "IPv4") else "toInt32({})"
    return [f"CAST({number.format(e)}, '{quoted}')" for e in SHAPES["integer"][:2]]


def main():
    folder = tempfile.mkdtemp()
    session = Session(folder)
    for setting in ("allow_suspicious_codecs", "enable_time_time64_type"):
        session.query(f"SET {setting} = 1")
    session.query("CREATE DATABASE d ENGINE = Atomic")
    columns = [(codec, t, e) for codec, types in CASES.items() for t in types for e in expressions(t)]
    definitions = ", ".join(f"c{i} {t} CODEC({codec})" for i, (codec, t, _) in enumerate(columns))
    session.query(f"CREATE TABLE d.t ({definitions}) ENGINE = MergeTree ORDER BY tuple() SETTINGS "
                  "min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0, "
                  "ratio_of_defaults_for_sparse_serialization = 1, "
                  f"min_compress_block_size = {FRAME_BYTES}, max_compress_block_size = {FRAME_BYTES}")
    session.query("INSERT INTO d.t SELECT " + ", ".join(e for _, _, e in columns) + f" FROM numbers({ROWS})")
    [part] = {os.path.dirname(os.path.realpath(path)) for path in glob.glob(folder + "/**/c0.bin", recursive=True)}
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "frames.tsv")
    with open(target, "w", encoding="ascii") as out:
        for i, (codec, t, _) in enumerate(columns):
            with open(f"{part}/c{i}.bin", "rb") as frames:
                values = session.query(f"SELECT c{i} FROM d.t", "RowBinary").bytes()
                out.write(f"{codec}\t{t}\t{frames.read().hex()}\t{bytes(values).hex()}\n")


main()
