"""Compatibility: a ClickHouse reads, again and again, what ch export --follow keeps, while the tables are written.

Inserts, upserts, deletes, TRUNCATE, rollbacks, merges and collections follow each other at random; writers and followers are killed (-9), a
writer is fenced. A ClickHouse with a table over each folder prints every state that it sees: each must be one that was published, none older
than one that it saw before, and in the end the newest. CHSPARK_SEED and CHSPARK_SIZE (ci | full) choose.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
VERSIONS = ("4.4.0", "3.7.2")  # older ones do not look again
STEPS = {"ci": 40, "full": 400}
SECONDS_MAX = 120
TABLES = {
    "plain": "(k UInt64, v Int32) ENGINE = MergeTree ORDER BY k",
    "parted": "(k UInt64, v Int32) ENGINE = MergeTree PARTITION BY k % 3 ORDER BY k",
    "replaced": "(k UInt64, v Int32, _version UInt64, _is_deleted UInt8) ENGINE = ReplacingMergeTree(_version, _is_deleted) "
                "PARTITION BY k % 2 ORDER BY k",
}


def is_shown(seen: list[str], published: list[str]) -> bool:
    """Whether what was seen is what was published, in that order, some of it left out."""
    states = iter(published)
    return all(any(rows == state for state in states) for rows in seen)


class Store:
    def __init__(self, tool: Path, folder: Path, rng: random.Random):
        self.tool = tool
        self.root = folder / "root"
        self.shown = folder / "shown"
        self.shown.mkdir()
        self.rng = rng
        self.published: dict[str, list[str]] = {name: [] for name in TABLES}
        self.versions: dict[str, list[int]] = {name: [] for name in TABLES}
        self.followers: dict[str, subprocess.Popen] = {}

    def run(self, *arguments: str, input_: str | None = None, fails: bool = False) -> str:
        done = subprocess.run([str(self.tool), *arguments], capture_output=True, text=True, input=input_, timeout=120, check=False)
        if bool(done.returncode) != fails:
            raise RuntimeError(f"ch {' '.join(arguments)[:300]}: exit {done.returncode}: {done.stderr.strip()[:500]}")
        return done.stdout + done.stderr

    def path(self, name: str) -> str:
        return f"{self.root}/d/{name}"

    def remember(self, name: str) -> None:
        rows = self.run("cat", self.path(name), "--columns", "k,v").split()
        state = " ".join(sorted(row.replace(",", "=") for row in rows))
        if self.published[name][-1:] != [state]:
            self.published[name].append(state)
            self.versions[name].append(self.version())

    def follow(self, name: str) -> None:
        started = subprocess.Popen([str(self.tool), "export", self.path(name), str(self.shown / name), "--follow", "--interval", "2",
                                    "--keep-covered", "8"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # It tells what it shows once it has the folder.
        if not started.stdout.readline():
            raise RuntimeError(f"no follower of {name}: {started.stderr.read().decode()}")
        self.followers[name] = started

    def version(self) -> int:
        return json.loads(self.run("latch", "status", str(self.root), "--format", "json"))["version"]

    def rows(self, name: str, count: int) -> str:
        lines = []
        for _ in range(count):
            row = {"k": self.rng.randrange(60), "v": self.rng.randrange(1000)}
            if name == "replaced" and self.rng.random() < 0.3:
                row["_is_deleted"] = 1
            lines.append(json.dumps(row))
        return "\n".join(lines) + "\n"

    def insert(self, name: str) -> None:
        self.run("import", self.path(name), "-", "--format", "jsonl", input_=self.rows(name, self.rng.choice((1, 5, 30))))

    def truncate(self, name: str) -> None:
        self.run("truncate", self.path(name))

    def merge(self, name: str) -> None:
        self.run("merge", self.path(name), *(["--final"] if self.rng.random() < 0.7 else []))

    def roll_back(self, name: str) -> None:
        self.run("rollback", self.path(name), str(self.rng.choice(self.versions[name])))

    def kill_follower(self, name: str) -> None:
        self.followers[name].send_signal(signal.SIGKILL)
        self.followers[name].wait()
        if self.rng.random() < 0.5:
            self.insert(name)
            self.remember(name)
        self.follow(name)

    def begin_import(self, name: str) -> subprocess.Popen:
        writer = subprocess.Popen([str(self.tool), "import", self.path(name), "-", "--format", "jsonl"], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        writer.stdin.write(self.rows(name, 20).encode())
        writer.stdin.flush()
        return writer

    def kill_writer(self, name: str) -> None:
        writer = self.begin_import(name)
        if self.rng.random() < 0.7:
            writer.stdin.close()
        time.sleep(self.rng.random() * 0.03)
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    def fence_writer(self, name: str) -> None:
        before = self.version()
        writer = self.begin_import(name)
        if not wait_until(lambda: self.version() > before, SECONDS_MAX):
            raise RuntimeError("a writer does not take the latch")
        self.run("latch", "break", self.path(name))
        self.insert(name)
        self.remember(name)
        writer.stdin.close()
        if writer.wait() == 0:
            raise RuntimeError("a fenced writer said that it had written")

    def collect(self, _name: str) -> None:
        self.run("gc", str(self.root))

    def change(self) -> None:
        name = self.rng.choice(list(TABLES))
        weights = {self.insert: 10, self.truncate: 2, self.merge: 3, self.roll_back: 2, self.kill_follower: 2, self.kill_writer: 2,
                   self.fence_writer: 1, self.collect: 1}
        self.rng.choices(list(weights), list(weights.values()))[0](name)
        self.remember(name)


def start_peer(version: str, folder: Path, session: Path, *more: str) -> subprocess.Popen:
    environment = dict(os.environ, PYTHONPATH=str(CACHE / "peers" / f"chdb-{version}"), TZ="UTC")
    return subprocess.Popen([sys.executable, str(HERE / "follow_peer.py"), str(folder), str(session), *TABLES, *more], env=environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def lines_of(path: Path, name: str, key: str) -> list[str]:
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line[key] for line in lines if line["table"] == name and key in line]


def wait_until(what, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Tally:
    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def check(self, right: bool, what: str) -> None:
        self.passed += right
        self.failed += not right
        if not right:
            print(f"FAILED {what}", flush=True)


def run(store: Store, version: str, steps: int, folder: Path, tally: Tally) -> None:
    for name, columns in TABLES.items():
        store.run("create", str(store.root), f"CREATE TABLE d.{name} {columns}")
        for _ in range(2):
            store.insert(name)
        store.remember(name)
        store.follow(name)
    seen = store.shown / "seen.jsonl"
    peer = start_peer(version, store.shown, folder / "session")
    try:
        tally.check(wait_until(lambda: all(lines_of(seen, name, "rows") for name in TABLES) or peer.poll() is not None, SECONDS_MAX),
                    "ClickHouse saw nothing")
        for _ in range(steps):
            store.change()
            time.sleep(store.rng.random() * 0.8)
        for name in TABLES:
            newest = store.published[name][-1]
            tally.check(wait_until(lambda: lines_of(seen, name, "rows")[-1:] == [newest], SECONDS_MAX), f"{name}: the newest rows are not seen")
    finally:
        (store.shown / "stop").touch()
        complaint = peer.communicate(timeout=SECONDS_MAX)[1].decode()
    tally.check(peer.returncode == 0, f"chdb {version}: {complaint[-500:]}")
    judge(store, seen, tally)


def judge(store: Store, seen: Path, tally: Tally) -> None:
    for name in TABLES:
        states = lines_of(seen, name, "rows")
        published = store.published[name]
        strange = [state for state in states if state not in published]
        tally.check(not strange, f"{name}: ClickHouse saw what was never published: {strange[:2]}")
        tally.check(is_shown(states, published), f"{name}: what ClickHouse saw is not in the order in which it was published")
        tally.check(lines_of(seen, name, "check") == ["1"], f"{name}: CHECK TABLE {lines_of(seen, name, 'check')}")
        tally.check(len(states) > 1, f"{name}: only {len(states)} states were seen of {len(published)}")
        tally.check(not is_shown([*states, "0=0"], published), f"planted: {name}: a state that was never published was not noticed")
        print(f"{name}: {len(states)} states seen of {len(published)} that were published", flush=True)


def again(store: Store, version: str, folder: Path, tally: Tally) -> None:
    """A ClickHouse that comes up now, with followers gone and covered parts still there."""
    for follower in store.followers.values():
        follower.kill()
        follower.wait()
    peer = start_peer(version, store.shown, folder / "session2", "once")
    complaint = peer.communicate(timeout=SECONDS_MAX)[1].decode()
    for name in TABLES:
        rows = lines_of(store.shown / "once.jsonl", name, "rows")
        tally.check(rows == store.published[name][-1:], f"{name}: another ClickHouse has {rows}: {complaint[-300:]}")


def refuse(store: Store, tally: Tally) -> None:
    def refused(said: str, *arguments: str) -> None:
        try:
            answer = store.run("export", *arguments, "--follow", fails=True)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            answer = str(error)
        tally.check(said in answer, f"ch export {arguments} --follow: {answer}, expected '{said}'")

    plain = str(store.shown / "plain")
    store.follow("plain")
    refused("another process follows", store.path("plain"), plain)
    store.followers["plain"].kill()
    store.followers["plain"].wait()
    refused("follows another table", store.path("parted"), plain)
    refused("inside the root", store.path("plain"), f"{store.root}/x")
    refused("no following export", store.path("plain"), str(store.root.parent))
    store.run("alter", store.path("plain"), "add", "w", "String")
    refused("definition", store.path("plain"), plain)
    store.run("drop", store.path("parted"))
    refused("follows another table", store.path("parted"), str(store.shown / "parted"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=os.environ.get("CHSPARK_SEED", "1"))
    parser.add_argument("--size", default=os.environ.get("CHSPARK_SIZE", "ci"), choices=STEPS)
    parser.add_argument("--tool", type=Path, default=ROOT / "build" / "ch")
    parser.add_argument("--keep", type=Path, help="leave everything in this folder")
    options = parser.parse_args()
    rng = random.Random(f"follow/{options.seed}")
    version = rng.choice(VERSIONS)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="chspark-follow-"))
    folder.mkdir(exist_ok=True)
    tally, started = Tally(), time.monotonic()
    print(f"seed {options.seed}, chdb {version}", flush=True)
    store = Store(options.tool, folder, rng)
    try:
        run(store, version, STEPS[options.size], folder, tally)
        again(store, version, folder, tally)
        refuse(store, tally)
    finally:
        for follower in store.followers.values():
            follower.kill()
            follower.wait()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{time.monotonic() - started:.0f} s; again: python3 tests/compat/store_follow.py --seed {options.seed} --size {options.size}")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
