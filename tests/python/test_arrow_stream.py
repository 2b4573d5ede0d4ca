"""The Arrow streams of libch.so, imported by pyarrow, against what the ClickHouse that wrote the table says itself.

Usage: test_arrow_stream.py [BUILD_FOLDER]    (default build/dev; libch.so is taken from there)
"""

import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import libch

libch.use_peer("tools")
libch.use_peer("chdb")
import pyarrow  # noqa: E402
from chdb.session import Session as ClickHouse  # noqa: E402

ROWS = 30_000
# name, type, value of row `number`; the extremes of each type stand in the first rows.
COLUMNS = (
    ("id", "UInt64", "number"),
    ("b", "Bool", "number % 3 = 0"),
    ("i8", "Int8", "number - 128"),
    ("i16", "Int16", "number * 7 - 32768"),
    ("i32", "Int32", "if(number = 0, -2147483648, number * -77)"),
    ("i64", "Int64", "if(number = 0, -9223372036854775808, cityHash64(number))"),
    ("u8", "UInt8", "number"),
    ("u16", "UInt16", "number * 3"),
    ("u32", "UInt32", "if(number = 0, 4294967295, number)"),
    ("u64", "UInt64", "if(number = 0, 18446744073709551615, cityHash64(number))"),
    ("i128", "Int128", "toInt128(cityHash64(number)) * -1000000007"),
    ("i256", "Int256", "toInt256(cityHash64(number)) * -1000000007"),
    ("f32", "Float32", "number / 3"),
    ("f64", "Float64", "if(number = 1, inf, number / 7)"),
    ("d9", "Decimal(9, 2)", "toDecimal32(toInt32(number) - 100, 2) / 8"),
    ("d18", "Decimal(18, 4)", "toDecimal64(number, 4) / -3"),
    ("d38", "Decimal(38, 10)", "toDecimal128(cityHash64(number), 10)"),
    ("d76", "Decimal(76, 20)", "toDecimal256(cityHash64(number), 20)"),
    ("s", "String", "if(number % 100 = 0, '', concat('é', toString(number)))"),
    ("long", "String", "repeat('ab', number % 300)"),
    ("fs", "FixedString(5)", "toString(number % 10000)"),
    ("uuid", "UUID", "reinterpretAsUUID(reverse(concat(toString(1e9 + number), 'abcdef')))"),
    ("ip4", "IPv4", "toIPv4(toUInt32(cityHash64(number)))"),
    ("ip6", "IPv6", "toIPv6(concat('2001:db8::', hex(number % 60000)))"),
    ("e8", "Enum8('a' = -128, 'b' = 5, 'ü' = 127)", "arrayElement(['a', 'b', 'ü'], number % 3 + 1)"),
    ("e16", "Enum16('x' = -1000, 'y' = 2000)", "if(number % 2 = 0, 'x', 'y')"),
    ("dt", "Date", "toDate(number * 2)"),
    ("dt32", "Date32", "toDate32('1900-01-01') + number"),
    ("ts", "DateTime('UTC')", "toDateTime(number * 100000, 'UTC')"),
    ("tz", "DateTime('Asia/Tokyo')", "toDateTime(number * 100000, 'Asia/Tokyo')"),
    ("t3", "DateTime64(3, 'UTC')", "toDateTime64('1900-01-01 00:00:00', 3, 'UTC') + number * 1000 + 0.125"),
    ("t6", "DateTime64(6, 'UTC')", "toDateTime64('1969-12-31 23:59:59', 6, 'UTC') + number / 8"),
    ("lc", "LowCardinality(String)", "toString(number % 1000)"),
    ("lcn", "LowCardinality(Nullable(String))", "if(number % 4 = 0, NULL, toString(number % 100))"),
    ("n", "Nullable(Int64)", "if(number % 3 = 0, NULL, number)"),
    ("nb", "Nullable(Bool)", "if(number % 5 = 0, NULL, number % 2)"),
    ("ns", "Nullable(String)", "if(number % 7 = 0, NULL, toString(number))"),
    ("ndt", "Nullable(Date)", "if(number % 7 = 0, NULL, toDate(number))"),
    ("nall", "Nullable(Float64)", "NULL"),
    ("a", "Array(Int32)", "range(number % 5)"),
    ("an", "Array(Nullable(String))", "[NULL, toString(number), '']"),
    ("ad", "Array(Array(Date))", "[[toDate(number)], [], [toDate(1), toDate(2)]]"),
    ("al", "Array(LowCardinality(String))", "[toString(number % 7), 'x']"),
    ("m", "Map(String, UInt32)", "map('k', number, toString(number), 1)"),
    ("tu", "Tuple(x Int32, y Nullable(String))", "(number, if(number % 2 = 0, NULL, toString(number)))"),
)
NAMES = [name for name, _, _ in COLUMNS]


