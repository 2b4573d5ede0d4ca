"""Every type, value by value, against what ClickHouse wrote down."""

import json
import struct

from checks import check, equal, fails


def bits(kind: str, value: float) -> str:
    float_code, integer_code = ("<f", "<I") if kind == "f32 bits" else ("<d", "<Q")
    return str(struct.unpack(integer_code, struct.pack(float_code, value))[0])


def expected(world) -> dict:
    with open(f"{world.root}/expected.json", encoding="utf-8") as file:
        return json.load(file)


def shown(spark, table: str, name: str, text: str) -> list[str]:
    if text.endswith("bits"):
        return [bits(text, row[0]) for row in spark.sql(f"SELECT `{name}` FROM {table} ORDER BY id").collect()]
    rows = spark.sql(f"SELECT {text} FROM (SELECT id, `{name}` AS x FROM {table}) ORDER BY id").collect()
    return ["NULL" if row[0] is None else row[0] for row in rows]


@check
def every_type_has_its_spark_type(spark, world):
    schema = spark.table("ch.d.types").schema
    for name, (spark_type, _, _) in expected(world).items():
        equal(schema[name].dataType.simpleString(), spark_type, name)


@check
def every_value_is_clickhouses(spark, world):
    wrong = []
    for name, (_, text, values) in expected(world).items():
        found = shown(spark, "ch.d.types", name, text)
        if found != values:
            at = next(i for i in range(len(values)) if i >= len(found) or found[i] != values[i])
            wrong.append(f"{name} row {at}: expected {values[at]!r}, found {found[at] if at < len(found) else None!r}")
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
