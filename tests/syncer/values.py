"""Random values of every type of TiDB, as SQL, and what a replica's value must be to be the same one."""

import datetime
import decimal
import json
import random
import struct

DAY = datetime.timedelta(days=1)
WORDS = ("", "a", "A", "a ", "ä", "z" * 40, "it's", "back\\slash", "\U0001f600", "line\nbreak", "\x00", "tab\t")


def text_sql(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("\x00", "\\0")
    return f"'{escaped}'"


def integer(bits: int, unsigned: bool):
    least, most = (0, (1 << bits) - 1) if unsigned else (-(1 << bits - 1), (1 << bits - 1) - 1)

    def make(rng: random.Random) -> str:
        return str(rng.choice((least, most, 0, 1, rng.randint(least, most))))

    return make


def number(rng: random.Random, whole: int, fraction: int) -> str:
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, whole)))
    behind = "".join(rng.choice("0123456789") for _ in range(fraction))
    return rng.choice(("", "-")) + digits + ("." + behind if fraction else "")


def double(rng: random.Random) -> str:
    while True:
        value = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
        if abs(value) < 1e300 and (value == 0 or abs(value) > 1e-300):
            return repr(rng.choice((value, 0.0, 1.5, -2.25)))


def single(rng: random.Random) -> str:
    return rng.choice(("0", "1.5", "-2.25", f"{rng.uniform(-1e6, 1e6):.3f}", f"{rng.uniform(-1, 1):.6e}"))


def date(rng: random.Random) -> str:
    days = rng.choice((0, 364_000, 3_652_058, rng.randint(0, 3_652_058)))
    return str(datetime.date(1, 1, 1) + days * DAY)


def clock(rng: random.Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def moment(fraction: int, first: str, last: str):
    begin = datetime.date.fromisoformat(first).toordinal()
    end = datetime.date.fromisoformat(last).toordinal()

    def make(rng: random.Random) -> str:
        behind = f".{rng.randint(0, 10**fraction - 1):0{fraction}}" if fraction else ""
        return f"'{datetime.date.fromordinal(rng.randint(begin, end))} {clock(rng)}{behind}'"

    return make


def duration(rng: random.Random) -> str:
    return f"'{rng.choice(('', '-'))}{rng.randint(0, 838)}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}.{rng.randint(0, 999999):06}'"


def document(rng: random.Random, depth: int = 0):
    kind = rng.randrange(8 if depth < 3 else 6)
    if kind == 6:
        return [document(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == 7:
        return {rng.choice(("a", "bb", "ccc", "d\"e", "ü")): document(rng, depth + 1) for _ in range(rng.randrange(4))}
    plain = (None, rng.random() < 0.5, rng.randint(-(1 << 62), 1 << 62), round(rng.uniform(-1e6, 1e6), 4), rng.choice(WORDS[1:9]), "x" * 200)
    return plain[kind]


def bytes_sql(rng: random.Random, most: int) -> str:
    return "x'" + rng.randbytes(rng.choice((0, 1, most, rng.randint(0, most)))).hex() + "'"


def word(rng: random.Random) -> str:
    return text_sql(rng.choice(WORDS) + rng.choice(("", str(rng.randint(0, 99)))))


# Type as SQL -> a maker of literals.
TYPES = {
    "tinyint": integer(8, False),
    "tinyint unsigned": integer(8, True),
    "bool": lambda rng: rng.choice(("true", "false")),
    "smallint": integer(16, False),
    "smallint unsigned": integer(16, True),
    "mediumint": integer(24, False),
    "mediumint unsigned": integer(24, True),
    "int": integer(32, False),
    "int unsigned": integer(32, True),
    "bigint": integer(64, False),
    "bigint unsigned": integer(64, True),
    "float": single,
    "double": double,
    "decimal(10,2)": lambda rng: number(rng, 8, 2),
    "decimal(5,5)": lambda rng: "0." + number(rng, 1, 5)[-5:],
    "decimal(18,0)": lambda rng: number(rng, 18, 0),
    "decimal(38,10)": lambda rng: number(rng, 28, 10),
    "decimal(65,30)": lambda rng: number(rng, 35, 30),
    "char(20)": word,
    "varchar(60)": word,
    "varchar(60) collate utf8mb4_general_ci": word,
    "text": word,
    "longtext": word,
    "binary(8)": lambda rng: bytes_sql(rng, 8),
    "varbinary(30)": lambda rng: bytes_sql(rng, 30),
    "blob": lambda rng: bytes_sql(rng, 300),
    "date": lambda rng: f"'{date(rng)}'",
    "datetime": moment(0, "0001-01-01", "9999-12-31"),
    "datetime(3)": moment(3, "1000-01-01", "9999-12-31"),
    "datetime(6)": moment(6, "1000-01-01", "2300-12-31"),
    "timestamp": moment(0, "1970-01-02", "2038-01-18"),
    "timestamp(6)": moment(6, "1970-01-02", "2038-01-18"),
    "time(6)": duration,
    "year": lambda rng: str(rng.choice((1901, 2155, rng.randint(1901, 2155)))),
    "bit(1)": lambda rng: rng.choice(("b'0'", "b'1'")),
    "bit(64)": lambda rng: f"b'{rng.getrandbits(64):b}'",
    "enum('x','y','it''s')": lambda rng: rng.choice(("'x'", "'y'", "'it''s'")),
    "set('p','q','r')": lambda rng: rng.choice(("''", "'p'", "'p,r'", "'p,q,r'")),
    "json": lambda rng: text_sql(json.dumps(document(rng))),
}
# What a column can be added with to rows that are there.
DEFAULTS = {"int": "9", "varchar(60)": "'it''s'", "decimal(10,2)": "1.25", "bigint unsigned": "18446744073709551615",
            "datetime": "'2020-02-03 04:05:06'", "date": "'2020-02-03'", "double": "2.5", "enum('x','y','it''s')": "'y'"}  # fmt: skip


def same(ours, tidb, kind: str) -> bool:
    """Whether a value of the replica, as Arrow has it, is TiDB's, as PyMySQL has it."""
    if ours is None or tidb is None:
        return ours is tidb
    if kind.startswith("bit"):
        return ours == int.from_bytes(tidb, "big")
    if kind == "float":
        return struct.pack("<f", ours) == struct.pack("<f", float(tidb))
    if kind.startswith("decimal"):
        return decimal.Decimal(ours) == tidb
    if kind.startswith(("datetime", "timestamp")):
        return ours.replace(tzinfo=None) == tidb
    if kind.startswith("time"):
        return ours == tidb // datetime.timedelta(microseconds=1)
    if isinstance(ours, bytes) and isinstance(tidb, str):
        return ours == tidb.encode()
    if isinstance(ours, str) and isinstance(tidb, bytes):
        return ours.encode() == tidb
    return ours == tidb