def make_table(folder: str) -> ClickHouse:
    """One table in two parts, each with its own granules."""
    clickhouse = ClickHouse(folder)
    clickhouse.query("CREATE DATABASE d")
    columns = ", ".join(f"{name} {type_}" for name, type_, _ in COLUMNS)
    clickhouse.query(
        f"CREATE TABLE d.t ({columns}) ENGINE = MergeTree ORDER BY id SETTINGS index_granularity = 1000"
    )
    clickhouse.query("SYSTEM STOP MERGES d.t")
    values = ", ".join(f"CAST({value}, $${type_}$$)" for _, type_, value in COLUMNS)
    for first, count in ((0, ROWS - 500), (ROWS - 500, 500)):
        clickhouse.query(f"INSERT INTO d.t SELECT {values} FROM numbers({first}, {count})")
    return clickhouse


# All columns of a wider table, in batches that are full, in a process that does nothing else: argv is python/, libch.so,
# the table, the budget. Prints rows, the largest batch, the budget's own peak, and how far the process grew above its start.
SCAN_IN_A_PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import libch
libch.use_peer("tools")
import pyarrow

def kib(field):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(field))

def scan(names, batch_rows):
    session = libch.Session(sys.argv[2], {"memory_bytes": int(sys.argv[4])})
    query = session.execute(
        {"node": "scan", "table": sys.argv[3], "columns": names, "options": {"batch_rows": batch_rows}}
    )
    rows = largest = 0
    for batch in query.read():
        rows, largest = rows + batch.num_rows, max(largest, batch.num_rows)
    peak = query.metrics().memory_peak_bytes
    query.close()
    session.close()
    return rows, largest, peak

scan(["id"], 1000)
names = [column["name"] for column in libch.Session(sys.argv[2]).describe(sys.argv[3])["columns"]]
before = kib("VmRSS")
print(*scan(names, 65_536), (kib("VmHWM") - before) << 10)
"""


def plain(value):
    """One form for a value that two libraries give as text or bytes, or with and without a marked type."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def clickhouse_values(clickhouse: ClickHouse, name: str, type_: str) -> list:
    """A column as ClickHouse exports it, in the order of the key; types that Arrow output lacks as text."""
    if type_.startswith("DateTime("):  # Arrow output has it as a number
        name = f"toDateTime64({name}, 0, {type_[9:-1]})"
    as_text = type_ in ("UUID", "IPv6", "Int128", "Int256") or type_.startswith("Enum") or type_ == "Decimal(76, 20)"
    expression = f"toString({name})" if as_text else f"toUInt32({name})" if type_ == "IPv4" else name
    settings = "output_format_arrow_string_as_string = 1, output_format_arrow_use_64_bit_indexes_for_dictionary = 0"
    result = clickhouse.query(f"SELECT {expression} AS v FROM d.t ORDER BY id SETTINGS {settings}", "Arrow")
    return pyarrow.ipc.open_file(result.bytes()).read_all().column(0).to_pylist()


def our_values(session: libch.Session, path: str, name: str, type_: str) -> list:
    plan = {"node": "scan", "table": path, "columns": ["id"] + ([] if name == "id" else [name])}
    query = session.execute(plan)
    table = query.read().read_all()
    query.close()
    table.validate(full=True)
    values = table.sort_by("id").column(name).to_pylist()
    if type_ in ("Int128", "Int256"):
        return [str(int.from_bytes(value, "little", signed=True)) for value in values]
    if type_ == "IPv6":
        import ipaddress

        return [str(ipaddress.IPv6Address(value)) for value in values]
    if type_ == "UUID":
        return [str(value) for value in values]
    if type_ == "Decimal(76, 20)":
        return [format(value.normalize(), "f") for value in values]
    return values


def check_column(clickhouse, session, path, name, type_) -> None:
    expected = clickhouse_values(clickhouse, name, type_)
    found = our_values(session, path, name, type_)
    assert len(found) == len(expected) == ROWS, f"{len(found)} rows, expected {len(expected)}"
    for row, (ours, theirs) in enumerate(zip(found, expected)):
        assert plain(ours) == plain(theirs), f"row {row}: {ours!r}, ClickHouse says {theirs!r}"


