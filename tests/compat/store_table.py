"""A random table of a store and the model of what it holds: every commit and every change of its columns is made here first."""

import json
import random

WORDS = ["", "a", "b", "final", "deposits", "Straße", "x" * 70, "quote\"d", "tab\t"]
# Type -> a value as JSON has it.
KEYS = {
    "UInt64": lambda rng: rng.randrange(40),
    "Int32": lambda rng: rng.randrange(-20, 20),
    "String": lambda rng: rng.choice(WORDS) + str(rng.randrange(9)),
    "LowCardinality(String)": lambda rng: rng.choice(WORDS),
    "Date": lambda rng: f"2024-01-{rng.randrange(1, 29):02}",
    "UUID": lambda rng: f"0000000{rng.randrange(4)}-0000-4000-8000-00000000000{rng.randrange(9)}",
}
VALUES = KEYS | {
    "Nullable(Int64)": lambda rng: rng.choice((None, rng.randrange(-10**15, 10**15))),
    "Nullable(String)": lambda rng: rng.choice((None, rng.choice(WORDS))),
    "Float64": lambda rng: rng.randrange(-1000, 1000) / 8,
    "UInt8": lambda rng: rng.randrange(256),
    "Decimal(18, 2)": lambda rng: rng.randrange(-10**6, 10**6) / 4,
    "DateTime64(3, 'UTC')": lambda rng: f"2024-02-{rng.randrange(1, 29):02} 10:11:12.{rng.randrange(1000):03}",
    "Array(Nullable(Int32))": lambda rng: [rng.choice((None, rng.randrange(100))) for _ in range(rng.randrange(4))],
    "Map(String, Int32)": lambda rng: {word: rng.randrange(9) for word in rng.sample(["a", "b", "c"], rng.randrange(3))},
    "Enum8('x' = 1, 'y' = 2)": lambda rng: rng.choice("xy"),
    "UInt16": lambda rng: rng.randrange(65536),
    "Int64": lambda rng: rng.randrange(-10**18, 10**18),
}
CODECS = ("NONE", "LZ4", "ZSTD(1)", "ZSTD(5)")
# Of values that ClickHouse hashes or compares as our engine does.
MINMAX = ("UInt64", "Int32", "Int64", "UInt8", "UInt16", "Date", "Decimal(18, 2)", "String", "Nullable(Int64)")
BLOOM = ("UInt64", "Int32", "Int64", "UInt8", "UInt16", "Date", "String", "LowCardinality(String)", "Nullable(String)")
WIDER = {"UInt8": "UInt16", "Int32": "Int64"}
# What rows have in a column that is added later; 0 for all other types.
DEFAULTS = {
    "String": "", "LowCardinality(String)": "", "Date": "1970-01-01", "UUID": "00000000-0000-0000-0000-000000000000",
    "Nullable(Int64)": None, "Nullable(String)": None, "DateTime64(3, 'UTC')": "1970-01-01 00:00:00.000",
    "Array(Nullable(Int32))": [], "Map(String, Int32)": {}, "Enum8('x' = 1, 'y' = 2)": "x",
}


