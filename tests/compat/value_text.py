"""Random values of ClickHouse types, as the text that ClickHouse's TabSeparated format reads.

A type is a small tree (Kind and parameters); text() draws one value. Values lean to the edges: extremes, empty and huge strings,
bytes that are no UTF-8, NULL, nan, -0.
"""

import datetime
import random
from dataclasses import dataclass, field

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Monrovia",
    "Europe/Amsterdam",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRICKY = (
    "'",
    '"',
    "\\",
    "/",
    "\n",
    "\t",
    "\r",
    "\0",
    "\b",
    "\f",
    "\x01",
    "\x1f",
    "\x7f",
    "é",
    "€",
    "𝄞",
    "\u2028",
    "\u2029",
    ",",
    "`",
    " ",
    "%",
    "_",
    "NULL",
    "\\N",
    "{}",
    "[]",
    "<&>",
)
DAY_0 = datetime.date(1970, 1, 1)


@dataclass
class Type:
    """A type with what is needed to draw its values."""

    sql: str
    kind: str
    children: list["Type"] = field(default_factory=list)
    parameter: object = None
    nullable: bool = False

    def is_key(self) -> bool:
        """May stand in ORDER BY and PARTITION BY."""
        return not self.nullable and self.kind not in ("Array", "Map", "Tuple", "BFloat16")


def tsv_escape(text: bytes) -> bytes:
    return (
        text.replace(b"\\", b"\\\\")
        .replace(b"\t", b"\\t")
        .replace(b"\n", b"\\n")
        .replace(b"\r", b"\\r")
        .replace(b"\0", b"\\0")
        .replace(b"'", b"\\'")
    )


def quoted(text: bytes) -> bytes:
    return b"'" + tsv_escape(text) + b"'"


def integer(rng: random.Random, bits: int, signed: bool) -> int:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    pick = rng.random()
    if pick < 0.15:
        return rng.choice((low, high, low + 1, high - 1, 0, 1))
    if pick < 0.55:
        return max(low, min(high, rng.randint(-100, 100)))
    return rng.randint(low, high)


def real(rng: random.Random, single: bool) -> str:
    pick = rng.random()
    if pick < 0.15:
        return rng.choice(
            (
                "nan",
                "inf",
                "-inf",
                "-0",
                "0",
                "1e-45" if single else "5e-324",
                "3.4028235e38" if single else "1.7976931348623157e308",
                "1e21",
                "1e20",
                "1e-7",
                "0.000001",
            )
        )
    if pick < 0.4:
        return repr(rng.randint(-(10**9), 10**9) / rng.choice((1, 2, 10, 1000)))
    if pick < 0.5:
        return str(rng.randint(-(2**53), 2**53))
    return repr(rng.gauss(0, 1) * 10.0 ** rng.randint(-30, 30))


def string(rng: random.Random) -> bytes:
    pick = rng.random()
    if pick < 0.1:
        return b""
    if pick < 0.13:
        return rng.randbytes(rng.choice((1, 3, 17, 200)))
    if pick < 0.135:
        return b"x" * rng.choice((5000, 70000)) + rng.randbytes(10)
    if pick < 0.3:
        return "".join(rng.choice(TRICKY) for _ in range(rng.randint(1, 6))).encode()
    if pick < 0.6:
        return rng.choice(("alpha", "beta", "gamma", "a/b", "x'y", "ü")).encode()
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, 20))).encode()


def date(rng: random.Random, first: int, last: int) -> str:
    day = rng.choice((first, last, max(first, 0))) if rng.random() < 0.05 else rng.randint(first, last)
    if rng.random() < 0.5:
        day = max(first, min(last, 19000 + rng.randint(0, 400)))
    return (DAY_0 + datetime.timedelta(days=day)).isoformat()