def check_filter_and_splits(clickhouse, session, path) -> None:
    """A filter over all splits, run one by one, gives the rows that ClickHouse gives."""
    predicate = {
        "call": "AND",
        "args": [
            {"call": ">=", "args": [{"column": "id"}, {"literal": "9000", "type": "Decimal(20, 0)"}]},
            {"call": "IN", "args": [{"column": "lcn"}, {"literal": "1", "type": "String"}, {"literal": "42", "type": "String"}]},
        ],
    }
    scan = {"node": "scan", "table": path, "columns": ["n"]}
    plan = {"node": "filter", "predicate": predicate, "input": scan, "options": {"split_bytes": 100_000}}
    planned = session.plan(plan)
    assert len(planned["splits"]) > 2, planned
    assert planned["granules_selected"] < planned["granules"], planned
    found = []
    for split in planned["splits"]:
        query = session.execute(plan, split["id"])
        found += query.read().read_all().column("n").to_pylist()
        query.close()
    result = clickhouse.query("SELECT n FROM d.t WHERE id >= 9000 AND lcn IN ('1', '42') ORDER BY id", "Arrow")
    expected = pyarrow.ipc.open_file(result.bytes()).read_all().column(0).to_pylist()
    key = lambda value: -1 if value is None else value  # noqa: E731
    assert sorted(found, key=key) == sorted(expected, key=key)


def check_count_only(clickhouse, session, path) -> None:
    query = session.execute({"node": "scan", "table": path, "columns": []})
    assert sum(batch.num_rows for batch in query.read()) == ROWS


def check_limit(clickhouse, session, path) -> None:
    plan = {"node": "limit", "rows": 7, "input": {"node": "scan", "table": path, "columns": ["s"]}}
    split = session.plan(plan)["splits"][0]["id"]
    assert session.execute(plan, split).read().read_all().num_rows == 7


def check_batches_outlive_everything(clickhouse, session, path) -> None:
    own = libch.Session(LIBRARY)
    query = own.execute({"node": "scan", "table": path, "columns": ["s", "lc", "a"], "options": {"batch_rows": 100}})
    reader = query.read()
    batch = reader.read_next_batch()
    query.close()
    own.close()
    assert reader.read_next_batch().num_rows > 0
    del reader
    batch.validate(full=True)
    assert batch.column("s")[1].as_py() == "é1"


def check_memory_stays_within_the_budget(clickhouse, session, path) -> None:
    limit = 64 << 20
    own = libch.Session(LIBRARY, {"memory_bytes": limit})
    query = own.execute({"node": "scan", "table": path, "columns": NAMES, "options": {"batch_rows": 65_536}})
    rows = sum(batch.num_rows for batch in query.read())
    metrics = query.metrics()
    assert rows == ROWS == metrics.rows_returned
    assert 0 < metrics.memory_peak_bytes <= limit, metrics.memory_peak_bytes
    small = libch.Session(LIBRARY, {"memory_bytes": 100_000})
    query = small.execute({"node": "scan", "table": path, "columns": NAMES, "options": {"batch_rows": 65_536}})
    try:
        query.read().read_all()
        raise AssertionError("a scan went through a budget of 100,000 bytes")
    except MemoryError as error:
        assert "memory budget of 100000 bytes" in str(error), error


