#!/usr/bin/env python3
"""Makes the tables of the Spark tests with a real ClickHouse, and writes down what they hold.

    PYTHONPATH=<chdb> python3 tables.py ROOT

ROOT becomes a ClickHouse data path with the databases `d` and `empty`; ROOT/expected.json maps each column of d.types
to [its Spark type, the Spark expression (or "f32 bits", "f64 bits") and the values that ClickHouse gives for the same text].
"""

import json
import shutil
import sys

from chdb.session import Session

ROWS = 1000
N = "number"


def text(expression: str) -> str:
    return f"hex({expression})"


# column: ClickHouse type, value of row `number`, ClickHouse text, Spark type, Spark text.
COLUMNS = {
    "i8": ("Int8", f"toInt8({N} * 37 - 128)", "toString(x)", "tinyint", "string(x)"),
    "i16": ("Int16", f"toInt16({N} * 12347 - 32768)", "toString(x)", "smallint", "string(x)"),
    "i32": ("Int32", f"toInt32(intHash32({N}))", "toString(x)", "int", "string(x)"),
    "i64": ("Int64", f"toInt64(intHash64({N}))", "toString(x)", "bigint", "string(x)"),
    "u8": ("UInt8", f"toUInt8({N} * 37)", "toString(x)", "smallint", "string(x)"),
    "u16": ("UInt16", f"toUInt16({N} * 12347)", "toString(x)", "int", "string(x)"),
    "u32": ("UInt32", f"intHash32({N})", "toString(x)", "bigint", "string(x)"),
    "u64": ("UInt64", f"intHash64({N})", "toString(x)", "decimal(20,0)", "string(x)"),
    "f32": (
        "Float32",
        f"multiIf({N} = 7, nan, {N} = 8, -inf, toFloat32(intHash32({N})) / 7)",
        "toString(reinterpretAsUInt32(x))",
        "float",
        "f32 bits",
    ),
    "f64": ("Float64", f"{N} / 8 - 60", "toString(reinterpretAsUInt64(x))", "double", "f64 bits"),
    "d9": ("Decimal(9, 2)", f"toDecimal32({N} - 500, 2) / 8", "toDecimalString(x, 2)", "decimal(9,2)", "string(x)"),
    "d18": (
        "Decimal(18, 4)",
        f"toDecimal64(toInt64({N}) * 99999999999 - 49999999999999, 4)",
        "toDecimalString(x, 4)",
        "decimal(18,4)",
        "string(x)",
    ),
    "d38": (
        "Decimal(38, 10)",
        f"toDecimal128('1234567890123456789012345678.0123456789', 10) - toDecimal128({N}, 10) * 2469135780246913578",
        "toDecimalString(x, 10)",
        "decimal(38,10)",
        "string(x)",
    ),
    "b": ("Bool", f"{N} % 3 = 0", "if(x, 'true', 'false')", "boolean", "string(x)"),
    "s": ("String", f"if({N} % 10 = 0, '', repeat('é' || toString({N}), {N} % 7))", text("x"), "string", "hex(x)"),
    "huge": (
        "String",
        f"if({N} = 500, repeat('x', 1000000), toString({N}))",
        text("substring(x, 1, 9) || toString(length(x))"),
        "string",
        "hex(substring(x, 1, 9) || length(x))",
    ),
    "bytes": ("String COMMENT '[spark:binary]'", f"unhex('00FF') || toString({N})", text("x"), "binary", "hex(x)"),
    "fixed": ("FixedString(4)", f"toFixedString(toString({N}), 4)", text("x"), "binary", "hex(x)"),
    "uuid": (
        "UUID",
        f"reinterpretAsUUID(reinterpretAsFixedString(toUInt128(intHash64({N})) * 3))",
        "toString(x)",
        "string",
        "x",
    ),
    "ip4": ("IPv4", f"toIPv4(IPv4NumToString(intHash32({N})))", "toString(x)", "string", "x"),
    "ip6": ("IPv6", f"toIPv6('2001:db8::' || lower(hex({N})))", "toString(x)", "string", "x"),
    "e8": (
        "Enum8('one' = 1, 'it\\'s' = -5, 'ü' = 7)",
        f"CAST(['one', 'it\\'s', 'ü'][{N} % 3 + 1] AS Enum8('one' = 1, 'it\\'s' = -5, 'ü' = 7))",
        "toString(x)",
        "string",
        "x",
    ),
    "e16": (
        "Enum16('a' = 1000, 'b' = -1000)",
        f"CAST(if({N} % 2 = 0, 'a', 'b') AS Enum16('a' = 1000, 'b' = -1000))",
        "toString(x)",
        "string",
        "x",
    ),
    "date": ("Date", f"toDate({N} * 65)", "toString(toUInt16(x))", "date", "string(unix_date(x))"),
    "date32": (
        "Date32",
        f"toDate32(toInt32({N}) * 100 - 25567)",
        "toString(toInt32(x))",
        "date",
        "string(unix_date(x))",
    ),
    "dt": (
        "DateTime('Asia/Tokyo')",
        f"toDateTime(intHash32({N}), 'Asia/Tokyo')",
        "toString(toUnixTimestamp(x)) || '000000'",
        "timestamp",
        "if(unix_micros(x) = 0, '0000000', string(unix_micros(x)))",
    ),
    "dt3": (
        "DateTime64(3, 'UTC')",
        f"fromUnixTimestamp64Milli(toInt64({N}) * 1234567891 - 9876543210, 'UTC')",
        "toString(toUnixTimestamp64Micro(x))",
        "timestamp",
        "string(unix_micros(x))",
    ),
    "dt6": (
        "DateTime64(6)",
        f"fromUnixTimestamp64Micro(toInt64({N}) * 1234567891011 - 987654321012345)",
        "toString(toUnixTimestamp64Micro(x))",
        "timestamp",
        "string(unix_micros(x))",
    ),
    "dt9": (
        "DateTime64(9, 'UTC')",
        f"fromUnixTimestamp64Nano(toInt64({N}) * 1234567890123000 - 98765432101234000, 'UTC')",
        "toString(toUnixTimestamp64Micro(x))",
        "timestamp",
        "string(unix_micros(x))",
    ),
    "sparse": ("UInt32", f"if({N} % 50 = 0, {N}, 0)", "toString(x)", "bigint", "string(x)"),
    "ntz": (
        "DateTime64(6, 'UTC') COMMENT '[spark:timestamp_ntz]'",
        f"fromUnixTimestamp64Micro(toInt64({N}) * 999999999, 'UTC')",
        "toString(x)",
        "timestamp_ntz",
        "date_format(x, 'yyyy-MM-dd HH:mm:ss.SSSSSS')",
    ),
    "span": (
        "Int64 COMMENT '[spark:interval]'",
        f"toInt64({N}) * 1000001 - 5",
        "toString(x)",
        "interval day to second",
        "string(cast(extract(day from x) * 86400000000 + extract(hour from x) * 3600000000"
        " + extract(minute from x) * 60000000 + extract(second from x) * 1000000 as bigint))",
    ),
    "ni": ("Nullable(Int32)", f"if({N} % 3 = 0, NULL, toInt32({N}))", "toString(x)", "int", "string(x)"),
    "ns": ("Nullable(String)", f"if({N} % 4 = 0, NULL, toString({N}))", "x", "string", "x"),
    "nd": (
        "Nullable(Decimal(12, 3))",
        f"if({N} % 5 = 0, NULL, toDecimal64({N}, 3))",
        "toDecimalString(x, 3)",
        "decimal(12,3)",
        "string(x)",
    ),
    "nall": ("Nullable(Float64)", "NULL", "toString(x)", "double", "string(x)"),
    "lc": ("LowCardinality(String)", f"'value ' || toString({N} % 10)", "x", "string", "x"),
    "lcn": ("LowCardinality(Nullable(String))", f"if({N} % 6 = 0, NULL, toString({N} % 7))", "x", "string", "x"),
    "arr": (
        "Array(Int32)",
        f"range(toInt32({N} % 5))",
        "arrayStringConcat(arrayMap(e -> toString(e), x), ',')",
        "array<int>",
        "array_join(transform(x, e -> string(e)), ',')",
    ),
    "narr": (
        "Array(Array(Nullable(String)))",
        f"[[NULL, toString({N})], []]",
        "toString(length(x)) || ifNull(x[1][2], '?') || if(x[1][1] IS NULL, '-', '+')",
        "array<array<string>>",
        "string(size(x)) || x[0][1] || if(x[0][0] is null, '-', '+')",
    ),
    "map": (
        "Map(String, Int64)",
        f"map('k', toInt64({N}), 'l', -1)",
        "toString(x['k']) || toString(length(x))",
        "map<string,bigint>",
        "string(x['k']) || size(x)",
    ),
    "lcmap": (
        "Map(LowCardinality(String), Array(Int8))",
        f"map('é', [toInt8({N} % 100)])",
        "toString(x['é'][1])",
        "map<string,array<tinyint>>",
        "string(x['é'][0])",
    ),
    "tup": (
        "Tuple(a Int32, b Nullable(String))",
        f"(toInt32({N}), if({N} % 2 = 0, NULL, 'odd'))",
        "toString(x.1) || ifNull(x.2, '-')",
        "struct<a:int,b:string>",
        "string(x.a) || coalesce(x.b, '-')",
    ),
    "bare": (
        "Tuple(Int8, Tuple(String, Array(Int16)))",
        f"(toInt8(1), (toString({N}), [toInt16({N})]))",
        "x.2.1 || toString(x.2.2[1])",
        "struct<_1:tinyint,_2:struct<_1:string,_2:array<smallint>>>",
        "x._2._1 || x._2._2[0]",
    ),
    "atup": (
        "Array(Tuple(n LowCardinality(String), v Float64))",
        f"[('x', {N}), ('y', 0.5)]",
        "toString(length(x)) || x[1].1 || x[2].1",
        "array<struct<n:string,v:double>>",
        "string(size(x)) || x[0].n || x[1].n",
    ),
}