def clock(rng: random.Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def fraction(rng: random.Random, digits: int) -> str:
    return "." + "".join(rng.choice("0123456789") for _ in range(digits)) if digits else ""


def decimal(rng: random.Random, precision: int, scale: int) -> str:
    digits = rng.choice((1, precision, rng.randint(1, precision)))
    number = rng.choice((0, 10**digits - 1, rng.randint(0, 10**digits - 1), rng.randint(0, 9) * 10 ** (digits - 1)))
    text = str(number).rjust(scale + 1, "0")
    text = text[: len(text) - scale] + ("." + text[-scale:] if scale else "")
    return ("-" if number and rng.random() < 0.4 else "") + text


def address6(rng: random.Random) -> str:
    groups = [rng.choice((0, 0, 1, 0xFFFF, rng.randint(0, 0xFFFF))) for _ in range(8)]
    if rng.random() < 0.2:
        groups[:5] = [0] * 5
        groups[5] = rng.choice((0, 0xFFFF))
    return ":".join(f"{group:x}" for group in groups)


def scalar(rng: random.Random, kind: str, parameter) -> bytes:
    """Bare bytes of a value, neither quoted nor escaped."""
    if kind in ("Int", "UInt"):
        return str(integer(rng, parameter, kind == "Int")).encode()
    if kind in ("Float32", "Float64", "BFloat16"):
        return real(rng, kind != "Float64").encode()
    if kind == "Decimal":
        return decimal(rng, *parameter).encode()
    if kind == "String":
        return string(rng)
    if kind == "FixedString":
        return string(rng)[:parameter] if rng.random() < 0.7 else rng.randbytes(parameter)
    if kind == "Date":
        return date(rng, 0, 49709).encode()
    if kind == "Date32":
        return date(rng, -25567, 120529).encode()
    if kind == "DateTime":
        return (date(rng, 2, 49000) + " " + clock(rng)).encode()
    if kind == "DateTime64":
        first, last = (-25000, 120000) if parameter <= 8 else (-25000, 100000)
        return (date(rng, first, last) + " " + clock(rng) + fraction(rng, parameter)).encode()
    if kind == "Time":
        return (rng.choice(("", "-")) + f"{rng.choice((0, 23, rng.randint(0, 999))):03}" + clock(rng)[2:]).encode()
    if kind == "Time64":
        return scalar(rng, "Time", None) + fraction(rng, parameter).encode()
    if kind == "Enum":
        return rng.choice(parameter).encode()
    if kind == "UUID":
        text = rng.choice(("0" * 32, "f" * 32, rng.randbytes(16).hex(), rng.randbytes(16).hex()))
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])).encode()
    if kind == "IPv4":
        return ".".join(str(rng.choice((0, 255, rng.randint(0, 255)))) for _ in range(4)).encode()
    if kind == "IPv6":
        return address6(rng).encode()
    if kind == "Bool":
        return rng.choice((b"true", b"false"))
    raise ValueError(kind)


BARE = {"Int", "UInt", "Float32", "Float64", "BFloat16", "Decimal", "Bool"}


class Values:
    """Draws the values of one column. `defaults`: how many of them are the type's default, 0 to 1; `pool`: from how many distinct ones."""

    def __init__(self, rng: random.Random, type_: Type, defaults: float, pool: int):
        self.rng = rng
        self.type = type_
        self.defaults = defaults
        self.pool = [self.draw(type_) for _ in range(pool)]

    def draw(self, type_: Type) -> tuple[bytes, bytes]:
        """The text as a TSV cell before escaping, and the text inside an array."""
        rng = self.rng
        if type_.nullable and rng.random() < 0.25:
            return b"\\N", b"NULL"
        if type_.kind == "Array":
            length = rng.choice((0, 1, 2, 3, rng.randint(0, 12)))
            text = b"[" + b",".join(self.draw(type_.children[0])[1] for _ in range(length)) + b"]"
        elif type_.kind == "Map":
            keys = {}
            for _ in range(rng.choice((0, 1, 2, 5))):
                keys[self.draw(type_.children[0])[1]] = self.draw(type_.children[1])[1]
            text = b"{" + b",".join(key + b":" + value for key, value in keys.items()) + b"}"
        elif type_.kind == "Tuple":
            text = b"(" + b",".join(self.draw(child)[1] for child in type_.children) + b")"
        else:
            bare = scalar(rng, type_.kind, type_.parameter)
            return bare, bare if type_.kind in BARE else quoted(bare)
        return text, text

    def cell(self) -> bytes:
        if self.defaults and self.rng.random() < self.defaults:
            return default_cell(self.type)
        if self.pool and self.rng.random() < 0.98:
            text = self.rng.choice(self.pool)[0]
        else:
            text = self.draw(self.type)[0]
        # Nested text keeps the escapes of the strings in it and gets none of its own.
        return text if self.type.children or (text == b"\\N" and self.type.nullable) else tsv_escape(text)


def default_cell(type_: Type) -> bytes:
    if type_.nullable:
        return b"\\N"
    defaults = {
        "Int": b"0",
        "UInt": b"0",
        "Float32": b"0",
        "Float64": b"0",
        "BFloat16": b"0",
        "Decimal": b"0",
        "Bool": b"false",
        "String": b"",
        "FixedString": b"",
        "Array": b"[]",
        "Map": b"{}",
        "Date": b"1970-01-01",
        "Date32": b"1970-01-01",
        "DateTime": b"1970-01-02 00:00:00",
        "DateTime64": b"1970-01-01 00:00:00",
        "Time": b"00:00:00",
        "Time64": b"00:00:00",
        "UUID": b"00000000-0000-0000-0000-000000000000",
        "IPv4": b"0.0.0.0",
        "IPv6": b"::",
    }
    if type_.kind == "Enum":
        return tsv_escape(type_.parameter[0].encode())
    if type_.kind == "Tuple":
        return b"(" + b",".join(nested_default(child) for child in type_.children) + b")"
    return defaults[type_.kind]


def nested_default(type_: Type) -> bytes:
    if type_.nullable:
        return b"NULL"
    cell = default_cell(type_)
    return cell if type_.kind in BARE or type_.children else b"'" + cell + b"'"
