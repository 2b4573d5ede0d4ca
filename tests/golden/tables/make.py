#!/usr/bin/env python3
"""Writes the ClickHouse data path of golden tables with a real ClickHouse: make.py FOLDER, with chdb on PYTHONPATH.

Each table holds rows whose values follow from a row number, so that a test can tell what must come back. Parts that an ALTER left
behind are kept as they are (merges and mutations are stopped), which is what a reader meets on a live table.
"""
import os
import shutil
import sys

TABLES = {
    # 5,000 rows, granules of 100 rows, two key columns, NULLs in a filtered column, three partitions.
    "ordered": [
        """CREATE TABLE d.ordered (a Int32, b Int32, n Nullable(Int32), s String, l LowCardinality(String), f Float64, e Enum8('x' = -1, 'y' = 1),
           d Date, m Int16, INDEX i_n n TYPE minmax GRANULARITY 2, INDEX i_s s TYPE bloom_filter(0.01) GRANULARITY 1, INDEX i_l l TYPE set(10) GRANULARITY 3,
           INDEX i_m m TYPE set(10) GRANULARITY 3)
           ENGINE = MergeTree PARTITION BY toYYYYMM(d) ORDER BY (a, b)
           SETTINGS index_granularity = 100, min_bytes_for_wide_part = {wide}""",
        """INSERT INTO d.ordered SELECT intDiv(number, 250), number % 250, if(number % 7 = 0, NULL, number), concat('s', toString(number % 1000)),
           concat('l', toString(intDiv(number, 500))), if(number % 97 = 0, nan, number / 4), if(number % 2 = 0, 'x', 'y'),
           toDate('2024-01-01') + intDiv(number, 80), intDiv(number, 500) FROM numbers(5000)""",
    ],
    # Columns added, retyped and left behind by ALTER after the first part was written.
    "evolved": [
        """CREATE TABLE d.evolved (k UInt32, i Int16, t String, lc LowCardinality(String), e Enum8('a' = 1), dec Decimal(9, 2), dt DateTime('UTC'), gone String,
           `n.x` Array(UInt8)) ENGINE = MergeTree ORDER BY k SETTINGS index_granularity = 64, min_bytes_for_wide_part = {wide}""",
        """INSERT INTO d.evolved SELECT number, number - 50, toString(number), toString(number % 3), 'a', number / 4, number * 1000, 'g',
           range(number % 4) FROM numbers(200)""",
        "SYSTEM STOP MERGES d.evolved",
        "ALTER TABLE d.evolved DROP COLUMN gone SETTINGS alter_sync = 0, mutations_sync = 0",
        """ALTER TABLE d.evolved ADD COLUMN `n.y` Array(String), ADD COLUMN c1 UInt8 DEFAULT 7, ADD COLUMN c2 String DEFAULT 'it''s',
           ADD COLUMN c3 Nullable(Int64) DEFAULT NULL, ADD COLUMN c4 Array(Int8) DEFAULT [1, -2], ADD COLUMN c5 Enum8('p' = 5, 'q' = -6),
           ADD COLUMN c6 Decimal(10, 2) DEFAULT 1.15, ADD COLUMN c7 Date DEFAULT '2020-01-31', ADD COLUMN c8 LowCardinality(Nullable(String)) DEFAULT 'w',
           ADD COLUMN c9 Map(String, UInt8) DEFAULT map('m', 1), ADD COLUMN c10 Int64 DEFAULT k + 1, ADD COLUMN c11 Bool DEFAULT true,
           ADD COLUMN c12 Tuple(Int8, String) DEFAULT (3, 'z'), ADD COLUMN c13 DateTime64(3, 'UTC') DEFAULT '2020-01-01 00:00:01.5',
           ADD COLUMN c14 UInt16 DEFAULT CAST('300', 'UInt16'), ADD COLUMN c15 Float32 DEFAULT -0.5, ADD COLUMN c16 Int64 ALIAS k + 2
           SETTINGS alter_sync = 0, mutations_sync = 0""",
        """ALTER TABLE d.evolved MODIFY COLUMN i Int64, MODIFY COLUMN t LowCardinality(String), MODIFY COLUMN lc String
           SETTINGS alter_sync = 0, mutations_sync = 0""",
        """ALTER TABLE d.evolved MODIFY COLUMN e Enum8('a' = 1, 'b' = 2), MODIFY COLUMN dec Decimal(18, 4),
           MODIFY COLUMN dt DateTime64(3, 'UTC') SETTINGS alter_sync = 0, mutations_sync = 0""",
    ],
    # Rows deleted by a lightweight DELETE: every third, and all of some granules.
    "deleted": [
        """CREATE TABLE d.deleted (k UInt32, s String) ENGINE = MergeTree ORDER BY k
           SETTINGS index_granularity = 50, min_bytes_for_wide_part = {wide}""",
        "INSERT INTO d.deleted SELECT number, toString(number) FROM numbers(1000)",
        "DELETE FROM d.deleted WHERE k % 3 = 0 OR (k >= 400 AND k < 500)",
    ],
    "k ey`s": [
        """CREATE TABLE d.`k ey\\`s` (ts DateTime('UTC'), v Int32) ENGINE = MergeTree ORDER BY (toDate(ts), -v)
           SETTINGS index_granularity = 50, min_bytes_for_wide_part = {wide}""",
        "INSERT INTO d.`k ey\\`s` SELECT toDateTime('2024-01-01 00:00:00', 'UTC') + number * 600, number % 100 FROM numbers(2000)",
    ],
}


def write(folder):
    from chdb.session import Session  # starts threads, which a fork would lose

    session = Session(folder)
    session.query("CREATE DATABASE d ENGINE = Atomic")
    for number, statements in enumerate(TABLES.values()):
        for statement in statements:
            wide = 0 if number % 2 == 0 else 1 << 30
            session.query(statement.replace("{wide}", str(wide)))
    session.query("SYSTEM STOP MERGES")


def clean(folder):
    """Keeps database d alone, and no link that leads to where the folder was written."""
    own = open(os.path.join(folder, "metadata", "d.sql")).read().split("'")[1]
    texts = os.path.join(folder, "store", own[:3], own)
    stored = {own} | {open(os.path.join(texts, name)).read().split("'")[1] for name in os.listdir(texts)}
    for name in set(os.listdir(folder)) - {"metadata", "data", "store"}:
        path = os.path.join(folder, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    for top in ("metadata", "data"):
        for name in set(os.listdir(os.path.join(folder, top))) - {"d", "d.sql"}:
            path = os.path.join(folder, top, name)
            os.remove(path) if os.path.islink(path) or not os.path.isdir(path) else shutil.rmtree(path)
    for start, folders, _ in os.walk(os.path.join(folder, "store")):
        for name in list(folders):
            if len(name) == 36 and name not in stored:
                shutil.rmtree(os.path.join(start, name))
                folders.remove(name)
    for link in [os.path.join(folder, "metadata", "d")] + [
        os.path.join(folder, "data", "d", name) for name in os.listdir(os.path.join(folder, "data", "d"))
    ]:
        if os.path.islink(link) and os.readlink(link).startswith("/"):
            os.remove(link)


def main():
    folder = sys.argv[1]
    shutil.rmtree(folder, ignore_errors=True)
    child = os.fork()
    if child == 0:
        write(folder)
        os._exit(0)
    os.waitpid(child, 0)
    clean(folder)


main()
