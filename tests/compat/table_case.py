"""Random tables: a schema, settings, the rows of each INSERT, and what is done to the table afterwards.

Everything follows from one seed.
"""

import random
from dataclasses import dataclass, field

from value_text import ZONES, Type, Values

# What each version knows, by the year and month of its ClickHouse.
SINCE = {"BFloat16": (24, 11), "Time": (25, 6), "Time64": (25, 6), "T64 of Decimal": (99, 1)}
LONG_NAME = "a column whose name is so long that the file of its stream is named by a hash of it " * 2
NAMES = ("id", "b", "naïve", "we ird.é", "c/d", 'q"uote', "tick`", "UPPER", "n_1", "dots.in.name", "back\\slash", "select", "_x", LONG_NAME)


@dataclass
class Column:
    name: str
    type: Type
    codec: str = ""
    default: str = ""
    defaults_share: float = 0.0
    pool: int = 0


@dataclass
class Case:
    """One table. Statements with {settings} get the table settings that the version knows."""
    name: str
    seed: str
    columns: list[Column] = field(default_factory=list)
    create: list[str] = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    insert_settings: dict = field(default_factory=dict)
    inserts: list[tuple[list[str], list[bytes]]] = field(default_factory=list)   # columns, TSV
    after: list[str] = field(default_factory=list)
    has_tuple: bool = False
    order: list[str] = field(default_factory=list)      # columns of ORDER BY, where a test asks
    predicates: list[tuple[str, str]] = field(default_factory=list)
    wants_instants: bool = False      # also every value with times as seconds since 1970


