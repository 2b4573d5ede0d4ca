"""ch backup and ch restore against a root that is being written: what store.py runs behind its tables.

A backup of a version is taken while a writer goes on; the root that is restored of it prints what that version printed, is sound, is written
and merged again, and nothing that happens to one of the three folders shows in another. On another file system files are copied.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

ELSEWHERE = Path("/dev/shm")


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.md5(path.read_bytes()).hexdigest() if path.is_file() else ""
            for path in sorted(folder.rglob("*"))}


class Rows:
    """Rows of all tables of a root as ch cat prints them."""

    def __init__(self, store, tables: list[str]):
        self.store = store
        self.tables = tables

    def of(self, root: Path, *options: str) -> list[list[str]]:
        return [sorted(self.store.run("cat", f"{root}/{table}", "--format", "jsonl", *options).splitlines()) for table in self.tables]


def write_on(store, path: str, stop: threading.Event, commits: list[int]) -> None:
    while not stop.is_set():
        store.run("import", path, "-", input_=f"{len(commits)},{len(commits)}\n")
        commits.append(1)


def back_up(store, tables: list, folder: Path, tally) -> None:
    root, backup, young = store.root, folder / "backup", folder / "restored"
    store.run("create", str(root), "CREATE TABLE d.written (k UInt64, v Int32) ENGINE = MergeTree ORDER BY k")
    path = f"{root}/d/written"
    store.run("import", path, "-", input_="1000,1\n")
    version = store.version()
    rows = Rows(store, [f"d/{table.name}" for table in tables] + ["d/written"])
    expected = rows.of(root)
    stop, commits = threading.Event(), []
    writer = threading.Thread(target=write_on, args=(store, path, stop, commits))
    writer.start()
    try:
        while len(commits) < 3:
            stop.wait(0.01)
        newest = json.loads(store.run("backup", str(root), str(folder / "newest"), "--output", "json"))
        report = json.loads(store.run("backup", str(root), str(backup) + "/", "--version-of", str(version), "--output", "json"))
    finally:
        stop.set()
        writer.join()
    tally.check(report["version"] == version and report["copies"] == 0 and report["tables"] == len(rows.tables), f"ch backup: {report}")
    tally.check(version + 3 <= newest["version"] <= store.version() and newest["parts"] > report["parts"], f"ch backup of the newest: {newest}")
    before = content(root)
    restored = json.loads(store.run("restore", str(backup), str(young), "--output", "json"))
    tally.check(restored["backed_up"] == version and restored["version"] > version and restored["parts"] == report["parts"],
                f"ch restore: {restored}")
    tally.check(rows.of(young) == expected, "the restored root has other rows than the version that was backed up")
    tally.check(rows.of(young, "--version-of", str(restored["version"])) == expected, "the restored root's first version")
    go_on(store, young, rows, tally)
    tally.check(content(root) == before, "restoring, or writing to the restored root, changed the old one")
    again = folder / "again"
    store.run("restore", str(backup), str(again))
    tally.check(rows.of(again) == expected, "writing to a restored root changed the backup")
    refuse(store, backup, young, folder, tally)
    elsewhere(store, folder, rows, tally)
    damage(store, backup, folder, tally)


def go_on(store, young: Path, rows: Rows, tally) -> None:
    """The restored root is written, merged and collected like any other."""
    doctor = json.loads(store.run("doctor", str(young), "--format", "json"))
    tally.check(doctor["sound"] and not doctor["findings"], f"ch doctor of the restored root: {doctor}")
    path = f"{young}/d/written"
    store.run("import", path, "-", input_="7,7\n")
    store.run("merge", str(young), "--final")
    store.run("gc", str(young), "--keep-versions", "0", "--keep-hours", "0")
    tally.check(sorted(store.run("cat", path).split()) == ["1000,1", "7,7"], "rows written to the restored root")
    store.run("alter", path, "add", "w", "String")
    store.run("create", str(young), "CREATE TABLE d2.t (k UInt64) ENGINE = MergeTree ORDER BY k")
    store.run("truncate", path)
    for table in rows.tables:
        sound = json.loads(store.run("check", f"{young}/{table}", "--format", "json"))["sound"]
        tally.check(sound, f"ch check of {table} in the restored root")
    doctor = json.loads(store.run("doctor", str(young), "--format", "json"))
    tally.check(doctor["sound"], f"ch doctor of the restored root after writing: {doctor}")


def refuse(store, backup: Path, young: Path, folder: Path, tally) -> None:
    (folder / "link").symlink_to(store.root / "d")
    for arguments, said in (
        (("backup", str(store.root), str(young)), "is there already"),
        (("backup", str(store.root), f"{store.root}/inner"), "inside the root"),
        (("backup", str(store.root), f"{folder}/link/inner"), "inside the root"),
        (("backup", str(folder), f"{folder}/b"), "no store here"),
        (("backup", str(store.root), f"{folder}/b", "--version-of", "999999"), "999999"),
        (("restore", str(backup), str(young)), "is there already"),
        (("restore", str(backup), f"{backup}/content/inner"), "inside the backup"),
        (("restore", str(store.root), f"{folder}/b"), "no backup here"),
    ):
        done = subprocess.run([str(store.tool), *arguments], capture_output=True, text=True, timeout=120, check=False)
        tally.check(done.returncode in (1, 2) and said in done.stderr, f"ch {' '.join(arguments)}: {done.returncode}, {done.stderr}")
    left = [path.name for path in folder.iterdir() if path.name.endswith(".partial") or path.name == "b"]
    tally.check(not left, f"refused commands left {left}")


def elsewhere(store, folder: Path, rows: Rows, tally) -> None:
    """To a file system of its own, and back."""
    if not os.access(ELSEWHERE, os.W_OK) or ELSEWHERE.stat().st_dev == folder.stat().st_dev:
        return
    expected = rows.of(store.root)
    other = Path(tempfile.mkdtemp(prefix="chspark-backup-", dir=ELSEWHERE))
    try:
        report = json.loads(store.run("backup", str(store.root), str(other / "backup"), "--output", "json"))
        tally.check(report["copies"] > report["parts"], f"ch backup to another file system: {report}")
        store.run("restore", str(other / "backup"), str(folder / "back"))
        tally.check(rows.of(folder / "back") == expected, "a root restored of a copied backup has other rows")
    finally:
        shutil.rmtree(other)


def damage(store, backup: Path, folder: Path, tally) -> None:
    """One file that is damaged at its last byte is named, and nothing is made."""
    files = [path for path in sorted(backup.rglob("*")) if path.is_file() and path.stat().st_size]
    for path in files[:: max(1, len(files) // 12)]:
        bytes_ = path.read_bytes()
        path.unlink()
        path.write_bytes(bytes_[:-1] + bytes([bytes_[-1] ^ 1]))
        done = subprocess.run([str(store.tool), "restore", str(backup), str(folder / "b")], capture_output=True, text=True, timeout=120,
                              check=False)
        tally.check(done.returncode == 1 and str(path) in done.stderr, f"{path} damaged: {done.returncode}, {done.stderr}")
        tally.check(not (folder / "b").exists() and not (folder / "b.partial").exists(), f"{path} damaged: something was made")
        path.unlink()
        path.write_bytes(bytes_)
