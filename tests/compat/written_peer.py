"""Runs inside a process that has one chdb version: attaches the parts that we wrote and writes down what ClickHouse says of them.

written_peer.py FOLDER: the batch of maker.py, and FOLDER/written/<table>/<part> for each of its tables. FOLDER/written.json gets, for
each table, its answers and the list of complaints.
"""

import json
import pickle
import shutil
import sys
from pathlib import Path

from maker import OUTPUTS, Database
from table_case import Case, ident


def placed(create: str, table: str, settings: dict) -> str:
    text = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return create.replace("{table}", table).replace("{settings}", f"SETTINGS {text}" if text else "")


def rows(text: bytes) -> list[dict]:
    return [json.loads(line) for line in text.decode().splitlines()]


class Peer:
    """As few calls as there can be: see Database.ask()."""

    def __init__(self, folder: Path, made: dict):
        self.folder = folder
        self.made = made
        self.database = Database(folder)
        self.run = self.database.run
        self.run("CREATE DATABASE IF NOT EXISTS written ENGINE = Atomic")

    def create(self, case: Case, tables: list[str]) -> dict[str, Path]:
        """Where each table has its parts."""
        settings = {name: value for name, value in case.settings.items() if name in self.database.table_settings}
        self.run(";\n".join(placed(case.create[0], f"written.{table}", settings) for table in tables))
        names = ", ".join(f"'{table}'" for table in tables)
        text = f"SELECT name, data_paths[1] AS path FROM system.tables WHERE database = 'written' AND name IN ({names})"
        return {row["name"]: Path(row["path"]) for row in rows(self.database.ask((text, "JSONEachRow"))[0])}

    def attach(self, case: Case, path: Path, table: str) -> list[str]:
        parts = sorted((self.folder / "written" / case.name).iterdir())
        for part in parts:
            shutil.copytree(part, path / "detached" / part.name)
        try:
            self.run(";\n".join(f"ALTER TABLE {table} ATTACH PART '{part.name}'" for part in parts))
        except Exception as error:
            return [f"ATTACH PART: {str(error)[:300]}"]
        return []

    def order_queries(self, case: Case, table: str) -> list[str]:
        """The rows of each part as they stand, and in the order of the key; -0 equals 0, so keys of floats are left out."""
        keys = [ident(column.name) for column in case.columns if column.name in case.order and not column.type.kind.startswith(("Float", "BFloat"))]
        if not keys or len(keys) < len(case.order):
            return []
        text = f"SELECT _part, {', '.join(ident(name) for name in case.order)} FROM {table} ORDER BY _part, "
        return [text + "_part_offset", text + ", ".join(f"{ident(name)} NULLS LAST" for name in case.order)]

    def pruned(self, case: Case, source: str, table: str, wanted: str) -> list[str]:
        """A filter that indices may use gives what one that they may not use gives. 24.8 prunes too much for column % 7 NOT IN (...), in
        its own parts too: what it gets wrong in the source is not held against ours."""
        text = f"SELECT count(), sum(cityHash64(toString(tuple({wanted})))) FROM "
        predicates = [predicate for _, predicate in case.predicates]
        queries = [f"{text}{table} WHERE {filter_}" for predicate in predicates for filter_ in (predicate, f"identity({predicate})")]
        answers = self.database.ask(*((query, "TSV") for query in queries)) if queries else []
        complaints = []
        for predicate, pruned, whole in zip(predicates, answers[::2], answers[1::2]):
            if pruned != whole and self.run(f"{text}{source} WHERE {predicate}") == whole:
                complaints.append(f"WHERE {predicate}: {pruned!r} by the indices, {whole!r} without them")
        return complaints

    def compare(self, case: Case, source: str, table: str, wanted: str) -> list[str]:
        """The values, and the order of each part."""
        selects = [(f"SELECT {wanted} FROM {name}", "JSONEachRow") for name in (source, table)]
        right, found, *orders = self.database.ask(*selects, *((query, "TSV") for query in self.order_queries(case, table)))
        if sorted(found.split(b"\n")) != sorted(right.split(b"\n")):
            return ["the values differ from those that were written"]
        return [f"a part is not sorted by {case.order}"] if orders and orders[0] != orders[1] else []

    def judge(self, case: Case) -> dict:
        made = self.made[case.name]
        database, bare, table = made["database"], made.get("source", case.name), f"written.{case.name}"
        source = f"{database}.{bare}"
        replaces = "ReplacingMergeTree" in case.create[0]
        paths = self.create(case, [case.name] if replaces else [case.name, f"{case.name}_merged"])
        complaints = self.attach(case, paths[case.name], table)
        names = f"SELECT name FROM system.columns WHERE database = '{database}' AND table = '{bare}' ORDER BY position"
        names, checked = self.database.ask((names, "JSONEachRow"), (f"CHECK TABLE {table}", "TSV"))
        wanted = ", ".join(ident(row["name"]) for row in rows(names))
        complaints += [f"CHECK TABLE: {line}" for line in checked.decode(errors="replace").strip().split("\n")
                       if line and not (line == "1" or "\t1" in line)]
        complaints = complaints or self.compare(case, source, table, wanted) or self.pruned(case, source, table, wanted)
        result = self.database.answers(table, case) if not complaints else {}
        if not complaints and not replaces:
            complaints = self.attach(case, paths[f"{case.name}_merged"], f"{table}_merged")
            self.run(f"OPTIMIZE TABLE {table}_merged FINAL")
            right, found = self.database.ask(*((f"SELECT {wanted} FROM {name}", "JSONEachRow") for name in (source, f"{table}_merged")))
            if sorted(found.split(b"\n")) != sorted(right.split(b"\n")):
                complaints.append("the values differ after OPTIMIZE FINAL")
        return {**result, "database": "written", "complaints": complaints}


def main() -> int:
    folder = Path(sys.argv[1])
    with (folder / "batch.pickle").open("rb") as source:
        cases = pickle.load(source)
    made = json.loads((folder / "result.json").read_text())["tables"]
    for ending, _ in OUTPUTS:
        for answer in folder.glob(f"*.{ending}"):
            answer.unlink()
    cases = [case for case in cases if "error" not in made.get(case.name, {"error": ""}) and (folder / "written" / case.name).is_dir()]
    peer = Peer(folder, made)
    results = {}
    for case in cases:
        try:
            results[case.name] = peer.judge(case)
        except Exception as error:
            results[case.name] = {"database": "written", "complaints": [str(error)[:600]]}
        (folder / "written.json").write_text(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
