"""Writes Arrow IPC files with pyarrow, for store_arrow.py: arrow_peer.py FOLDER.

FOLDER/cases.json has "rows" and "cases": each a file, the columns of the table to import it into, and either the rows that the table must
have then ("slice" of the rows, or "rows") or the words of the error.
"""

import datetime
import decimal
import json
import sys
import uuid
from pathlib import Path

import pyarrow as pa

ROWS = 3000


def values() -> dict[str, tuple[pa.Array, str, list]]:
    """By column: the array, the type of the table's column, and what a row's JSON has."""
    numbers = [None if row % 7 == 0 else row - 1500 for row in range(ROWS)]
    words = [None if row % 5 == 0 else "word" * (row % 9) + str(row) for row in range(ROWS)]
    kinds = [["a", "b", "Straße", None][row % 4] for row in range(ROWS)]
    lists = [None if row % 11 == 0 else [row, None][: row % 3] for row in range(ROWS)]
    return {
        "i32": (pa.array(numbers, pa.int32()), "Nullable(Int32)", numbers),
        "i64": (pa.array(range(ROWS), pa.int64()), "Int64", list(range(ROWS))),
        "u16": (pa.array(range(ROWS), pa.uint16()), "UInt16", list(range(ROWS))),
        "f64": (pa.array([row / 8 for row in range(ROWS)], pa.float64()), "Float64", [row / 8 for row in range(ROWS)]),
        "flag": (pa.array([row % 3 == 0 for row in range(ROWS)]), "Bool", [row % 3 == 0 for row in range(ROWS)]),
        "text": (pa.array(words, pa.string()), "Nullable(String)", words),
        "large": (pa.array(words, pa.large_string()), "Nullable(String)", words),
        "view": (pa.array(words, pa.string_view()), "Nullable(String)", words),
        "bytes": (pa.array([word and word.encode() for word in words], pa.binary()), "Nullable(String)", words),
        "fixed": (pa.array([f"{row:04}".encode() for row in range(ROWS)], pa.binary(4)), "FixedString(4)", [f"{row:04}" for row in range(ROWS)]),
        "kind": (pa.array(kinds).dictionary_encode(), "LowCardinality(Nullable(String))", kinds),
        "small_kind": (pa.DictionaryArray.from_arrays(pa.array([row % 2 for row in range(ROWS)], pa.int8()), pa.array(["x", "y"])),
                       "Enum8('x' = 1, 'y' = 2)", ["xy"[row % 2] for row in range(ROWS)]),
        "amount": (pa.array([decimal.Decimal(row - 9) / 100 for row in range(ROWS)], pa.decimal128(15, 2)), "Decimal(15, 2)",
                   [(row - 9) / 100 for row in range(ROWS)]),
        "day": (pa.array([datetime.date(2024, 1, 1) + datetime.timedelta(row) for row in range(ROWS)]), "Date32",
                [str(datetime.date(2024, 1, 1) + datetime.timedelta(row)) for row in range(ROWS)]),
        "at": (pa.array([datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=row) for row in range(ROWS)], pa.timestamp("ms", "UTC")),
               "DateTime64(3, 'UTC')", [f"{datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=row)}.000" for row in range(ROWS)]),
        "id": (pa.array([uuid.UUID(int=row).bytes for row in range(ROWS)], pa.binary(16)), "UUID", None),
        "list": (pa.array([[] if entry is None else entry for entry in lists], pa.list_(pa.int64())), "Array(Nullable(Int64))",
                 [[] if entry is None else entry for entry in lists]),
        "large_list": (pa.array([["w"] * (row % 4) for row in range(ROWS)], pa.large_list(pa.string())), "Array(String)",
                       [["w"] * (row % 4) for row in range(ROWS)]),
        "pair": (pa.array([[row, -row] for row in range(ROWS)], pa.list_(pa.int32(), 2)), "Array(Int32)", [[row, -row] for row in range(ROWS)]),
        "map": (pa.array([[("k", row)] for row in range(ROWS)], pa.map_(pa.string(), pa.int32())), "Map(String, Int32)",
                [{"k": row} for row in range(ROWS)]),
        "both": (pa.array([{"a": row, "b": str(row)} for row in range(ROWS)], pa.struct([("a", pa.int32()), ("b", pa.string())])),
                 "Tuple(a Int32, b String)", [{"a": row, "b": str(row)} for row in range(ROWS)]),
        "kinds": (pa.array([["a", "b", "c"][: row % 4] for row in range(ROWS)], pa.list_(pa.dictionary(pa.int32(), pa.string()))),
                  "Array(LowCardinality(String))", [["a", "b", "c"][: row % 4] for row in range(ROWS)]),
    }


def table_of(columns: dict, names: list[str]) -> pa.Table:
    fields, arrays = [], []
    for name in names:
        array, type_, _ = columns[name]
        metadata = {"ARROW:extension:name": "arrow.uuid", "ARROW:extension:metadata": ""} if type_ == "UUID" else None
        nullable = "Nullable" in type_ and not type_.startswith("Array")
        fields.append(pa.field(name, array.type, nullable=nullable, metadata=metadata))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def write(path: Path, table: pa.Table, is_file: bool, rows: int, compression: str | None) -> None:
    options = pa.ipc.IpcWriteOptions(compression=compression, unify_dictionaries=is_file)
    with pa.OSFile(str(path), "wb") as sink, (pa.ipc.new_file if is_file else pa.ipc.new_stream)(sink, table.schema, options=options) as writer:
        for batch in table.to_batches(max_chunksize=rows):
            writer.write_batch(batch)