SKIP_INDICES = {
    "i32": "minmax",
    "u64": "minmax",
    "d38": "minmax",
    "dt6": "minmax",
    "dt9": "minmax",
    "sparse": "minmax",
    "u16": "set(0)",
    "e8": "set(10)",
    "lc": "tokenbf_v1(256, 2, 0)",
    "ns": "set(200)",
    "uuid": "bloom_filter",
    "ip6": "bloom_filter",
    "date": "bloom_filter",
    "s": "ngrambf_v1(3, 512, 2, 0)",
    "lcn": "set(0)",
}

# As check_catalog.py has them.
ODD_NAMES = ["x-y", "x%2Dy", "a/b c", ".hidden", "é", "a%20b", "only%2Descaped"]


def make_odd_names(session: Session) -> str:
    """A database and tables with names that ClickHouse escapes. Returns the folder of one that is then to lose it."""
    session.query("CREATE DATABASE `odd-d b` ENGINE = Atomic")
    for number, name in enumerate([*ODD_NAMES, "lost"]):
        session.query(f"CREATE TABLE `odd-d b`.`{name}` (n Int32) ENGINE = MergeTree ORDER BY n")
        session.query(f"INSERT INTO `odd-d b`.`{name}` VALUES ({number})")
    return str(session.query("SELECT data_paths[1] FROM system.tables WHERE name = 'lost'", "TSVRaw")).strip()


