"""What a store does when the machine is against it: a clear error, and the database as it was.

Usage: errors.py [--tool build/ch]. A full disk, a root that may only be read, another user's root, a second writer, a latch whose holder was
killed, a root of another latch store, a clock that is set back or ahead. It runs itself in a mount namespace of its own (unshare).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INSIDE = "CHSPARK_ERRORS_INSIDE"
NOBODY = 65534
DISK_KIB = 4096
ROWS = 2000
PLAIN = "CREATE TABLE d.t (k Int64, s String) ENGINE = MergeTree ORDER BY k"
MUTABLE = ("CREATE TABLE d.r (k Int64, s String, _version UInt64, _is_deleted UInt8) "
           "ENGINE = ReplacingMergeTree(_version, _is_deleted) ORDER BY k")
# More than an output buffer and a pipe hold, so that its reader is amid the table.
LARGE_ROWS = 400_000


def csv(first: int, rows: int, word: str) -> str:
    return "".join(f"{key},{word}{key}\n" for key in range(first, first + rows))


class Store:
    """A root with two tables, and the command as some user runs it."""

    def __init__(self, tool: str, root: Path, prefix: tuple[str, ...] = ()):
        self.tool, self.root, self.prefix = tool, root, prefix

    def prefixed(self, *prefix: str) -> "Store":
        return Store(self.tool, self.root, prefix)

    def command(self, *arguments) -> list[str]:
        return [*self.prefix, self.tool, *map(str, arguments)]

    def run(self, *arguments, input_: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), input=input_, capture_output=True, text=True, timeout=60, check=False)

    def do(self, *arguments, input_: str = "") -> str:
        done = self.run(*arguments, input_=input_)
        if done.returncode:
            raise RuntimeError(f"ch {arguments}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def table(self, name: str = "t") -> str:
        return f"{self.root}/d/{name}"

    def make(self) -> "Store":
        for definition in (PLAIN, MUTABLE):
            self.do("create", self.root, definition)
        for name in ("t", "r"):
            for first in (0, ROWS // 2):
                self.do("import", self.table(name), "-", input_=csv(first, ROWS, "a"))
        return self

    def rows(self) -> dict[str, list[str]]:
        return {name: sorted(self.do("cat", self.table(name), "--columns", "k,s").splitlines()) for name in ("t", "r")}

    def version(self) -> int:
        return json.loads(self.do("latch", "status", self.root, "--format", "json"))["version"]

    def files(self) -> set[str]:
        """All but what says who is at work: latches, the hint at the newest version, and what collection keeps of the chain."""
        names = {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}
        return {name for name in names if not name.startswith(".ch/") or name.startswith((".ch/visible", ".ch/pins"))}

    def writer(self) -> subprocess.Popen:
        """Holds the latch of d.t until its input ends."""
        process = subprocess.Popen(self.command("import", self.table(), "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 20
        while "yes" not in self.do("latch", "status", self.root) and time.monotonic() < end:
            time.sleep(0.02)
        return process


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, is_so: bool, what: str) -> None:
        self.passed, self.failed = self.passed + bool(is_so), self.failed + (not is_so)
        if not is_so:
            print(f"FAIL {what}", flush=True)

    def refused(self, done: subprocess.CompletedProcess, said: str, what: str, code: int = 1) -> None:
        self.that(done.returncode == code and said in done.stderr, f"{what}: exit {done.returncode}, {done.stderr.strip()!r}, expected {said!r}")

    def intact(self, store: Store, before: dict, files: set[str] | None, what: str) -> None:
        """Its rows are as they were, one collection leaves no file over, nothing is wrong, and the next commit works."""
        self.that(store.rows() == before, f"{what}: the rows have changed")
        store.do("gc", store.root)
        doctor = store.run("doctor", store.root)
        self.that(doctor.returncode == 0 and "nothing is wrong" in doctor.stdout, f"{what}: doctor says {doctor.stdout}")
        if files is not None:
            self.that(store.files() == files, f"{what}: files differ: {sorted(store.files() ^ files)[:5]}")
        store.do("import", store.table(), "-", input_="-1,next\n")
        self.that(len(store.rows()["t"]) == len(before["t"]) + 1, f"{what}: the next commit")


READS = (("cat",), ("describe",), ("parts",), ("check",), ("history",), ("cat", "--version-of", "4"))
ROOT_READS = (("ls",), ("latch", "status"), ("snapshot", "ls"), ("doctor",))


def writes(store: Store) -> list[tuple]:
    table = store.table()
    return [("import", table, "-"), ("import", store.table("r"), "-"), ("alter", table, "add", "c", "Int64"), ("drop", table),
            ("truncate", table), ("rename", table, "u"), ("rollback", table, "4"), ("merge", store.root, "--final"),
            ("create", store.root, "CREATE TABLE d.new (k Int64) ENGINE = MergeTree ORDER BY k"), ("snapshot", "pin", f"{store.root}/kept")]


def try_all(checks: Checks, store: Store, said: str, what: str, more: tuple = ()) -> None:
    for arguments in READS:
        done = store.run(arguments[0], store.table(), *arguments[1:])
        checks.that(done.returncode == 0, f"{what}: ch {' '.join(arguments)}: {done.stderr.strip()}")
    for arguments in ROOT_READS:
        done = store.run(*arguments, store.root)
        checks.that(done.returncode == 0, f"{what}: ch {' '.join(arguments)}: {done.stderr.strip()}{done.stdout if arguments == ('doctor',) else ''}")
    for arguments in [*writes(store), *more]:
        checks.refused(store.run(*arguments, input_=csv(0, 10, "x")), said, f"{what}: ch {' '.join(map(str, arguments))[:80]}")


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def full_disk(checks: Checks, tool: str, folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", f"size={DISK_KIB}k,mode=755", "tmpfs", str(disk))
    store = Store(tool, disk / "root").make()
    store.do("gc", store.root)
    before, files, version = store.rows(), store.files(), store.version()
    filler = disk / "filler"
    fill(filler)
    try_all(checks, store, "No space left on device", "full disk")
    checks.that(store.run("gc", store.root).returncode == 0, "full disk: collection, which gives space back, works")
    filler.unlink()
    checks.that(store.version() == version, "full disk: nothing was published")
    checks.intact(store, before, files, "full disk")
    # With some room left a commit ends anywhere between its first file and its last.
    done = failed = 0
    for kib in range(0, 256, 12):
        before = store.rows()
        fill(filler, kib)
        got = store.run("import", store.table(), "-", input_=csv(0, 6000, str(kib)))
        filler.unlink()
        done, failed = done + (got.returncode == 0), failed + (got.returncode != 0)
        if got.returncode == 0:
            checks.that(len(store.rows()["t"]) == len(before["t"]) + 6000, f"{kib} KiB left: all rows are there")
            store.do("rollback", store.table(), store.version() - 1)
        else:
            checks.refused(got, "No space left on device", f"{kib} KiB left")
        checks.intact(store, before, None, f"{kib} KiB left")
    checks.that(done > 0 and failed > 2, f"{done} imports with little room worked, {failed} failed: both have to happen")
    subprocess.run(["umount", str(disk)], check=True)


def fill(filler: Path, kib_left: int = 0) -> None:
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - kib_left * 1024))


def read_only(checks: Checks, tool: str, folder: Path) -> None:
    disk = folder / "locked"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(disk))
    store = Store(tool, disk / "root").make()
    before, files, version = store.rows(), store.files(), store.version()
    mount("-o", "remount,ro", str(disk))
    try_all(checks, store, "Read-only file system", "read-only", (("gc", store.root), ("latch", "break", store.table())))
    checks.that(store.rows() == before and store.version() == version, "read-only: the rows can be read")
    mount("-o", "remount,rw", str(disk))
    checks.intact(store, before, files, "read-only")
    subprocess.run(["umount", str(disk)], check=True)


def wrong_owner(checks: Checks, tool: str, folder: Path) -> None:
    store = Store(tool, folder / "owned").make()
    before, files = store.rows(), store.files()
    if os.geteuid() == 0 and "CHSPARK_ERRORS_MAPPED" not in os.environ:
        other = store.prefixed("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        try_all(checks, other, "Permission denied", "another user's root", (("gc", store.root), ("latch", "break", store.table())))
        unpinned_reader(checks, store, other)
        before, files = store.rows(), store.files()
    else:
        print("not run: another user's root, which needs root")
    checks.intact(store, before, files, "another user's root")


def make_large(store: Store) -> list[str]:
    store.do("truncate", store.table())
    for first in (0, LARGE_ROWS // 2):
        store.do("import", store.table(), "-", input_=csv(first, LARGE_ROWS // 2, "old"))
    return [f'{key},"old{key}"' for key in range(LARGE_ROWS)]


def unpinned_reader(checks: Checks, store: Store, other: Store) -> None:
    """Who may not pin reads its version to the end, or is told that it is gone; never other rows."""
    for reader, is_pinned in ((store, True), (other, False)):
        expected = make_large(store)
        with subprocess.Popen(reader.command("cat", store.table()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            first = process.stdout.readline()
            store.do("truncate", store.table())
            store.do("import", store.table(), "-", input_=csv(0, 10, "new"))
            store.do("gc", store.root, "--keep-versions", "0")
            output, said = process.stdout.read(), process.stderr.read()
            process.wait()
        rows = (first + output).splitlines()
        if is_pinned:
            checks.that(process.returncode == 0 and sorted(rows) == sorted(expected), f"a pinned reader: exit {process.returncode}, {len(rows)} rows")
        else:
            checks.that(process.returncode == 1 and "SnapshotExpired" in said, f"an unpinned reader: exit {process.returncode}, {said.strip()!r}")
            checks.that(set(rows[:-1]) <= set(expected), "an unpinned reader printed rows of another version")


def second_writer(checks: Checks, tool: str, folder: Path) -> None:
    store = Store(tool, folder / "busy").make()
    before = store.rows()
    first = store.writer()
    begun = time.monotonic()
    checks.refused(store.run("import", store.table(), "-", input_="1,x\n"), "another writer holds the latch of table d.t", "a second writer")
    checks.that(5 < time.monotonic() - begun < 20, "a second writer waits for ten seconds")
    store.do("import", store.table("r"), "-", input_="0,a0\n")
    checks.that(store.rows() == before, "a second writer: readers and other tables are not kept waiting")
    first.communicate("")
    checks.that(first.returncode == 0, "the first writer ends as if nothing had been")
    checks.intact(store, before, None, "a second writer")


def stale_latch(checks: Checks, tool: str, folder: Path) -> None:
    store = Store(tool, folder / "stale").make()
    before, files = store.rows(), store.files()
    first = store.writer()
    first.stdin.write(csv(0, 50_000, "lost"))
    first.kill()
    first.communicate()
    checks.that(any((store.root / ".ch/latch").glob("*.writer")), "the killed writer's latch file is there")
    begun = time.monotonic()
    checks.intact(store, before, files, "a latch file whose holder was killed")
    checks.that(time.monotonic() - begun < 5, "nobody waits for a holder that was killed")
    before = store.rows()
    for latch in (store.root / ".ch/latch").glob("*.writer"):
        latch.write_text("not what is expected here\n")
    checks.intact(store, before, None, "latch files with something in them")
    before = store.rows()
    owner = store.root / ".ch/latch/store"
    was = owner.read_text()
    owner.write_text("daemon 127.0.0.1:7800\n")
    for arguments in (("import", store.table(), "-"), ("cat", store.table()), ("gc", store.root)):
        checks.refused(store.run(*arguments), "this root's latch store is", f"another latch store: ch {arguments[0]}")
    owner.write_text(was)
    checks.intact(store, before, None, "another latch store")


def clock(checks: Checks, tool: str, folder: Path) -> None:
    store = Store(tool, folder / "clock").make()
    expected = store.rows()
    version = store.version()
    for number, shift in enumerate(("-3650d", "+3650d", "-1d", "+0d")):
        at = store.prefixed("faketime", "-f", shift)
        at.do("import", store.table("r"), "-", input_=f"7,clock{number}\n")
        at.do("import", store.table(), "-", input_=f"{-number - 1},x\n")
        expected["r"] = sorted([row for row in expected["r"] if not row.startswith("7,")] + [f'7,"clock{number}"'])
        expected["t"] = sorted([*expected["t"], f'{-number - 1},"x"'])
        checks.that(store.rows() == expected and at.rows() == expected, f"clock {shift}: the later commit counts")
        times = [entry["time"] for entry in json.loads(store.do("history", store.table("r"), "--format", "json"))["versions"]]
        checks.that(times == sorted(times), f"clock {shift}: the times of versions never fall: {times[-3:]}")
        if shift.startswith("-"):
            at.do("gc", store.root)
            checks.that(store.run("cat", store.table(), "--version-of", version).returncode == 0, f"clock {shift}: collection takes nothing early")
    checks.intact(store, expected, None, "clock")


CASES = (full_disk, read_only, wrong_owner, second_writer, stale_latch, clock)


def enter() -> None:
    """Again, where this process may mount."""
    is_root = os.geteuid() == 0
    environment = dict(os.environ, **{INSIDE: "1"}, **({} if is_root else {"CHSPARK_ERRORS_MAPPED": "1"}))
    namespace = ["unshare", "--mount"] if is_root else ["unshare", "--user", "--map-root-user", "--mount"]
    os.execvpe("unshare", [*namespace, sys.executable, *sys.argv], environment)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=str(ROOT / "build/ch"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        enter()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tool = shutil.copy(options.tool, f"{folder}/ch")  # where every user may run it
        for case in CASES:
            if not options.only or case.__name__ in options.only.split(","):
                begun = time.monotonic()
                case(checks, tool, Path(folder))
                print(f"{case.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
