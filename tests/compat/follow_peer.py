"""A ClickHouse that reads folders which ch export --follow keeps: follow_peer.py FOLDER SESSION NAME...

Attaches FOLDER/NAME for each name by its table.sql and writes a line to FOLDER/seen.jsonl whenever a table has other rows than before, until
there is a file FOLDER/stop. With the word once behind the names it looks once and checks the tables.
"""

import json
import sys
import time
from pathlib import Path

from chdb.session import Session

ROWS = "SELECT arrayStringConcat(arraySort(groupArray(concat(toString(k), '=', toString(v)))), ' ') FROM d.`{name}`{final}"


class Tables:
    def __init__(self, folder: Path, session: str, names: list[str]):
        self.session = Session(session)
        self.session.query("CREATE DATABASE IF NOT EXISTS d ENGINE = Atomic")
        self.final = {}
        for name in names:
            text = (folder / name / "table.sql").read_text()
            self.session.query(f"CREATE TABLE d.`{name}`\n" + text.split("\n", 1)[1])
            self.final[name] = " FINAL" if "Replacing" in text else ""

    def ask(self, sql: str) -> str:
        return self.session.query(sql, "TSVRaw").bytes().decode().strip("\n")

    def rows(self, name: str) -> str:
        return self.ask(ROWS.format(name=name, final=self.final[name]))

    def complaints(self, name: str) -> str:
        return self.ask(f"CHECK TABLE d.`{name}` SETTINGS check_query_single_value_result = 1")


def main() -> None:
    folder, session, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    is_once = names[-1] == "once"
    names = names[: len(names) - is_once]
    tables = Tables(folder, session, names)
    last: dict = {}
    with open(folder / ("once.jsonl" if is_once else "seen.jsonl"), "w") as out:
        while is_once or not (folder / "stop").exists():
            for name in names:
                rows = tables.rows(name)
                if rows == last.get(name):
                    continue
                last[name] = rows
                print(json.dumps({"table": name, "rows": rows}), file=out, flush=True)
            if is_once:
                break
            time.sleep(0.01)
        for name in names:
            print(json.dumps({"table": name, "check": tables.complaints(name)}), file=out, flush=True)


if __name__ == "__main__":
    main()