class Table:
    """One table: how it is made, and what is in it."""

    def __init__(self, name: str, seed: str):
        self.name = name
        self.rng = random.Random(f"{seed}/{name}")
        rng = self.rng
        self.replaces = rng.random() < 0.7
        self.keys = [(f"k{i}", rng.choice(list(KEYS))) for i in range(rng.choice((1, 1, 2)))]
        self.values = [(f"v {i}" if i == 1 else f"v{i}", rng.choice(list(VALUES))) for i in range(rng.randrange(1, 5))]
        numbers = [name for name, type_ in self.keys if type_ in ("UInt64", "Int32")]
        self.partition = f"{numbers[0]} % 3" if numbers and rng.random() < 0.5 else ""
        self.granule_rows = rng.choice((2, 16, 8192))
        self.wide = rng.choice((0, 10485760))
        self.codec = rng.choice(("", *CODECS))
        self.codecs = {name: rng.choice(CODECS) for name, _ in self.keys + self.values if rng.random() < 0.4}
        self.indices = self.draw_indices()
        self.rows: dict | list = {} if self.replaces else []
        self.commits = 0

    def draw_indices(self) -> list[tuple[str, str, str, int]]:
        """Name, column, type and granularity of each."""
        kinds = [("minmax", MINMAX), ("bloom_filter", BLOOM), ("bloom_filter(0.1)", BLOOM)]
        indices = []
        for column, type_ in self.keys + self.values:
            kind, types = self.rng.choice(kinds)
            if type_ in types and self.rng.random() < 0.5:
                indices.append((f"i {len(indices)}", column, kind, self.rng.choice((1, 2, 4))))
        return indices

    def create(self) -> str:
        columns = self.keys + self.values
        if self.replaces:
            columns = columns + [("_version", "UInt64"), ("_is_deleted", "UInt8")]
        engine = "ReplacingMergeTree(_version, _is_deleted)" if self.replaces else "MergeTree"
        codecs = {name: f" CODEC({codec})" for name, codec in self.codecs.items()}
        text = ", ".join(f"`{name}` {type_}{codecs.get(name, '')}" for name, type_ in columns)
        text += "".join(f", INDEX `{name}` `{column}` TYPE {kind} GRANULARITY {count}" for name, column, kind, count in self.indices)
        partition = f" PARTITION BY {self.partition}" if self.partition else ""
        key = ", ".join(name for name, _ in self.keys)
        return (f"CREATE TABLE d.`{self.name}` ({text}) ENGINE = {engine}{partition} ORDER BY ({key}) "
                f"SETTINGS index_granularity = {self.granule_rows}, min_bytes_for_wide_part = {self.wide}"
                + (f", default_compression_codec = '{self.codec}'" if self.codec else ""))

    def layout(self) -> dict:
        """What a ClickHouse must say of the export; no codec is its default."""
        names = [name for name, _ in self.keys + self.values] + (["_version", "_is_deleted"] if self.replaces else [])
        codecs = {name: self.codecs.get(name, self.codec) for name in names}
        return {
            "codecs": {name: f"CODEC({codec})" if codec else "" for name, codec in codecs.items()},
            "indices": sorted([name, kind.split("(")[0], column, count] for name, column, kind, count in self.indices),
            "kind": "Compact" if self.wide else "Wide",
            "hidden": [],
        }

    def batch(self) -> list[dict]:
        """The rows of the next commit; the model has them already."""
        self.commits += 1
        rows = []
        for _ in range(self.rng.choice((1, 5, 40, 300))):
            row = {name: KEYS[type_](self.rng) for name, type_ in self.keys}
            row |= {name: VALUES[type_](self.rng) for name, type_ in self.values}
            if self.replaces and self.rng.random() < 0.25:
                row["_is_deleted"] = 1
            rows.append(row)
            self.remember(row)
        return rows

    def remember(self, row: dict) -> None:
        if not self.replaces:
            self.rows.append(row)
            return
        key = tuple(str(row[name]) for name, _ in self.keys)
        if row.get("_is_deleted"):
            self.rows.pop(key, None)
        else:
            self.rows[key] = row

    def all_rows(self) -> list[dict]:
        return list(self.rows.values() if self.replaces else self.rows)

    def add(self, name: str, type_: str) -> list[str]:
        self.values.append((name, type_))
        for row in self.all_rows():
            row[name] = DEFAULTS.get(type_, 0)
        return ["add", name, type_]

    def drop(self, name: str) -> list[str]:
        self.codecs.pop(name, None)
        self.values = [column for column in self.values if column[0] != name]
        for row in self.all_rows():
            row.pop(name)
        return ["drop", name]

    def rename(self, name: str, to: str) -> list[str]:
        self.values = [(to if column == name else column, type_) for column, type_ in self.values]
        if name in self.codecs:
            self.codecs[to] = self.codecs.pop(name)
        for row in self.all_rows():
            row[to] = row.pop(name)
        return ["rename", name, to]

    def widen(self, name: str, type_: str) -> list[str]:
        self.values = [(column, type_ if column == name else was) for column, was in self.values]
        return ["widen", name, type_]

    def alterations(self) -> list[list[str]]:
        """What ch alter is to do next; the model has it already."""
        rng = self.rng
        indexed = [column for _, column, _, _ in self.indices]
        free = [column for column in self.values if column[0] not in indexed]
        name, type_ = rng.choice(free or self.values)
        new = f"n{self.commits} {len(self.values)}"
        self.commits += 1
        wish = rng.choice(("add", "drop", "rename", "swap", "again", "widen"))
        if not free:
            return [self.add(new, type_)]
        if wish == "widen" and type_ in WIDER:
            return [self.widen(name, WIDER[type_])]
        if wish == "rename":
            return [self.rename(name, new)]
        if wish == "again":
            return [self.drop(name), self.add(name, rng.choice(list(VALUES)))] if len(self.values) > 1 else [self.add(new, type_)]
        if wish == "swap" and len(free) > 1:
            other = rng.choice([column for column, _ in free if column != name])
            return [self.rename(name, new), self.rename(other, name), self.rename(new, other)]
        if wish == "drop" and len(self.values) > 1:
            return [self.drop(name)]
        return [self.add(new, rng.choice(list(VALUES)))]

    def expected(self) -> list[str]:
        rows = self.rows.values() if self.replaces else self.rows
        names = [name for name, _ in self.keys + self.values]
        return sorted(spelt({name: row[name] for name in names}) for row in rows)


def spelt(row: dict) -> str:
    """12.0 and 12 alike."""
    plain = {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in row.items()}
    return json.dumps(plain, sort_keys=True)


def normal(lines: list[str]) -> list[str]:
    """Rows without the columns that the store fills, in one spelling."""
    rows = []
    for line in lines:
        row = json.loads(line)
        row.pop("_version", None)
        row.pop("_is_deleted", None)
        rows.append(spelt(row))
    return sorted(rows)