def ident(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def text_literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class CaseMaker:
    def __init__(self, seed: str, name: str, version: tuple[int, int]):
        self.rng = random.Random(seed)
        self.version = version
        self.case = Case(name, seed)

    def knows(self, thing: str) -> bool:
        return self.version >= SINCE.get(thing, (0, 0))

    # Types

    def integer(self) -> Type:
        bits = self.rng.choice((8, 16, 32, 64, 64, 128, 256))
        kind = self.rng.choice(("Int", "UInt"))
        return Type(f"{kind}{bits}", kind, parameter=bits)

    def scalar(self) -> Type:
        rng = self.rng
        kinds = ["int", "int", "int", "String", "String", "Float32", "Float64", "Decimal", "Decimal", "FixedString", "Date",
                 "Date32", "DateTime", "DateTime64", "Enum", "UUID", "IPv4", "IPv6", "Bool"]
        kinds += [kind for kind in ("BFloat16", "Time", "Time64") if self.knows(kind)]
        kind = rng.choice(kinds)
        if kind == "int":
            return self.integer()
        if kind == "Decimal":
            precision = rng.choice((9, 18, 38, 76, rng.randint(1, 76)))
            scale = rng.choice((0, 2, precision, rng.randint(0, precision)))
            scale = min(scale, precision)
            return Type(f"Decimal({precision}, {scale})", kind, parameter=(precision, scale))
        if kind == "FixedString":
            size = rng.choice((1, 3, 16, 40))
            return Type(f"FixedString({size})", kind, parameter=size)
        if kind == "DateTime":
            return Type(f"DateTime('{rng.choice(ZONES)}')", kind)
        if kind == "DateTime64":
            scale = rng.choice((0, 3, 6, 9, rng.randint(0, 9)))
            return Type(f"DateTime64({scale}, '{rng.choice(ZONES)}')", kind, parameter=scale)
        if kind == "Time64":
            scale = rng.choice((0, 3, 6, 9))
            return Type(f"Time64({scale})", kind, parameter=scale)
        if kind == "Enum":
            labels = rng.sample(("a", "b", "it's", "ü", "x/y", "long label", 'q"'), rng.randint(2, 6))
            numbers = sorted(rng.sample(range(-128, 128) if rng.random() < 0.5 else range(-32768, 32768), len(labels)))
            width = 8 if -128 <= numbers[0] and numbers[-1] < 128 else 16
            pairs = ", ".join(f"{text_literal(label)} = {number}" for label, number in zip(labels, numbers))
            return Type(f"Enum{width}({pairs})", kind, parameter=labels)
        return Type(kind, kind)

    def low_cardinality(self) -> Type:
        rng = self.rng
        inner = rng.choice((Type("String", "String"), Type("String", "String"), Type("FixedString(5)", "FixedString", parameter=5),
                            Type("Date", "Date"), Type("Int32", "Int", parameter=32), Type("UInt64", "UInt", parameter=64),
                            Type("Float64", "Float64"), Type("UUID", "UUID")))
        if rng.random() < 0.4:
            return Type(f"LowCardinality(Nullable({inner.sql}))", inner.kind, parameter=inner.parameter, nullable=True)
        return Type(f"LowCardinality({inner.sql})", inner.kind, parameter=inner.parameter)

    def type(self, depth: int = 0) -> Type:
        rng = self.rng
        pick = rng.random()
        if depth < 3 and pick < (0.22 if depth == 0 else 0.3):
            return self.nested(depth)
        if pick < 0.4:
            return self.low_cardinality()
        type_ = self.scalar()
        if rng.random() < 0.3:
            return Type(f"Nullable({type_.sql})", type_.kind, parameter=type_.parameter, nullable=True)
        return type_

    def nested(self, depth: int) -> Type:
        rng = self.rng
        family = rng.choice(("Array", "Array", "Map", "Tuple", "Tuple"))
        if family == "Array":
            child = self.type(depth + 1)
            return Type(f"Array({child.sql})", "Array", [child])
        if family == "Map":
            key = rng.choice((Type("String", "String"), Type("LowCardinality(String)", "String"), Type("Int32", "Int", parameter=32),
                              Type("UInt64", "UInt", parameter=64), Type("Date", "Date"), Type("UUID", "UUID")))
            value = self.type(depth + 1)
            return Type(f"Map({key.sql}, {value.sql})", "Map", [key, value])
        self.case.has_tuple = True
        children = [self.type(depth + 1) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.5:
            names = rng.sample(("x", "y", "with space", "z1", "quo/te"), len(children))
            return Type("Tuple(" + ", ".join(f"{ident(name)} {child.sql}" for name, child in zip(names, children)) + ")", "Tuple", children)
        return Type("Tuple(" + ", ".join(child.sql for child in children) + ")", "Tuple", children)

    # Columns

    def codec(self, type_: Type) -> str:
        rng = self.rng
        if rng.random() < 0.35:
            return ""
        general = rng.choice(("NONE", "LZ4", "LZ4HC", "LZ4HC(9)", "ZSTD", "ZSTD(3)"))
        if "(" in type_.sql and not type_.sql.startswith(("DateTime", "Time64", "Decimal", "Enum", "Nullable")):
            return general
        width = self.width(type_)
        special = []
        whole = ("Int", "UInt", "Date", "Date32", "DateTime", "DateTime64", "Enum", "Bool", "Time", "Time64")
        if type_.kind in whole and width and width <= 8:
            special += ["Delta", "DoubleDelta", "Gorilla", "T64", "T64('bit')", "GCD"]
            if type_.kind in ("Enum", "Bool", "Time", "Time64"):
                special = ["Delta", "DoubleDelta"]
            if type_.kind == "Date32" and self.version < (24, 8):
                special = [codec for codec in special if not codec.startswith("T64")]
        if type_.kind in ("Float32", "Float64"):
            special += ["Gorilla", "FPC", "FPC(12)", "Delta", "DoubleDelta"]
        if type_.kind == "Decimal" and width and width <= 8:
            special += ["Delta", "T64", "GCD", "DoubleDelta", "Gorilla"]
        if self.version < (24, 8):      # GCD stops the whole process when all values are 0
            special = [codec for codec in special if codec != "GCD"]
        if not special or rng.random() < 0.3:
            return general
        chain = [rng.choice(special)]
        if rng.random() < 0.3:
            chain.append("Delta")      # T64 wants whole values, which only the first codec sees
        if rng.random() < 0.85:
            chain.append(general)
        return ", ".join(chain)

    @staticmethod
    def width(type_: Type) -> int:
        if type_.kind in ("Int", "UInt"):
            return type_.parameter // 8
        if type_.kind == "Decimal":
            return 4 if type_.parameter[0] <= 9 else 8 if type_.parameter[0] <= 18 else 16
        return {"Date": 2, "Date32": 4, "DateTime": 4, "DateTime64": 8, "Float32": 4, "Float64": 8, "Bool": 1, "Enum": 1, "Time": 4,
                "Time64": 8}.get(type_.kind, 0)

    def make_columns(self) -> None:
        rng = self.rng
        key = rng.choice((Type("UInt64", "UInt", parameter=64), Type("Int32", "Int", parameter=32), Type("String", "String"),
                          Type("Date", "Date"), Type("DateTime64(3, 'UTC')", "DateTime64", parameter=3)))
        names = list(NAMES[1:])
        rng.shuffle(names)
        self.case.columns.append(Column("id", key, self.codec(key)))
        for name in names[:rng.randint(1, 9)]:
            type_ = self.type()
            self.case.columns.append(Column(name, type_, self.codec(type_)))
        if rng.random() < 0.15:
            for child in ("x", "y"):
                type_ = self.scalar()
                self.case.columns.append(Column(f"nest.{child}", Type(f"Array({type_.sql})", "Array", [type_])))
        for column in self.case.columns:
            column.defaults_share = rng.choice((0, 0, 0, 0.3, 0.97, 1))
            column.pool = rng.choice((0, 1, 3, 20, 300))

    # The table

    def make_settings(self) -> None:
        rng = self.rng
        settings = self.case.settings
        # No merge comes between ClickHouse's answer and ours; OPTIMIZE does not look at these.
        settings["max_bytes_to_merge_at_max_space_in_pool"] = 1
        settings["max_bytes_to_merge_at_min_space_in_pool"] = 1
        settings["replace_long_file_name_to_hash"] = 1
        kind = rng.choice(("wide", "compact", "mixed"))
        settings["min_bytes_for_wide_part"] = {"wide": 0, "compact": 10**9, "mixed": 20000}[kind]
        if rng.random() < 0.7:
            settings["index_granularity"] = rng.choice((1, 7, 64, 100, 512, 8192))
        adaptive = rng.random()
        if adaptive < 0.15:
            settings["index_granularity_bytes"] = 0
            settings["min_bytes_for_wide_part"] = 0
        elif adaptive < 0.5:
            settings["index_granularity_bytes"] = rng.choice((1024, 5000, 10**6))
        choices = {"compress_marks": (0, 1), "compress_primary_key": (0, 1),
                   "ratio_of_defaults_for_sparse_serialization": (0.1, 0.5, 0.9375, 1.0),
                   "string_serialization_version": ("'single_stream'", "'with_size_stream'"),
                   "serialization_info_version": ("'basic'", "'with_types'"),
                   "write_marks_for_substreams_in_compact_parts": (0, 1),
                   "max_compress_block_size": (64, 1000, 65536), "min_compress_block_size": (1, 500, 65536),
                   "packed_skip_index_max_bytes": (0, 1 << 20), "assign_part_uuids": (0, 1), "enable_block_number_column": (0, 1),
                   "enable_block_offset_column": (0, 1), "compress_per_column_in_compact_parts": (0, 1),
                   "marks_compress_block_size": (100, 65536),
                   "primary_key_compress_block_size": (100, 65536), "use_const_adaptive_granularity": (0, 1),
                   "nullable_serialization_version": ("'basic'", "'allow_sparse'"),
                   "propagate_types_serialization_versions_to_nested_types": (0, 1),
                   "max_file_name_length": (20, 127), "auto_statistics_types": ("''", "'basic, uniq_v2'")}
        for name, values in choices.items():
            if rng.random() < 0.35:
                settings[name] = rng.choice(values)
        if settings.get("string_serialization_version") == "'with_size_stream'":
            settings.pop("serialization_info_version", None)
        if rng.random() < 0.3:
            self.case.insert_settings["low_cardinality_max_dictionary_size"] = rng.choice((3, 50))
        if rng.random() < 0.3:
            self.case.insert_settings["max_block_size"] = rng.choice((13, 1000))

    def make_create(self) -> None:
        rng, case = self.rng, self.case
        keys = [column for column in case.columns if column.type.is_key() and "LowCardinality(Float" not in column.type.sql]
        order = rng.sample(keys, min(len(keys), rng.choice((0, 1, 1, 2, 3))))
        expressions = [self.key_expression(column) for column in order]
        order_sql = ", ".join(expressions)
        partition = ""
        if rng.random() < 0.4:
            partition = self.partition(keys)
        lines = []
        for column in case.columns:
            codec = f" CODEC({column.codec})" if column.codec else ""
            comment = " COMMENT 'it''s a comment'" if rng.random() < 0.1 else ""
            lines.append(f"{ident(column.name)} {column.type.sql}{comment}{codec}")
        lines += self.aliases()
        lines += self.skip_indices()
        engine = "MergeTree"
        if order and rng.random() < 0.12:
            engine = "ReplacingMergeTree"
        sql = f"CREATE TABLE {{table}} (\n  " + ",\n  ".join(lines) + f"\n) ENGINE = {engine}\n"
        if partition:
            sql += f"PARTITION BY {partition}\n"
        if len(order) > 1 and rng.random() < 0.3:
            sql += f"PRIMARY KEY ({expressions[0]})\n"
        case.create.append(sql + f"ORDER BY ({order_sql})\n{{settings}}")

    def aliases(self) -> list[str]:
        key = self.case.columns[0]
        lines = [f"`alias` {key.type.sql} ALIAS {ident(key.name)}", "`seven` UInt8 ALIAS 7"]
        return [line for line in lines if self.rng.random() < 0.2]

    def key_expression(self, column: Column) -> str:
        rng, name, kind = self.rng, ident(column.name), column.type.kind
        functions = {"Date": ("toMonday", "toStartOfMonth", "toYYYYMM", "toYear"),
                     "DateTime": ("toDate", "toStartOfHour", "toStartOfDay", "toYYYYMM"),
                     "DateTime64": ("toDate", "toStartOfHour", "toYYYYMM"), "Int": ("-",), "UInt": ("-",)}
        if column.name == LONG_NAME or rng.random() > 0.25 or kind not in functions or column.type.nullable:
            return name
        function = rng.choice(functions[kind])
        return f"-{name}" if function == "-" else f"{function}({name})"

    def partition(self, keys: list[Column]) -> str:
        column = self.rng.choice([key for key in keys if key.name != LONG_NAME])     # minmax_NAME.idx is not hashed
        name = ident(column.name)
        if column.type.kind in ("Date", "Date32", "DateTime", "DateTime64"):
            return self.rng.choice((f"toYear({name}) % 4", f"toYYYYMM({name}) % 3", f"toYYYYMMDD({name}) % 5", f"toDayOfWeek({name})"))
        if column.type.kind in ("Int", "UInt"):
            return self.rng.choice((f"{name} % 3", f"{name} % 11", f"({name} % 2, intDiv({name}, 1000) % 3)", f"({name} % 3, {name} % 4)"))
        if column.type.kind in ("Enum", "Bool"):
            return name
        if column.type.kind == "String":
            return f"(length({name}) % 2, substring(hex({name}), 1, 1) > '5')"
        return f"cityHash64({name}) % 2"

    def skip_indices(self) -> list[str]:
        lines = []
        for number, column in enumerate(self.case.columns):
            simple = not column.type.children and "LowCardinality(Float" not in column.type.sql
            if not simple or self.rng.random() > 0.2:
                continue
            kinds = ["minmax", "set(10)", "set(0)"]
            if column.type.kind in ("Int", "UInt", "String", "Date", "DateTime") and self.width(column.type) <= 8:
                kinds.append("bloom_filter(0.01)")
            if column.type.sql == "String":
                kinds += ["tokenbf_v1(256, 2, 0)", "ngrambf_v1(3, 256, 2, 0)"]
            lines.append(f"INDEX i{number} {ident(column.name)} TYPE {self.rng.choice(kinds)} GRANULARITY {self.rng.choice((1, 3))}")
        return lines

    def rows(self, columns: list[Column], count: int) -> list[bytes]:
        draws = [Values(self.rng, column.type, column.defaults_share, column.pool) for column in columns]
        nested = [i for i, column in enumerate(columns) if column.name.startswith("nest.")]
        lines = []
        for _ in range(count):
            cells = [draw.cell() for draw in draws]
            if nested:
                # The arrays of one Nested have equal lengths.
                length = self.rng.randint(0, 3)
                for i in nested:
                    values = [draws[i].draw(columns[i].type.children[0])[1] for _ in range(length)]
                    cells[i] = b"[" + b",".join(values) + b"]"
            lines.append(b"\t".join(cells))
        return lines

    def make_inserts(self) -> None:
        for _ in range(self.rng.choice((1, 1, 2, 3, 6))):
            count = self.rng.choice((1, 2, 10, 100, 100, 500, 500, 1500))
            columns = self.case.columns
            self.case.inserts.append(([column.name for column in columns], self.rows(columns, count)))

    def make_after(self) -> None:
        rng, case = self.rng, self.case
        key_names = case.create[0]
        movable = [column for column in case.columns[1:] if ident(column.name) not in key_names.split("ENGINE")[1]
                   and "INDEX" not in key_names.split("ENGINE")[0] and not column.name.startswith("nest.")]
        steps = rng.choice(((), (), (), ("optimize",), ("delete",), ("add",), ("drop",), ("rename",), ("modify",), ("add", "optimize"),
                            ("delete", "add", "rename"), ("add", "materialize"), ("rename", "delete"), ("update",), ("modify", "drop")))
        if self.version < (23, 10):
            steps = tuple(step for step in steps if step in ("optimize", "add"))
        for step in steps:
            if step == "optimize":
                case.after.append("OPTIMIZE TABLE {table} FINAL")
            elif step == "delete":
                case.after.append(f"DELETE FROM {{table}} WHERE cityHash64({ident('id')}) % {rng.choice((2, 3, 10))} = 0")
            elif step == "add":
                added, default = rng.choice((("Int32", "42"), ("String", "'dé/f'"), ("Nullable(Float64)", ""), ("Decimal(10, 2)", "1.50"),
                                             ("Array(UInt8)", ""), ("LowCardinality(String)", "'lc'"), ("DateTime('Europe/Berlin')", "'2024-03-31 02:30:00'"),
                                             ("DateTime64(3, 'America/New_York')", "'1999-07-01 12:00:00.125'"), ("Date", "'2024-01-31'"),
                                             ("DateTime64(3, 'UTC')", ""), ("Map(String, Int8)", ""), ("UInt64", "")))
                case.after.append(f"ALTER TABLE {{table}} ADD COLUMN `added` {added}" + (f" DEFAULT {default}" if default else ""))
            elif step == "materialize" and "DEFAULT" in case.after[-1]:
                case.after.append("ALTER TABLE {table} MATERIALIZE COLUMN `added`")
            elif step == "drop" and len(movable) > 1:
                case.after.append(f"ALTER TABLE {{table}} DROP COLUMN {ident(movable.pop().name)}")
            elif step == "rename" and movable:
                name = movable.pop().name
                nest = name.partition(".")[0] + "." if "." in name else ""      # a name with a dot is one of a Nested's, and stays so
                case.after.append(f"ALTER TABLE {{table}} RENAME COLUMN {ident(name)} TO {ident(nest + 'renamed')}")
            elif step == "modify":
                widened = {"Int8": "Int64", "Int16": "Int32", "UInt8": "UInt32", "UInt16": "UInt64", "Int32": "Int64",
                           "String": "Nullable(String)",
                           "Date": "Date32", "Float32": "Float64"}
                for column in movable:
                    if column.type.sql in widened and not column.codec:
                        movable.remove(column)
                        case.after.append(f"ALTER TABLE {{table}} MODIFY COLUMN {ident(column.name)} {widened[column.type.sql]}")
                        break
            elif step == "update" and movable:
                column = movable[0]
                name = ident(column.name)
                case.after.append(f"ALTER TABLE {{table}} UPDATE {name} = {name} WHERE cityHash64({ident('id')}) % 2 = 0")

    def make(self) -> Case:
        self.make_columns()
        self.make_settings()
        self.make_create()
        self.make_inserts()
        self.make_after()
        return self.case