def good_cases(folder: Path, rows_of_all: list) -> list[dict]:
    columns = values()
    names = [name for name in columns]
    table = table_of(columns, names)
    rows_of_all += [[columns[name][2][row] if columns[name][2] else str(uuid.UUID(int=row)) for name in names] for row in range(ROWS)]
    cases = []
    for is_file in (False, True):
        for compression in (None, "lz4", "zstd"):
            for rows in (ROWS, 700):
                path = folder / f"{'file' if is_file else 'stream'}-{compression}-{rows}.arrow"
                write(path, table, is_file, rows, compression)
                cases.append({"file": path.name, "columns": [[name, columns[name][1]] for name in names], "slice": [0, ROWS]})
    # A slice begins inside of its arrays.
    write(folder / "slice.arrow", table.slice(1001, 500), False, 200, None)
    cases.append({"file": "slice.arrow", "columns": cases[0]["columns"], "slice": [1001, 1501]})
    write(folder / "none.arrow", table.slice(0, 0), False, 200, None)
    cases.append({"file": "none.arrow", "columns": cases[0]["columns"], "slice": [0, 0]})
    # Compressed blocks of more than 64 KiB refer to the ones before them.
    long = pa.table({"text": pa.array([str(row) * 60 for row in range(20000)])}, schema=pa.schema([pa.field("text", pa.string(), nullable=False)]))
    write(folder / "long.arrow", long, False, 20000, "lz4")
    cases.append({"file": "long.arrow", "columns": [["text", "String"]], "rows": [[str(row) * 60] for row in range(20000)]})
    # Another dictionary takes the place of the first.
    kind = pa.schema([pa.field("kind", pa.dictionary(pa.int32(), pa.string()), nullable=False)])
    with pa.OSFile(str(folder / "replaced.arrow"), "wb") as sink, pa.ipc.new_stream(sink, kind) as writer:
        for words in (["a", "b"], ["c", "b", "a"]):
            writer.write_batch(pa.record_batch([pa.array(words).dictionary_encode()], schema=kind))
    cases.append({"file": "replaced.arrow", "columns": [["kind", "String"]], "rows": [["a"], ["b"], ["c"], ["b"], ["a"]]})
    return cases


def bad_cases(folder: Path) -> list[dict]:
    number = pa.table({"n": pa.array(range(100), pa.int64())}, schema=pa.schema([pa.field("n", pa.int64(), nullable=False)]))
    wanted = [["n", "Int64"]]

    def case(name: str, content: bytes, error: str, columns: list | None = None) -> dict:
        (folder / name).write_bytes(content)
        return {"file": name, "columns": columns or wanted, "error": error}

    def bytes_of(table: pa.Table, is_file: bool = False, **options) -> bytes:
        path = folder / "made"
        with pa.OSFile(str(path), "wb") as sink, (pa.ipc.new_file if is_file else pa.ipc.new_stream)(
                sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(table)
        return path.read_bytes()

    stream, file = bytes_of(number), bytes_of(number, True)
    delta = folder / "made"
    kind = pa.schema([pa.field("n", pa.dictionary(pa.int32(), pa.string()), nullable=False)])
    with pa.OSFile(str(delta), "wb") as sink, pa.ipc.new_stream(
            sink, kind, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as writer:
        for words in (["a"], ["a", "b"]):
            writer.write_batch(pa.record_batch([pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(words))], schema=kind))
    cases = [
        case("delta.arrow", delta.read_bytes(), "delta", [["n", "String"]]),
        case("cut.arrow", stream[:-8], "end marker"),
        case("cut2.arrow", stream[: len(stream) // 2], "ends inside"),
        case("cut-file.arrow", file[:-6], "cut off"),
        case("text.arrow", b"n\n1\n2\n", "no Arrow IPC stream"),
        case("empty.arrow", b"", "end marker"),
        case("half.arrow", bytes_of(pa.table({"n": pa.array([1.5], pa.float16())})), "no column type takes"),
        case("other.arrow", bytes_of(number.append_column("m", number["n"])), "'m'"),
        case("text-for-number.arrow", bytes_of(pa.table({"n": ["a"]})), "'n'"),
        case("null.arrow", bytes_of(pa.table({"n": pa.array([1, None])})), "'n'"),
        case("big.arrow", bytes_of(pa.table({"n": pa.array([2**63], pa.uint64())})), "'n'"),
        case("union.arrow", bytes_of(pa.table({"n": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])})), "'n'"),
    ]
    delta.unlink()
    return cases


def main() -> int:
    folder = Path(sys.argv[1])
    rows: list = []
    cases = good_cases(folder, rows) + bad_cases(folder)
    (folder / "cases.json").write_text(json.dumps({"rows": rows, "cases": cases}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
