"""A seeded workload on a real TiDB: rows of all types, keys that change, transactions over tables and databases, DDL in between."""

import random
from dataclasses import dataclass, field

from values import DEFAULTS, TYPES, WORDS, text_sql

# Name -> (columns of the key, their types, table options); the rest of the columns is drawn.
KEYS = {
    "by_id": ("id bigint primary key", ""),
    "by_unsigned": ("id bigint unsigned primary key", ""),
    "by_text": ("id int, k varchar(30) collate utf8mb4_general_ci, primary key (k, id) clustered", ""),
    "by_loose": ("id int, k varchar(30), primary key (id) nonclustered", ""),
    "by_none": ("id int", ""),
    "by_part": ("id int primary key", "partition by hash(id) partitions 3"),
    "by_many": ("id decimal(8,2), k datetime(3), l varbinary(10), primary key (id, k, l) clustered", ""),
}
IDS = 25


@dataclass
class Table:
    database: str
    name: str
    kind: str
    columns: dict[str, str] = field(default_factory=dict)  # beyond the key's
    drawn: int = 0

    @property
    def path(self) -> str:
        return f"`{self.database}`.`{self.name}`"


class Workload:
    def __init__(self, tidb, seed: int):
        self.rng = random.Random(seed)
        self.tidb = tidb
        self.connections = [tidb.connect() for _ in range(3)]
        self.tables: list[Table] = []
        self.statements = 0
        self.refused = 0
        self.ddls = 0
        self.names = 0

    def run(self, sql: str, connection: int = 0) -> bool:
        """Whether TiDB took it: duplicates of keys, values out of range and the like are part of the workload."""
        import pymysql

        self.statements += 1
        try:
            with self.connections[connection].cursor() as cursor:
                cursor.execute(sql)
            return True
        except (pymysql.err.IntegrityError, pymysql.err.DataError, pymysql.err.OperationalError, pymysql.err.InternalError) as error:
            if error.args[0] in (2006, 2013):
                raise
            self.refused += 1
            self.last_error = str(error)
            return False

    def ddl(self, sql: str) -> bool:
        self.ddls += 1
        return self.run(sql)

    def begin(self) -> None:
        for database in ("one", "two"):
            self.ddl(f"create database {database}")
        for kind in KEYS:
            self.create("one" if len(self.tables) % 3 else "two", kind)

    def name(self) -> str:
        self.names += 1
        return f"t{self.names}"

    def create(self, database: str, kind: str) -> None:
        key, options = KEYS[kind]
        table = Table(database, self.name(), kind)
        types = self.rng.sample(list(TYPES), 6) if len(self.tables) > 1 else list(TYPES)
        for type_ in types:
            table.columns[f"c{table.drawn}"] = type_
            table.drawn += 1
        columns = "".join(f", {name} {type_}" for name, type_ in table.columns.items())
        if self.ddl(f"create table {table.path} ({key}{columns}) {options}"):
            self.tables.append(table)
        else:
            raise RuntimeError(f"cannot create {kind}: {self.last_error}")

    def key_values(self, table: Table) -> dict[str, str]:
        number = self.rng.randrange(IDS)
        values = {"id": str(number)}
        if table.kind == "by_id":
            values["id"] = str(self.rng.choice((number, -number, -(2**63) + number)))
        if table.kind == "by_unsigned":
            values["id"] = str(self.rng.choice((number, 2**64 - 1 - number)))
        if table.kind in ("by_text", "by_loose"):
            values["k"] = text_sql(self.rng.choice(WORDS[:6]))
        if table.kind == "by_many":
            values["id"] = f"{number % 3}.50"
            values["k"] = f"'2024-01-0{number % 3 + 1} 00:00:00.00{number % 2}'"
            values["l"] = f"x'{number % 4:02x}'"
        return values

    def row(self, table: Table) -> dict[str, str]:
        values = self.key_values(table)
        for name, type_ in table.columns.items():
            if self.rng.random() < 0.8:
                values[name] = "null" if self.rng.random() < 0.15 else TYPES[type_](self.rng)
        return values

    def where(self, table: Table) -> str:
        value = self.key_values(table)["id"]
        return f"id = {value}" if self.rng.random() < 0.8 else f"id between {value} and {value} + 3"

    def change(self, connection: int = 0) -> None:
        table = self.rng.choice(self.tables)
        row = self.row(table)
        into = f"{table.path} ({', '.join(row)}) values ({', '.join(row.values())})"
        some = [name for name in table.columns if name in row] or ["id"]
        set_ = ", ".join(f"{name} = {row[name]}" for name in self.rng.sample(some, min(len(some), 3)))
        kind = self.rng.randrange(12)
        if kind < 4:
            self.run(f"insert into {into}", connection)
        elif kind < 6:
            self.run(f"replace into {into}", connection)
        elif kind == 6:
            self.run(f"insert into {into} on duplicate key update {set_}", connection)
        elif kind < 9:
            self.run(f"update {table.path} set {set_} where {self.where(table)}", connection)
        elif kind == 9:
            key = self.key_values(table)
            moved = ", ".join(f"{name} = {value}" for name, value in key.items())
            self.run(f"update {table.path} set {moved} where {self.where(table)} limit 1", connection)
        else:
            self.run(f"delete from {table.path} where {self.where(table)}", connection)

    def transaction(self, connection: int) -> None:
        self.run("begin" if self.rng.random() < 0.5 else "begin optimistic", connection)
        for _ in range(self.rng.randint(1, 6)):
            self.change(connection)
        self.run("commit" if self.rng.random() < 0.9 else "rollback", connection)

    def interleaved(self) -> None:
        """Two transactions at once, which do not wait for each other."""
        for connection in (1, 2):
            self.run("begin optimistic", connection)
        for _ in range(6):
            self.change(self.rng.choice((1, 2)))
        for connection in self.rng.sample((1, 2), 2):
            self.run("commit", connection)

    def step(self) -> None:
        kind = self.rng.randrange(40)
        if kind < 24:
            self.change()
        elif kind < 34:
            self.transaction(0)
        elif kind < 37:
            self.interleaved()
        else:
            self.alter()

    def alter(self) -> None:
        table = self.rng.choice(self.tables)
        kind = self.rng.randrange(14)
        if kind < 3:
            self.add_column(table)
        elif kind == 3 and len(table.columns) > 2:
            name = self.rng.choice(list(table.columns))
            if self.ddl(f"alter table {table.path} drop column {name}"):
                del table.columns[name]
        elif kind == 4 and table.columns:
            name = self.rng.choice(list(table.columns))
            if self.ddl(f"alter table {table.path} rename column {name} to c{table.drawn}"):
                table.columns = {f"c{table.drawn}" if old == name else old: type_ for old, type_ in table.columns.items()}
                table.drawn += 1
        elif kind == 5:
            self.widen(table)
        elif kind == 6:
            database, name = self.rng.choice(("one", "two")), self.name()
            if self.ddl(f"rename table {table.path} to `{database}`.`{name}`"):
                table.database, table.name = database, name
        elif kind == 7:
            self.ddl(f"truncate table {table.path}")
        elif kind == 8 and len(self.tables) > 7:
            if self.ddl(f"drop table {table.path}"):
                self.tables.remove(table)
        elif kind == 9:
            like = Table(table.database, self.name(), table.kind, dict(table.columns), table.drawn)
            if self.ddl(f"create table {like.path} like {table.path}"):
                self.tables.append(like)
        elif kind == 10:
            self.create(self.rng.choice(("one", "two")), self.rng.choice(list(KEYS)))
        else:
            self.no_op(table)

    def add_column(self, table: Table) -> None:
        type_ = self.rng.choice(list(TYPES))
        default = ""
        if type_ in DEFAULTS and self.rng.random() < 0.7:
            default = self.rng.choice(("", " not null")) + f" default {DEFAULTS[type_]}"
        place = self.rng.choice(("", " first", f" after {next(iter(table.columns))}")) if table.columns else ""
        if self.ddl(f"alter table {table.path} add column c{table.drawn} {type_}{default}{place}"):
            table.columns[f"c{table.drawn}"] = type_
            table.drawn += 1

    def widen(self, table: Table) -> None:
        to = {"tinyint": "int", "smallint": "bigint", "int": "bigint", "tinyint unsigned": "int unsigned", "float": "double",
              "varchar(60)": "text", "char(20)": "varchar(60)"}  # fmt: skip
        for name, type_ in table.columns.items():
            if type_ in to and self.ddl(f"alter table {table.path} modify column {name} {to[type_]}"):
                table.columns[name] = to[type_]
                return

    def no_op(self, table: Table) -> None:
        """What changes no column and no row of a table."""
        name = self.name()
        self.ddl(self.rng.choice((
            f"create index i{name} on {table.path} (id)",
            f"alter table {table.path} add unique index u{name} (id)",
            f"create view `one`.v{name} as select id from {table.path}",
            f"create sequence `one`.s{name}",
            f"alter table {table.path} comment = 'c'",
            f"create database d{name}",
        )))  # fmt: skip
