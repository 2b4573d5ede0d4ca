#!/usr/bin/env python3
"""Makes the golden parts below tests/golden/parts/ with real ClickHouses, and beside each what ClickHouse reads from it.

make_parts.py VERSION [NAME...] makes parts/VERSION/NAME/<files> and NAME.jsonl (all rows, as JSONEachRow with every number that a double
cannot hold in quotes). It needs chdb VERSION below $CHSPARK_CACHE/peers (see docs/hacking.md).
"""
import os
import shutil
import sys
import tempfile

VERSION = sys.argv[1]
CACHE = os.environ.get("CHSPARK_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "chspark")
sys.path.insert(0, os.path.join(CACHE, "peers", "chdb-" + VERSION))
from chdb.session import Session  # noqa: E402

MODERN = int(VERSION.split(".")[0]) >= 4
# Small frames, so that values are cut by their ends and granules lie across them.
FRAMES = "min_compress_block_size=200, max_compress_block_size=700, index_granularity=64"
WIDE = "min_bytes_for_wide_part=0, " + FRAMES
COMPACT = "min_bytes_for_wide_part=1000000000, " + FRAMES
CLASSIC = (", serialization_info_version='basic', string_serialization_version='single_stream',"
           " ratio_of_defaults_for_sparse_serialization=1, compress_marks=0, compress_primary_key=0") if MODERN else ""

# name: (type, value for row `number`)
SCALARS = {
    "id": ("UInt64", "number"),
    "i8": ("Int8", "number - 100"),
    "i16": ("Int16", "number * 100 - 1"),
    "i32": ("Int32", "-number * 7919"),
    "i64": ("Int64", "toInt64(number) * -1234567890123"),
    "i128": ("Int128", "toInt128(number) * -1234567890123 * 1000000007"),
    "u8": ("UInt8", "number"),
    "u16": ("UInt16", "number * 200"),
    "u32": ("UInt32", "number * 20000000"),
    "u256": ("UInt256", "number"),
    "f32": ("Float32", "number / 4"),
    "f64": ("Float64", "number / 8 - 5"),
    "b": ("Bool", "number % 2"),
    "dec9": ("Decimal(9, 2)", "toDecimal32(number, 2) / 7"),
    "dec18": ("Decimal(15, 2)", "-toDecimal64(number, 2) / 7"),
    "dec38": ("Decimal(38, 5)", "toDecimal128(number, 5) / 7"),
    "s": ("String", "if(number % 37 = 5, repeat('long ', number * 2), if(number % 3 = 0, '', toString(number * 31)))"),
    "fs": ("FixedString(3)", "toString(number % 1000)"),
    "d": ("Date", "toDate(number * 150)"),
    "d32": ("Date32", "toDate32('1950-01-01') + number"),
    "dt": ("DateTime('UTC')", "number * 10000000"),
    "dt64": ("DateTime64(3, 'UTC')", "toDateTime64('1970-01-01 00:00:00', 3, 'UTC') + number * 1234567"),
    "e8": ("Enum8('x' = -1, 'y' = 2)", "number % 2 = 0 ? 'x' : 'y'"),
    "e16": ("Enum16('p' = 1, 'q' = 1000)", "number % 3 = 0 ? 'p' : 'q'"),
    "n32": ("Nullable(Int32)", "if(number % 3 = 0, NULL, number)"),
    "ns": ("Nullable(String)", "if(number % 5 = 1, NULL, toString(number))"),
    "nn": ("Nullable(UInt8)", "number % 9"),
}
NESTED = {
    "id": ("UInt64", "number"),
    "a": ("Array(UInt32)", "range(number % 5)"),
    "as_": ("Array(String)", "arrayMap(x -> repeat('v', x * 3), range(number % 4))"),
    "an": ("Array(Nullable(String))", "arrayMap(x -> if(x % 2 = 0, NULL, toString(x + number)), range(number % 6))"),
    "aa": ("Array(Array(Nullable(UInt16)))", "[[1, NULL], [], [number]]"),
    "m": ("Map(String, UInt16)", "map('a', number, toString(number), 1)"),
    "ma": ("Map(String, Array(String))", "map('k', [toString(number), 'z'], 'e', [])"),
    "t": ("Tuple(UInt8, String)", "(number, toString(number * 3))"),
    "tn": ("Tuple(x Nullable(Int32), y Array(String))", "(if(number % 2 = 0, NULL, number), ['p', toString(number)])"),
    "at": ("Array(Tuple(UInt8, String))", "arrayMap(x -> (x, toString(x * number)), range(number % 3))"),
    "alc": ("Array(LowCardinality(String))",
            "arrayMap(x -> concat('l', toString(intDiv(number, 9) + x)), range(number % 4 = 3 ? 5 : 0))"),
    "mlc": ("Map(LowCardinality(String), Array(Tuple(Int8, LowCardinality(Nullable(String)))))",
            "map(concat('m', toString(number % 70)), [(number % 100, NULL), (3, toString(number % 5))])"),
}
DICTIONARY = {
    "id": ("UInt64", "number"),
    "few": ("LowCardinality(String)", "concat('k', toString(number % 7))"),
    "grows": ("LowCardinality(String)", "concat('k', toString(intDiv(number, 3)))"),
    "nulls": ("LowCardinality(Nullable(String))", "if(number % 4 = 0, NULL, concat('n', toString(intDiv(number, 2))))"),
    "empty_and_null": ("LowCardinality(Nullable(String))", "if(number % 2 = 0, NULL, '')"),
    "number": ("LowCardinality(UInt32)", "intDiv(number, 5) * 1000"),
    "array": ("Array(LowCardinality(Nullable(String)))",
              "if(number between 64 and 127, [], [NULL, toString(intDiv(number, 2)), 'x'])"),
}
SPARSE = {
    "id": ("UInt64", "number"),
    "rare": ("UInt32", "if(number in (5, 63, 64, 250, 299), number, 0)"),
    "rare_text": ("String", "if(number % 71 = 70, toString(number), '')"),
    "never": ("Int64", "0"),
    "last": ("UInt8", "number = 299"),
    "pair": ("Tuple(p UInt32, q String)", "(if(number = 100, 7, 0), toString(number))"),
    "date": ("Date", "if(number = 128, toDate('2024-02-29'), toDate(0))"),
}
# NULL is the default of a Nullable, where the table's settings let it be sparse.
SPARSE_NULLS = {
    "id": ("UInt64", "number"),
    "rare": ("Nullable(UInt32)", "if(number in (5, 63, 64, 250, 299), number % 250, NULL)"),
    "rare_text": ("Nullable(String)", "if(number % 71 = 70, if(number = 70, '', toString(number)), NULL)"),
    "never": ("Nullable(Int64)", "NULL"),
    "dense": ("Nullable(Int16)", "if(number % 3 = 0, NULL, number % 5)"),
    "pair": ("Tuple(p Nullable(UInt32), q String)", "(if(number = 100, 7, NULL), toString(number))"),
    "list": ("Array(Nullable(Int8))", "if(number = 7, [NULL, 1], [])"),
}
LONG = {"id": ("UInt64", "number"), "l" * 140: ("String", "toString(number)"),
        "`we ird.é`": ("Int16", "number"), "`x.y`": ("Array(String)", "[toString(number)]")}
NESTS = {"id": ("UInt64", "number"), "n": ("Nested(k UInt8, v String)", None)}


def columns_of(table):
    return ", ".join("%s %s" % (name, kind) for name, (kind, _) in table.items())


def values_of(table):
    return ", ".join(value for _, value in table.values() if value)


TABLES = [
    # name, columns, settings, clauses, rows
    ("scalars_wide", SCALARS, WIDE, "", 300),
    ("scalars_classic", SCALARS, WIDE + CLASSIC, "", 300),
    ("scalars_compact", SCALARS, COMPACT, "", 150),
    ("scalars_one_row", SCALARS, COMPACT, "", 1),
    ("nested_wide", NESTED, WIDE, "", 200),
    ("nested_compact", NESTED, COMPACT, "", 200),
    ("nested_mrk3", NESTED, COMPACT + CLASSIC + (", write_marks_for_substreams_in_compact_parts=0,"
     " compress_per_column_in_compact_parts=0" if MODERN else ""), "", 100),
    ("dictionary_wide", DICTIONARY, WIDE, "", 300),
    ("dictionary_compact", DICTIONARY, COMPACT, "", 300),
    ("sparse_wide", SPARSE, WIDE + ", ratio_of_defaults_for_sparse_serialization=0.5", "", 300),
    ("sparse_compact", SPARSE, COMPACT + ", ratio_of_defaults_for_sparse_serialization=0.5", "", 300),
    ("names", LONG, WIDE, "", 20),
    ("nests", NESTS, WIDE, "", 100),
    ("no_granule_rows", {k: DICTIONARY[k] for k in ("id", "grows", "array")},
     WIDE + ", index_granularity_bytes=0", "", 300),
    ("partitioned", {"id": SCALARS["id"], "d": ("Date", "toDate('2024-01-01') + number % 20"), "s": SCALARS["s"]},
     WIDE, "PARTITION BY (toYYYYMM(d), s = 'x')", 50),
    ("indexed", {"id": SCALARS["id"], "s": ("String", "toString(number * 31)"), "n": ("Nullable(Int32)",
     "if(number % 3 = 0, NULL, number)"), "d": ("Date", "toDate(number)"), "lc": ("LowCardinality(String)",
     "toString(intDiv(number, 40))"), "e": ("Decimal(9, 2)", "toDecimal32(number, 2)")},
     WIDE, "", 300),
]
if MODERN:
    TABLES += [
        ("sparse_nulls_" + kind, SPARSE_NULLS, settings + ", ratio_of_defaults_for_sparse_serialization=0.5,"
         " nullable_serialization_version='allow_sparse'" + more, "", 300)
        for kind, settings, more in (("wide", WIDE, ""), ("compact", COMPACT, ""), ("outer", WIDE,
         ", propagate_types_serialization_versions_to_nested_types=0"))
    ]
INDICES = [("mm", "n", "minmax"), ("ms", "(s, d)", "minmax"), ("sn", "n", "set(40)"), ("sn0", "n", "set(100)"),
           ("ss", "s", "set(100)"), ("bs", "s", "bloom_filter(0.01)"), ("bn", "n", "bloom_filter"),
           ("bd", "d", "bloom_filter(0.001)"), ("bl", "lc", "bloom_filter(0.1)")]
JSON = ("SETTINGS output_format_json_quote_64bit_integers=1, output_format_json_quote_decimals=1,"
        " output_format_json_named_tuples_as_objects=0")


def make(session, root, name, table, settings, clauses, rows):
    columns = columns_of(table)
    if name == "indexed":
        columns += "".join(", INDEX %s %s TYPE %s GRANULARITY 2" % index for index in INDICES)
    session.query("CREATE TABLE d.%s (%s) ENGINE = MergeTree %s ORDER BY id SETTINGS %s"
                  % (name, columns, clauses, settings))
    if name == "nests":
        values = "number, arrayMap(x -> x, range(number % 4)), arrayMap(x -> toString(x), range(number % 4))"
    else:
        values = values_of(table)
    session.query("INSERT INTO d.%s SELECT %s FROM numbers(%d) SETTINGS low_cardinality_max_dictionary_size=40,"
                  " low_cardinality_use_single_dictionary_for_part=0" % (name, values, rows))


def keep(session, path, root, table, name, columns="*"):
    folder = os.path.realpath(os.path.join(path, "data", "d", table))
    part = str(session.query("SELECT min(_part) FROM d.%s" % table, "TSVRaw")).strip()
    to = os.path.join(root, name)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(os.path.join(folder, part), to)
    text = str(session.query("SELECT %s FROM d.%s WHERE _part = '%s' ORDER BY id %s, apply_deleted_mask=0"
                             % (columns, table, part, JSON), "JSONEachRow"))
    with open(to + ".jsonl", "w", encoding="utf-8") as out:
        out.write(text)


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts", VERSION)
    os.makedirs(root, exist_ok=True)
    path = tempfile.mkdtemp()
    session = Session(path)
    session.query("SET allow_suspicious_low_cardinality_types=1")
    session.query("CREATE DATABASE d ENGINE = Atomic")
    wanted = sys.argv[2:]
    for name, table, settings, clauses, rows in TABLES:
        if wanted and name not in wanted:
            continue
        make(session, root, name, table, settings, clauses, rows)
        keep(session, path, root, name, name)
    if not wanted or "deletes" in wanted:
        session.query("CREATE TABLE d.deletes (id UInt64, s String) ENGINE = MergeTree ORDER BY id SETTINGS %s" % WIDE)
        session.query("INSERT INTO d.deletes SELECT number, toString(number) FROM numbers(200)")
        session.query("DELETE FROM d.deletes WHERE id % 7 = 0 SETTINGS mutations_sync=2")
        keep(session, path, root, "deletes", "deletes", "*, _row_exists")
    if hasattr(session, "close"):
        session.close()
    shutil.rmtree(path, ignore_errors=True)


main()
