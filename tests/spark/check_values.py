"""Every type, value by value, against what ClickHouse wrote down."""

import json
import re
import struct

from checks import check, equal, fails

COLUMNS_A_QUERY = 8


def bits(kind: str, value: float) -> str:
    float_code, integer_code = ("<f", "<I") if kind == "f32 bits" else ("<d", "<Q")
    return str(struct.unpack(integer_code, struct.pack(float_code, value))[0])


def expected(world) -> dict:
    with open(f"{world.root}/expected.json", encoding="utf-8") as file:
        return json.load(file)


def shown(spark, table: str, columns: dict[str, str]) -> dict[str, list[str]]:
    """The values of each column (name: the expression over `x` that shows it), in order of id, from one query."""
    is_float = {name: text.endswith("bits") for name, text in columns.items()}
    wanted = [f"`{name}`" if is_float[name] else re.sub(r"\bx\b", f"`{name}`", text) for name, text in columns.items()]
    rows = spark.sql(f"SELECT {', '.join(wanted)} FROM {table} ORDER BY id").collect()
    return {
        name: [bits(text, row[at]) if is_float[name] else "NULL" if row[at] is None else row[at] for row in rows]
        for at, (name, text) in enumerate(columns.items())
    }


@check
def every_type_has_its_spark_type(spark, world):
    schema = spark.table("ch.d.types").schema
    for name, (spark_type, _, _) in expected(world).items():
        equal(schema[name].dataType.simpleString(), spark_type, name)


@check
def every_value_is_clickhouses(spark, world):
    wrong = []
    columns = expected(world)
    for start in range(0, len(columns), COLUMNS_A_QUERY):
        names = list(columns)[start : start + COLUMNS_A_QUERY]
        for name, found in shown(spark, "ch.d.types", {name: columns[name][1] for name in names}).items():
            values = columns[name][2]
            if found != values:
                at = next(i for i in range(len(values)) if i >= len(found) or found[i] != values[i])
                was = found[at] if at < len(found) else None
                wrong.append(f"{name} row {at}: expected {values[at]!r}, found {was!r}")
    equal(wrong, [])


@check
def all_columns_at_once_and_small_batches_give_the_same(spark, world):
    columns = ", ".join(f"`{name}`" for name in expected(world) if name not in ("f32", "f64"))
    frame = lambda batch: (
        spark.read.format("mergetree").option("batch.rows", batch).load(f"{world.root}/d/types")
        .selectExpr("id", f"hash(string(struct({columns}))) AS h").orderBy("id").collect()
    )
    equal(frame(7), frame(65536))


@check
def an_unreadable_column_is_shown_and_fails_only_when_used(spark, world):
    described = {row[0]: row[2] for row in spark.sql("DESCRIBE ch.d.types").collect()}
    equal("Int128" in described["wide"], True, str(described["wide"]))
    fails(lambda: spark.sql("SELECT wide FROM ch.d.types").collect(), "wide", "Int128")
    equal(spark.sql("SELECT sum(id) FROM ch.d.types").first()[0], 499500)


@check
def added_columns_and_odd_names_are_read(spark, world):
    equal(spark.sql("SELECT sum(`odd.näme `) FROM ch.d.types WHERE `odd.näme ` < 10").first()[0], 45)
