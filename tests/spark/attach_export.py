#!/usr/bin/env python3
"""Attaches an exported table folder to a real ClickHouse and prints what queries over it, as `t`, give, tab-separated.

    PYTHONPATH=<chdb> python3 attach_export.py FOLDER QUERY...
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from chdb.session import Session


def main() -> int:
    folder = Path(sys.argv[1])
    root = tempfile.mkdtemp(prefix="chspark-attach-")
    try:
        definition = (folder / "table.sql").read_text(encoding="utf-8")
        session = Session(root)
        session.query("CREATE DATABASE d ENGINE = Ordinary SETTINGS allow_deprecated_database_ordinary = 1")
        session.query(re.sub(r"^ATTACH TABLE `?\w+`?", "CREATE TABLE d.t", definition))
        data = Path(root) / "data" / "d" / "t"
        for part in folder.iterdir():
            if part.is_dir() and part.name != "detached":
                shutil.copytree(part, data / "detached" / part.name)
                session.query(f"ALTER TABLE d.t ATTACH PART '{part.name}'")
        for query in sys.argv[2:]:
            print(session.query(query.replace("FROM t", "FROM d.t"), "TabSeparated").bytes().decode(), end="")
        session.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
