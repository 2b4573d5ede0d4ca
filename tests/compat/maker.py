"""Runs inside a process that has one chdb version: makes the tables of a batch and writes down what ClickHouse itself answers.

maker.py FOLDER: FOLDER/batch.pickle holds the cases; the data path is FOLDER/data; answers go to FOLDER/<table>.<format>, and
FOLDER/result.json says of each table what was done, or the error that ClickHouse gave.
"""

import json
import pickle
import sys
from pathlib import Path

from chdb.session import Session

from table_case import ident

OUTPUTS = (("jsonl", "JSONEachRow"), ("csv", "CSV"))
QUERY_SETTINGS = {
    "mutations_sync": 2,
    "alter_sync": 2,
    "lightweight_deletes_sync": 2,
    "allow_suspicious_low_cardinality_types": 1,
    "allow_suspicious_codecs": 1,
    "allow_experimental_codecs": 1,
    "allow_suspicious_ttl_expressions": 1,
    "allow_suspicious_indices": 1,
    "allow_suspicious_primary_key": 1,
    "enable_time_time64_type": 1,
    "allow_experimental_bfloat16_type": 1,
    "allow_experimental_lightweight_delete": 1,
    "optimize_on_insert": 0,
    "flatten_nested": 0,
    "apply_patch_parts": 1,
    "enable_lightweight_update": 0,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    "output_format_json_named_tuples_as_objects": 1,
    "output_format_csv_serialize_tuple_into_separate_columns": 1,
    "output_format_json_escape_forward_slashes": 1,
    "max_threads": 1,
    "max_insert_threads": 1,
    "input_format_parallel_parsing": 0,
    "optimize_throw_if_noop": 0,
    "allow_deprecated_database_ordinary": 1,
    "use_legacy_to_time": 0,
    "optimize_read_in_order": 0,
    "check_query_single_value_result": 0,
}


class Database:
    def __init__(self, folder: Path):
        self.folder = folder
        self.session = Session(str(folder / "data"))
        self.version = self.run("SELECT version()").decode().strip()
        self.table_settings = set(self.column("SELECT name FROM system.merge_tree_settings"))
        self.known_settings = set(self.column("SELECT name FROM system.settings"))
        # Numbers only: old chdb replays SET from a file and loses the quotes of text.
        known = {name: value for name, value in QUERY_SETTINGS.items() if name in self.known_settings}
        self.run("SET " + ", ".join(f"{name} = {value}" for name, value in known.items()))
        self.run("CREATE DATABASE IF NOT EXISTS atomic ENGINE = Atomic")
        self.run("CREATE DATABASE IF NOT EXISTS ordinary ENGINE = Ordinary")

    def run(self, sql: str, output: str = "TSV") -> bytes:
        answer = self.session.query(sql, output)
        if answer is None:
            return b""
        return answer.bytes() if hasattr(answer, "bytes") else bytes(answer)

    def column(self, sql: str) -> list[str]:
        return self.run(sql).decode().split()

    def ask(self, *queries: tuple[str, str]) -> list[bytes]:
        """The answers to queries with their formats, in one call: old chdb loads all tables again for each. They come by way of files,
        since after a call that failed 26.9 puts what it had printed before the answers of the next."""
        paths = [self.folder / f"answer.{number}" for number in range(len(queries))]
        for path in paths:
            path.unlink(missing_ok=True)
        self.run(";\n".join(f"{sql} INTO OUTFILE '{path}' FORMAT {output}" for (sql, output), path in zip(queries, paths)))
        return [path.read_bytes() for path in paths]

    def make(self, case, database: str) -> dict:
        table = f"{database}.{case.name}"
        settings = {name: value for name, value in case.settings.items() if name in self.table_settings}
        text = "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items()) if settings else ""
        statements = [sql.replace("{table}", table).replace("{settings}", text) for sql in case.create]
        statements += [self.insert(case, table, number) for number in range(len(case.inserts))]
        statements += [sql.replace("{table}", table) for sql in case.after]
        self.run(";\n".join(statements))
        return self.answers(table, case)

    def insert(self, case, table: str, number: int) -> str:
        names, lines = case.inserts[number]
        structure = {column.name: column.type.sql for column in case.columns}
        path = self.folder / f"rows.{number}.tsv"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        columns = ", ".join(ident(name) for name in names)
        fields = ", ".join(f"c{i} {structure[name]}" for i, name in enumerate(names)).replace("\\", "\\\\").replace("'", "\\'")
        settings = {name: value for name, value in case.insert_settings.items() if name in self.known_settings}
        text = " SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items()) if settings else ""
        return f"INSERT INTO {table} ({columns}) SELECT * FROM file('{path}', 'TSV', '{fields}'){text}"

    def rows_of(self, table: str, case, columns: str, predicate: str = "") -> str:
        """A query of the rows that were not deleted. 24.8 cannot read _part_offset through the mask of a lightweight delete (ClickHouse's
        issue 66112), so there the mask is a column like any other."""
        tests = [f"identity({predicate})"] if predicate else []      # identity() keeps ClickHouse from pruning: 24.8 was seen to lose a row
        is_masked = self.version.startswith("24.8.") and any(sql.startswith("DELETE FROM") for sql in case.after)
        if is_masked:
            tests.insert(0, "_row_exists")
        where = " WHERE " + " AND ".join(tests) if tests else ""
        return f"SELECT {columns} FROM {table}{where}" + (" SETTINGS apply_deleted_mask = 0" if is_masked else "")

    def answers(self, table: str, case) -> dict:
        """Every value, to FOLDER/<table>.<format>, and the rows of each predicate, to FOLDER/<table>.<number>.rows."""
        database, _, bare = table.partition(".")
        text = f"SELECT name, type FROM system.columns WHERE database = '{database}' AND table = '{bare}' ORDER BY position"
        columns = [json.loads(line) for line in self.ask((text, "JSONEachRow"))[0].decode().splitlines()]
        wanted = ", ".join(["_part", "_part_offset"] + [ident(column["name"]) for column in columns])
        queries = {ending: (self.rows_of(table, case, wanted), output) for ending, output in OUTPUTS}
        if case.wants_instants:
            rows = self.rows_of(table, case, wanted)
            rows += (", " if " SETTINGS " in rows else " SETTINGS ") + "date_time_output_format = 'unix_timestamp'"
            queries["instants.jsonl"] = (rows, "JSONEachRow")
        for number, (_, predicate) in enumerate(case.predicates):
            queries[f"{number}.rows"] = (self.rows_of(table, case, "_part, _part_offset", predicate), "JSONEachRow")
        *answers, count = self.ask(*queries.values(), (f"SELECT count() FROM {table}", "TSV"))
        for ending, answer in zip(queries, answers):
            (self.folder / f"{case.name}.{ending}").write_bytes(answer)
        return {"columns": columns, "rows": int(count)}


def main() -> int:
    folder = Path(sys.argv[1])
    with (folder / "batch.pickle").open("rb") as source:
        cases = pickle.load(source)
    database = Database(folder)
    results = {"version": database.version, "tables": {}}
    for number, case in enumerate(cases):
        home = "ordinary" if number % 4 == 3 else "atomic"
        result = {"database": home}
        try:
            result.update(database.make(case, home))
        except Exception as error:
            result["error"] = str(error)[:2000]
        results["tables"][case.name] = result
        (folder / "result.json").write_text(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
