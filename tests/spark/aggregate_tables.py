#!/usr/bin/env python3
"""Random tables for check_aggregates.py, made by a real ClickHouse: few rows, of every type that can be added, compared or grouped.

    PYTHONPATH=<chdb> python3 aggregate_tables.py ROOT SEED COUNT

They become ROOT/agg/t0, t1, ...; ROOT/aggregates.json maps each name to its columns: [name, kind].
"""

import json
import random
import sys

from chdb.session import Session

INTEGERS = {"Int8": 7, "Int16": 15, "Int32": 31, "Int64": 63}
DECIMALS = [(4, 1), (9, 2), (15, 2), (18, 4), (20, 0), (28, 6), (33, 3), (38, 10), (38, 0)]
KINDS = {"int": 4, "unsigned": 1, "decimal": 4, "float": 2, "text": 3, "date": 1, "time": 1, "bool": 1, "fixed": 1}
ROWS = [0, 1, 2, 7, 40, 300]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def integer(r: random.Random, least: int, most: int, wild: bool) -> str:
    if not wild:
        return str(r.randrange(max(least, -3), 4))
    return str(r.choice([least, most, most - 1, most // 2, 0, 1, max(least, -1)]))


def decimal(r: random.Random, precision: int, scale: int, wild: bool) -> str:
    most = 10**precision - 1
    value = r.choice([most, -most, most // 2, most // 9, 1, 0, -7]) if wild else r.randrange(-20, 20)
    digits = str(abs(value)).rjust(scale + 1, "0")
    text = digits[: len(digits) - scale] + ("." + digits[len(digits) - scale :] if scale else "")
    return quoted(("-" if value < 0 else "") + text)


def column(r: random.Random) -> tuple[str, str, object]:
    """(kind, ClickHouse type, values)"""
    kind = r.choices(list(KINDS), list(KINDS.values()))[0]
    wild = r.random() < 0.4
    if kind == "int":
        name = r.choice(list(INTEGERS))
        bits = INTEGERS[name]
        return kind, name, lambda: integer(r, -(2**bits), 2**bits - 1, wild)
    if kind == "unsigned":
        bits = r.choice([8, 16, 32, 64])
        return ("decimal" if bits == 64 else "int"), f"UInt{bits}", lambda: integer(r, 0, 2**bits - 1, wild)
    if kind == "decimal":
        precision, scale = r.choice(DECIMALS)
        return kind, f"Decimal({precision}, {scale})", lambda: decimal(r, precision, scale, wild)
    if kind == "float":
        some = ["nan", "inf", "-inf", "-0.0", "0.0", "1.5", "-2.25", "1e30"] if wild else ["-0.0", "0.0", "0.1", "3.7"]
        return kind, r.choice(["Float32", "Float64"]), lambda: r.choice(some)
    if kind == "text":
        size = r.choice([3, 40])
        name = r.choice(["String", "LowCardinality(String)", "Enum8('' = 0, 'a' = 1, 'b' = 2)"])
        if name.startswith("Enum"):
            return kind, name, lambda: quoted(r.choice(["", "a", "b"]))
        return kind, name, lambda: quoted("".join(r.choice("abé'") for _ in range(r.randrange(size))))
    if kind == "date":
        return kind, "Date32", lambda: quoted(f"{r.randrange(1925, 2200)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}")
    if kind == "time":
        return kind, "DateTime64(6, 'UTC')", lambda: quoted(f"20{r.randrange(10, 12)}-01-01 00:00:0{r.randrange(10)}.{r.randrange(2)}00001")
    if kind == "bool":
        return kind, "Bool", lambda: r.choice(["true", "false"])
    return "binary", "FixedString(3)", lambda: quoted("".join(r.choice("xy") for _ in range(3)))


def nullable(name: str) -> str:
    if name.startswith("LowCardinality("):
        return f"LowCardinality(Nullable({name[15:-1]}))"
    return f"Nullable({name})"


def make(session: Session, r: random.Random, name: str) -> list:
    columns = [("id", "int", "Int32", None)]
    for at in range(r.randrange(4, 9)):
        kind, type_name, values = column(r)
        if r.random() < 0.5:
            type_name = nullable(type_name)
            known = values
            values = lambda known=known: "NULL" if r.random() < 0.25 else known()
        columns.append((f"c{at}", kind, type_name, values))
    listed = ", ".join(f"{column[0]} {column[2]}" for column in columns)
    order = r.choice(["id", "tuple()"])
    session.query(
        f"CREATE TABLE agg.{name} ({listed}) ENGINE = MergeTree ORDER BY {order}"
        f" SETTINGS index_granularity = {r.choice([8, 64, 8192])}, min_bytes_for_wide_part = {r.choice([0, 10**9])}"
    )
    rows = r.choice(ROWS)
    for part in range(r.randrange(1, 4)):
        lines = [f"({row}, " + ", ".join(column[3]() for column in columns[1:]) + ")" for row in range(part, rows, 3)]
        if lines:
            session.query(f"INSERT INTO agg.{name} VALUES {', '.join(lines)}")
    return [column[:2] for column in columns]


def main() -> None:
    root, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    session = Session(root)
    session.query("CREATE DATABASE agg ENGINE = Atomic")
    made = {f"t{at}": make(session, random.Random(f"{seed} aggregates {at}"), f"t{at}") for at in range(count)}
    with open(f"{root}/aggregates.json", "w", encoding="utf-8") as file:
        json.dump(made, file)
    session.close()


if __name__ == "__main__":
    main()
