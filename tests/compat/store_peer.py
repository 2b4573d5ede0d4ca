"""Runs inside a process that has one chdb version: attaches exported tables and writes down what ClickHouse reads.

store_peer.py FOLDER: FOLDER/<table>/ is an export for each table; FOLDER/answers.json gets, by table, the rows of SELECT * (FINAL where
the engine replaces) as JSONEachRow, sorted, the count of rows without FINAL, and complaints.
"""

import json
import shutil
import sys
from pathlib import Path

from chdb.session import Session


def attach(session: Session, folder: Path) -> list[str]:
    sql = (folder / "table.sql").read_text()
    head, rest = sql.split("\n", 1)
    session.query(f"CREATE TABLE d.`{folder.name}`\n{rest}")
    path = Path(session.query(f"SELECT data_paths[1] FROM system.tables WHERE database = 'd' AND name = '{folder.name}'", "TSVRaw").bytes().decode().strip())
    complaints = []
    for part in sorted(entry for entry in folder.iterdir() if entry.is_dir() and entry.name != "detached"):
        shutil.copytree(part, path / "detached" / part.name)
        try:
            session.query(f"ALTER TABLE d.`{folder.name}` ATTACH PART '{part.name}'")
        except Exception as error:
            complaints.append(f"ATTACH PART {part.name}: {str(error)[:300]}")
    return complaints


def layout(session: Session, table: str, name: str) -> dict:
    """How it is stored, as ClickHouse sees it, and indices that hide rows: each is asked for values that are there."""

    def lines(sql: str) -> list[list]:
        return [json.loads(line) for line in session.query(sql, "JSONCompactEachRow").bytes().decode().strip("\n").split("\n") if line]

    where = f"WHERE database = 'd' AND table = '{name}'"
    indices = lines(f"SELECT name, type, expr, granularity FROM system.data_skipping_indices {where} ORDER BY name")
    hidden = []
    for index, _, expression, _ in indices:
        for value in ("any", "min", "max"):
            count = (f"WITH (SELECT {value}({expression}) FROM {table} WHERE {expression} IS NOT NULL) AS x "
                     f"SELECT count() FROM {table} WHERE {expression} = x SETTINGS use_skip_indexes = ")
            if lines(count + "0") != lines(count + "1"):
                hidden.append(f"index {index} hides rows of {value}")
    return {
        "codecs": dict(lines(f"SELECT name, compression_codec FROM system.columns {where}")),
        "indices": [[index, kind, expression.strip("`"), int(count)] for index, kind, expression, count in indices],
        "kind": "".join(kind for (kind,) in lines(f"SELECT DISTINCT part_type FROM system.parts {where} AND active")),
        "hidden": hidden,
    }


def answer(session: Session, folder: Path) -> dict:
    complaints = attach(session, folder)
    table = f"d.`{folder.name}`"
    checked = session.query(f"CHECK TABLE {table} SETTINGS check_query_single_value_result = 0", "TSV").bytes().decode(errors="replace")
    complaints += [f"CHECK TABLE: {line}" for line in checked.strip().split("\n") if line and "\t1" not in line and line != "1"]
    final = " FINAL" if "Replacing" in (folder / "table.sql").read_text() else ""
    columns = session.query(f"SELECT name FROM system.columns WHERE database = 'd' AND table = '{folder.name}' ORDER BY position", "TSVRaw")
    wanted = ", ".join(f"`{name}`" for name in columns.bytes().decode().strip().split("\n"))
    settings = "SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_quote_denormals = 0"
    rows = session.query(f"SELECT {wanted} FROM {table}{final} {settings}", "JSONEachRow").bytes().decode().strip("\n")
    count = session.query(f"SELECT count() FROM {table}", "TSV").bytes().decode().strip()
    return {"rows": sorted(rows.split("\n")) if rows else [], "stored": int(count), "complaints": complaints,
            "layout": layout(session, table, folder.name)}


def main() -> None:
    folder = Path(sys.argv[1])
    session = Session(str(folder.parent / f"peer-{folder.name}"))
    session.query("CREATE DATABASE d ENGINE = Atomic")
    answers = {}
    for export in sorted(entry for entry in folder.iterdir() if (entry / "table.sql").exists()):
        try:
            answers[export.name] = answer(session, export)
        except Exception as error:
            answers[export.name] = {"rows": [], "stored": 0, "complaints": [str(error)[:500]]}
    (folder / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
