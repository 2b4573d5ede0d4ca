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


class Peer:
    def __init__(self, folder: Path, made: dict):
        self.folder = folder
        self.made = made
        self.database = Database(folder)
        self.run = self.database.run
        self.run("CREATE DATABASE IF NOT EXISTS written ENGINE = Atomic")

    def rows(self, table: str, wanted: str) -> list[bytes]:
        return sorted(self.run(f"SELECT {wanted} FROM {table}", "JSONEachRow").split(b"\n"))

    def attach(self, case: Case, table: str) -> list[str]:
        settings = {name: value for name, value in case.settings.items() if name in self.database.table_settings}
        self.run(placed(case.create[0], table, settings))
        name = table.partition(".")[2]
        path = Path(self.run(f"SELECT data_paths[1] FROM system.tables WHERE database = 'written' AND name = '{name}'").decode().strip())
        complaints = []
        for part in sorted((self.folder / "written" / case.name).iterdir()):
            shutil.copytree(part, path / "detached" / part.name)
            try:
                self.run(f"ALTER TABLE {table} ATTACH PART '{part.name}'")
            except Exception as error:
                complaints.append(f"ATTACH PART {part.name}: {str(error)[:300]}")
        return complaints

    def order(self, case: Case, table: str) -> list[str]:
        """The rows of each part stand in the order of the key; -0 equals 0, so keys of floats are left out."""
        keys = [ident(column.name) for column in case.columns if column.name in case.order and not column.type.kind.startswith(("Float", "BFloat"))]
        if not keys or len(keys) < len(case.order):
            return []
        wanted = ", ".join(ident(name) for name in case.order)
        complaints = []
        for part in self.database.column(f"SELECT DISTINCT _part FROM {table}"):
            text = f"SELECT {wanted} FROM {table} WHERE _part = '{part}' ORDER BY "
            if self.run(text + "_part_offset") != self.run(text + ", ".join(f"{ident(name)} NULLS LAST" for name in case.order)):
                complaints.append(f"part {part} is not sorted by {wanted}")
        return complaints

    def pruned(self, case: Case, source: str, table: str, wanted: str) -> list[str]:
        """A filter that indices may use gives what one that they may not use gives. 24.8 prunes too much for column % 7 NOT IN (...), in
        its own parts too: what it gets wrong in the source is not held against ours."""
        complaints = []
        for _, predicate in case.predicates:
            text = f"SELECT count(), sum(cityHash64(toString(tuple({wanted})))) FROM "
            pruned, whole = (self.run(f"{text}{table} WHERE {filter_}") for filter_ in (predicate, f"identity({predicate})"))
            if pruned != whole and self.run(f"{text}{source} WHERE {predicate}") == whole:
                complaints.append(f"WHERE {predicate}: {pruned!r} by the indices, {whole!r} without them")
        return complaints

    def judge(self, case: Case) -> dict:
        made = self.made[case.name]
        database, bare, table = made["database"], made.get("source", case.name), f"written.{case.name}"
        source = f"{database}.{bare}"
        names = self.run(f"SELECT name FROM system.columns WHERE database = '{database}' AND table = '{bare}' ORDER BY position", "JSONEachRow")
        wanted = ", ".join(ident(json.loads(line)["name"]) for line in names.decode().splitlines())
        complaints = self.attach(case, table)
        checked = self.run(f"CHECK TABLE {table} SETTINGS check_query_single_value_result = 0", "TSV").decode(errors="replace").strip()
        complaints += [f"CHECK TABLE: {line}" for line in checked.split("\n") if line and not (line == "1" or "\t1" in line)]
        right = self.rows(source, wanted)
        if not complaints and self.rows(table, wanted) != right:
            complaints.append("the values differ from those that were written")
        if not complaints:
            complaints = self.order(case, table) + self.pruned(case, source, table, wanted)
        result = self.database.answers(table, case) if not complaints else {}
        if not complaints and "ReplacingMergeTree" not in case.create[0]:
            complaints = self.attach(case, f"{table}_merged")
            self.run(f"OPTIMIZE TABLE {table}_merged FINAL")
            if self.rows(f"{table}_merged", wanted) != right:
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
