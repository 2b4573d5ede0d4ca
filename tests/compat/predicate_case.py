"""Random predicates as a pair: the text for ch --where and the text for ClickHouse.

Only what both define alike: no order of nan, no order of Enum, UUID or addresses (ch compares those by = alone), no LIKE "_" over bytes
that may be no UTF-8.
"""

import random

from table_case import Case, Column, ident, text_literal
from value_text import decimal, integer, scalar, string

TIME_KINDS = ("Date", "Date32", "DateTime", "DateTime64")


class Predicates:
    def __init__(self, rng: random.Random, case: Case, columns: list[Column]):
        self.rng = rng
        self.columns = [column for column in columns if self.is_comparable(column)]

    @staticmethod
    def is_comparable(column: Column) -> bool:
        type_ = column.type
        if type_.children or type_.kind in ("BFloat16", "Time", "Time64"):
            return False
        if type_.kind in ("Int", "UInt") and type_.parameter > 64:
            return False
        if type_.kind == "Decimal" and type_.parameter[0] > 30:
            return False
        return not (type_.kind == "DateTime64" and type_.parameter > 6)

    def literal(self, column: Column) -> tuple[str, str]:
        rng, kind, parameter = self.rng, column.type.kind, column.type.parameter
        if kind in ("Int", "UInt"):
            text = str(integer(rng, rng.choice((parameter, 8)), kind == "Int"))
            return text, text
        if kind == "Decimal":
            text = decimal(rng, *parameter)
            return text, f"toDecimal128('{text}', {parameter[1]})"
        if kind in ("Float32", "Float64"):
            text = str(rng.randint(-1000, 1000) / rng.choice((1, 2, 4)))
            return text, text
        if kind == "Bool":
            text = rng.choice(("true", "false"))
            return text, text
        if kind == "String":
            text = text_literal(string(rng).decode("utf-8", "ignore").replace("\0", "")[:50])
            return text, text
        if kind == "FixedString":
            text = text_literal("".join(rng.choice("abc") for _ in range(parameter)))
            return text, f"toFixedString({text}, {parameter})"
        if kind == "Enum":
            text = text_literal(rng.choice(parameter))
            return text, text
        text = scalar(rng, kind, parameter).decode()
        if kind in ("DateTime", "DateTime64"):
            # Noon of a winter or summer day: no change of the clocks is near.
            text = f"{rng.randint(1975, 2100)}-{rng.choice(('01', '07'))}-15 12:{rng.randint(0, 59):02}:00"
        literal = "'" + text + "'"
        if kind == "Date32":
            return literal, f"toDate32({literal})"
        if kind == "DateTime64":
            zone = column.type.sql.split("'")[1]
            return literal, f"toDateTime64({literal}, {parameter}, '{zone}')"
        if kind == "UUID":
            return literal, f"toUUID({literal})"
        if kind in ("IPv4", "IPv6"):
            # Compared as text, so the text must be the one that is printed.
            literal = "'1.2.3.4'" if kind == "IPv4" else "'::1'"
            return literal, f"to{kind}({literal})"
        return literal, literal

    def test(self) -> tuple[str, str]:
        rng = self.rng
        column = rng.choice(self.columns)
        name, kind = ident(column.name), column.type.kind
        is_float = kind.startswith("Float")
        pick = rng.random()
        if column.type.nullable and pick < 0.3:
            text = f"{name} IS {rng.choice(('NOT ', ''))}NULL"
            return text, text
        if kind == "String" and pick < 0.5:
            pattern = text_literal(rng.choice(("%", "a%", "%a", "%et%", "alpha", "%/%", "", "b%a", "al%a")))
            text = f"{name} {rng.choice(('NOT ', ''))}LIKE {pattern}"
            return text, text
        if not is_float and pick < 0.6:
            literals = [self.literal(column) for _ in range(rng.randint(1, 4))]
            word = rng.choice(("IN", "NOT IN"))
            return tuple(f"{name} {word} ({', '.join(pair[side] for pair in literals)})" for side in (0, 1))
        has_order = kind not in ("Enum", "UUID", "IPv4", "IPv6", "Bool")
        if has_order and not is_float and pick < 0.7:
            low, high = self.literal(column), self.literal(column)
            return tuple(f"{name} BETWEEN {low[side]} AND {high[side]}" for side in (0, 1))
        operators = ("=", "<", "<=") if is_float else ("=", "!=", "<", "<=", ">", ">=") if has_order else ("=", "!=")
        operator, literal = rng.choice(operators), self.literal(column)
        return tuple(f"{name} {operator} {literal[side]}" for side in (0, 1))

    def predicate(self, depth: int = 0) -> tuple[str, str]:
        pick = self.rng.random()
        if depth == 3 or pick < 0.4:
            return self.test()
        if pick < 0.5:
            # NOT over a float's comparison would bring nan in.
            inner = self.predicate(3)
            if any(column.type.kind.startswith("Float") and ident(column.name) in inner[0] for column in self.columns):
                return inner
            return tuple(f"NOT ({text})" for text in inner)
        left, right = self.predicate(depth + 1), self.predicate(depth + 1)
        word = self.rng.choice(("AND", "OR"))
        return tuple(f"({left[side]}) {word} ({right[side]})" for side in (0, 1))


def predicates_of(case: Case, columns: list[Column], count: int) -> list[tuple[str, str]]:
    rng = random.Random(case.seed + "/predicates")
    maker = Predicates(rng, case, columns)
    return [maker.predicate() for _ in range(count)] if maker.columns else []
