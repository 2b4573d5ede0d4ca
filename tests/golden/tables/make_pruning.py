#!/usr/bin/env python3
"""Makes tests/golden/tables/pruning-VERSION/NAME with a real ClickHouse: tables whose small files tell less, or other things, than they seem to.

make_pruning.py VERSION [NAME...] needs chdb VERSION below $CHSPARK_CACHE/peers (see docs/hacking.md). Values follow from the row number `i`.
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

SETTINGS = "index_granularity=4, index_granularity_bytes=0, min_bytes_for_wide_part=0, allow_nullable_key=1"
TABLES = {
    # Granules 1, nan, 5 under one entry: the entry says 5 to 5.
    "nan_between": ("i UInt32, x Float64, INDEX a x TYPE minmax GRANULARITY 3", "", "i, multiIf(i < 4, 1, i < 8, nan, 5)", 12),
    # NULL is in no entry of a LowCardinality.
    "null_in_dictionary": ("i UInt32, x LowCardinality(Nullable(Int32)), INDEX a x TYPE minmax GRANULARITY 1", "",
                           "i, if(i % 2 = 0, NULL, i)", 12),
    # Sets of NULL and one number, and from the third granule on of more than they may hold.
    "set_of_dictionary": ("i UInt32, x LowCardinality(Nullable(Int32)), INDEX a x TYPE set(2) GRANULARITY 1", "",
                          "i, if(i % 2 = 0, NULL, if(i < 8, intDiv(i, 4), i))", 16),
    "by_modulo": ("i UInt32, x Int32", "PARTITION BY x % 3", "i, toInt32(i) * 2 - 9", 10),
    "by_terms": ("i UInt32, x UInt16, d Date", "PARTITION BY (intDiv(x, 10), toYYYYMM(d) % 5, toMonday(d) != d)", "i, i * 3, toDate(i * 40)", 4),
    "by_month": ("i UInt32, x Int64, d DateTime('UTC')", "PARTITION BY (toYYYYMM(d) % 5, x % 1000)", "i, toInt64(i) - 3, i * 4000000", 6),
    # No column whose bytes tell how many rows a granule has.
    "strings_alone": ("i String, x LowCardinality(String)", "", "toString(i), toString(i % 3)", 10),
    # What toDate makes of a DateTime64 bounds nothing, but the key's second column does.
    "by_day": ("i UInt32, x DateTime64(3, 'UTC')", "ORDER BY (toDate(x), i)", "i, toDateTime64(intDiv(i, 8) * 100000, 3, 'UTC')", 16),
    # Values that are texts in Spark, sorted by number, or by their second half.
    "by_uuid": ("i UInt32, x UUID", "ORDER BY x", "i, toUUID(concat(leftPad(hex(toUInt32(i * 2654435761)), 8, '0'), '-1111-4111-8111-', "
                "leftPad(toString(i * 7919 % 64), 12, '0')))", 64),
    "by_name_and_address": ("i UInt32, x Enum8('z' = -1, 'a' = 5, 'm' = 9, 'unused' = 11), a IPv6, v IPv4", "ORDER BY (x, a, v)",
                            "i, ['z', 'a', 'm'][i % 3 + 1], toIPv6(concat('2001:db8::', hex(i * 7919 % 64))), "
                            "toIPv4(toUInt32(i * 1000003))", 64),
    # Digits that a timestamp of Spark has no place for; all zero.
    "by_nanos": ("i UInt32, x DateTime64(9, 'UTC')", "ORDER BY x", "i, toDateTime64('2024-01-01 00:00:00', 9, 'UTC') + i * 3600", 64),
    # Columns that no part has, and types that are shown only.
    "computed": ("i UInt32, x Int32, same Int64 ALIAS x, seven UInt8 ALIAS 7, `sum` Int64 ALIAS x + 1, twice UInt64 MATERIALIZED i * 2, "
                 "gone String EPHEMERAL, state AggregateFunction(sum, UInt64)", "",
                 "i, toInt32(i) - 2, arrayReduce('sumState', [toUInt64(i)])", 5),
}


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pruning-" + VERSION)
    wanted = sys.argv[2:] or list(TABLES)
    root = tempfile.mkdtemp()
    session = Session(root)
    session.query("SET allow_suspicious_low_cardinality_types=1")
    session.query("CREATE DATABASE d")
    for name, (columns, clauses, values, rows) in ((name, TABLES[name]) for name in wanted):
        keys = clauses if "ORDER BY" in clauses else clauses + " ORDER BY i"
        shutil.rmtree(f"{here}/{name}", ignore_errors=True)
        session.query(f"CREATE TABLE d.{name} ({columns}) ENGINE=MergeTree {keys} SETTINGS {SETTINGS}")
        session.query(f"INSERT INTO d.{name} SELECT {values} FROM (SELECT number AS i FROM numbers({rows}))")
        data = next(path for path in (f"{root}/data/d/{name}", f"{root}/d/{name}") if os.path.isdir(path))
        os.makedirs(f"{here}/{name}")
        for part in sorted(os.listdir(data)):
            if os.path.isdir(f"{data}/{part}") and part != "detached":
                shutil.copytree(f"{data}/{part}", f"{here}/{name}/{part}")
        shutil.copy(f"{root}/metadata/d/{name}.sql", f"{here}/{name}/table.sql")
    shutil.rmtree(root)


main()