def main() -> None:
    root = sys.argv[1]
    session = Session(root)
    session.query("CREATE DATABASE d ENGINE = Atomic")
    session.query("CREATE DATABASE empty ENGINE = Atomic")
    definitions = ", ".join(
        [f"`{name}` {column[0]}" for name, column in COLUMNS.items()]
        + [f"INDEX skip_{name} `{name}` TYPE {kind} GRANULARITY 1" for name, kind in SKIP_INDICES.items()]
    )
    session.query(
        f"CREATE TABLE d.types (id UInt32, {definitions}, wide Int128 DEFAULT 1, `odd.näme ` Int32 DEFAULT id)"
        " ENGINE = MergeTree ORDER BY id PARTITION BY id % 2 SETTINGS index_granularity = 128, min_bytes_for_wide_part = 0,"
        " ratio_of_defaults_for_sparse_serialization = 0.8"
    )
    values = ", ".join(f"{column[1]} AS `{name}`" for name, column in COLUMNS.items())
    names = ", ".join(f"`{name}`" for name in COLUMNS)
    session.query(f"INSERT INTO d.types (id, {names}) SELECT number, {values} FROM numbers({ROWS})")
    session.query(
        "CREATE TABLE d.small (k Int32, name String, grp LowCardinality(String)) ENGINE = MergeTree ORDER BY k"
    )
    session.query("INSERT INTO d.small SELECT number, 'n' || toString(number), 'g' || toString(number % 3) FROM numbers(10)")
    session.query(
        "CREATE TABLE d.large (k Int32, j Int32, v Int64, s String, g LowCardinality(Nullable(String)), d Date32,"
        " m Decimal(12, 2), n Nullable(Int32), f Float64, b Bool, t DateTime64(6, 'UTC'), u UInt64)"
        " ENGINE = MergeTree ORDER BY (k, j) SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 0"
    )
    for part in range(4):
        session.query(
            "INSERT INTO d.large SELECT number % 1000, number, intHash64(number),"
            " concat('s', toString(number % 977), ' %_\\\\ é'),"
            " if(number % 11 = 0, NULL, toString(number % 13)), toDate32('1990-01-01') + number % 12000,"
            " toDecimal64(number % 5000, 2) - 100, if(number % 7 = 0, NULL, number % 100),"
            " multiIf(number % 50 = 0, nan, number % 51 = 0, -0.0, number / 10), number % 2 = 0,"
            f" fromUnixTimestamp64Micro(toInt64(number) * 1000003), number * 7 FROM numbers({part * 25000}, 25000)"
        )
    session.query("CREATE TABLE d.long (s String) ENGINE = MergeTree ORDER BY tuple()")
    session.query("INSERT INTO d.long SELECT repeat('a', 50) FROM numbers(20000000) SETTINGS max_insert_threads = 1")
    session.query("OPTIMIZE TABLE d.long FINAL")
    session.query(
        "CREATE TABLE d.shown (k Int32, variant Variant(Int32, String), dynamic Dynamic, doc JSON, docs Array(JSON), nothing Tuple(),"
        " state AggregateFunction(sum, UInt64), big Int256, clock Time, same Int64 ALIAS k, twice Int64 ALIAS k * 2, v String)"
        " ENGINE = MergeTree ORDER BY k SETTINGS min_bytes_for_wide_part = 0, enable_time_time64_type = 1"
    )
    session.query(
        "INSERT INTO d.shown (k, variant, dynamic, doc, docs, nothing, state, big, clock, v) SELECT toInt32(number), toInt32(number),"
        """ toString(number), '{"a":1}', ['{"b":[1,2]}'], tuple(), arrayReduce('sumState', [number]), number, 1, toString(number)"""
        " FROM numbers(10)"
    )
    session.query("CREATE TABLE d.none (a Int32, b String) ENGINE = MergeTree ORDER BY a PARTITION BY b")
    expected = {}
    for name, (_, _, shown, spark_type, spark_text) in COLUMNS.items():
        query = f"WITH `{name}` AS x SELECT ifNull(toString({shown}), 'NULL') FROM d.types ORDER BY id"
        answer = str(session.query(query, "TSVRaw"))
        expected[name] = [spark_type, spark_text, answer.split("\n")[:ROWS]]
    lost = make_odd_names(session)
    with open(f"{root}/expected.json", "w", encoding="utf-8") as file:
        json.dump(expected, file)
    session.close()
    shutil.rmtree(lost)


if __name__ == "__main__":
    main()