def check_the_process_grows_by_no_more_than_the_budget(clickhouse, session, path) -> None:
    rows, budget, beside_it = 200_000, 160 << 20, 16 << 20
    values = ", ".join(f"CAST({value}, $${type_}$$)" for _, type_, value in COLUMNS)
    clickhouse.query("CREATE TABLE d.wide AS d.t ENGINE = MergeTree ORDER BY id")
    clickhouse.query(f"INSERT INTO d.wide SELECT {values} FROM numbers({rows})")
    done = subprocess.run(
        [sys.executable, "-c", SCAN_IN_A_PROCESS, Path(__file__).parent, LIBRARY, path[:-1] + "wide", str(budget)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, largest, peak, grown = map(int, done.stdout.split())
    assert found == rows and 32_768 < largest <= 65_536, (found, largest)
    print(f"the process grew by {grown:,} bytes, its budget counted {peak:,}")
    assert peak <= budget and grown <= budget + beside_it, f"counted {peak:,} bytes, the process grew by {grown:,}"


def check_marks_count_against_the_budget(clickhouse, session, path) -> None:
    granules, columns, budget, beside_it = 100_000, 10, 64 << 20, 16 << 20
    names = ["id"] + [f"c{i}" for i in range(1, columns)]
    clickhouse.query(
        f"CREATE TABLE d.marks ({', '.join(f'{name} UInt8' for name in names)}) ENGINE = MergeTree ORDER BY tuple() "
        "SETTINGS index_granularity = 2, min_bytes_for_wide_part = 0"
    )
    clickhouse.query(
        f"INSERT INTO d.marks SELECT {', '.join('number % 7' for _ in names)} FROM numbers({2 * granules}) "
        f"SETTINGS max_block_size = {2 * granules}, min_insert_block_size_rows = {2 * granules}"
    )
    done = subprocess.run(
        [sys.executable, "-c", SCAN_IN_A_PROCESS, Path(__file__).parent, LIBRARY, path[:-1] + "marks", str(budget)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, _, peak, grown = map(int, done.stdout.split())
    assert found == 2 * granules
    print(f"{granules:,} granules of {columns} columns: the process grew by {grown:,} bytes, its budget counted {peak:,}")
    # A mark has two numbers of 8 bytes.
    assert 16 * granules * columns < peak <= budget, f"counted {peak:,} bytes"
    assert grown <= budget + beside_it, f"counted {peak:,} bytes, the process grew by {grown:,}"
    small = libch.Session(LIBRARY, {"memory_bytes": 4 << 20})
    try:
        small.execute({"node": "scan", "table": path[:-1] + "marks", "columns": names}).read().read_all()
        raise AssertionError("marks of over 16 MB went through a budget of 4 MiB")
    except MemoryError:
        pass


def check_cancel_within_one_batch(clickhouse, session, path) -> None:
    query = session.execute({"node": "scan", "table": path, "columns": NAMES, "options": {"batch_rows": 1000}})
    reader = query.read()
    assert reader.read_next_batch().num_rows <= 1000
    query.cancel()
    try:
        reader.read_next_batch()
        raise AssertionError("a batch came after the cancel")
    except OSError as error:
        assert "cancelled" in str(error), error


def check_errors_say_what_is_wrong(clickhouse, session, path) -> None:
    scan = {"node": "scan", "table": path, "columns": ["s"]}
    cases = (
        (3, "nowhere", {"node": "scan", "table": path + "/nowhere", "columns": []}),
        (3, '"zz"', {"node": "scan", "table": path, "columns": ["zz"]}),
        (4, "unknown field", {"node": "scan", "table": path, "columns": [], "x": 1}),
        (5, "SQRT", {"node": "filter", "predicate": {"call": "SQRT", "args": []}, "input": scan}),
        (5, "Int128", {"node": "scan", "table": path, "columns": ["i128"], "options": {"types": "spark"}}),
    )
    for code, said, plan in cases:
        try:
            session.execute(plan)
            raise AssertionError(f"taken: {plan}")
        except libch.Failure as failure:
            assert failure.code == code and said in str(failure), f"{failure.code}: {failure}"


def check_description(clickhouse, session, path) -> None:
    described = session.describe(path)
    assert [column["name"] for column in described["columns"]] == NAMES
    assert described["rows"] == ROWS and described["parts"] == 2
    assert described["statistics"]["id"] == {"min": "0", "max": str(ROWS - 1), "null_count": 0}
    assert "n" not in described["statistics"]


def main() -> int:
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        clickhouse = make_table(folder)
        path = f"{folder}/d/t"
        session = libch.Session(LIBRARY)
        cases = [(f"column {n} {t}", check_column, (n, t)) for n, t, _ in COLUMNS]
        cases += [(name, check, ()) for name, check in globals().items() if name.startswith("check_") and name != "check_column"]
        for name, check, arguments in cases:
            try:
                check(clickhouse, session, path, *arguments)
                passed += 1
            except Exception:  # every case is run and reported
                failed += 1
                print(f"FAILED {name}\n{traceback.format_exc(limit=-2)}", file=sys.stderr)
        session.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


LIBRARY = str((Path(sys.argv[1]) if len(sys.argv) > 1 else libch.ROOT / "build/dev").resolve() / "libch.so")

if __name__ == "__main__":
    sys.exit(main())
