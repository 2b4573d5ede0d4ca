"""The processes of a run: a real TiDB and a binlog-syncer, on loopback, with their files below one folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark")
TOOLS = Path(os.environ.get("CHSPARK_TOOLS") or ROOT / "build/dev")  # binlog-syncer and ch
START_SECONDS_MAX = 60
NO_TIDB = 3  # tests/tidb/build.sh: it cannot be had here


def use_peer(name: str) -> None:
    """Makes a peer's packages importable; the newest version when there are several."""
    folders = sorted((CACHE / "peers").glob(f"{name}-*"))
    if not folders:
        sys.exit(f"no {name} under {CACHE / 'peers'}; run make setup")
    sys.path.insert(0, str(folders[-1]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build_tidb() -> Path | str:
    """The program, or why there is none."""
    done = subprocess.run([str(ROOT / "tests/tidb/build.sh")], capture_output=True, text=True, check=False)
    if done.returncode == NO_TIDB:
        return done.stderr.strip().splitlines()[-1]
    if done.returncode:
        sys.exit(f"tests/tidb/build.sh failed:\n{done.stderr[-3000:]}")
    return Path(done.stdout.strip().splitlines()[-1])


class Tidb:
    def __init__(self, program: Path, folder: Path, pump_port: int):
        self.folder = folder
        self.port, self.status_port = free_port(), free_port()
        self.command = [str(program), "-port", str(self.port), "-status", str(self.status_port), "-data", str(folder / "tidb"),
                        "-log", str(folder / "tidb.log"), "-pump", f"127.0.0.1:{pump_port}", "-cluster", "7"]  # fmt: skip
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with open(self.folder / "tidb.out", "ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, cwd=self.folder)
        until = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.connect().close()
                return
            except Exception as error:  # noqa: BLE001 what PyMySQL throws of a server that is not up is of many kinds
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"TiDB does not come up: {error}; see {self.folder}/tidb.log") from error
                time.sleep(0.1)

    def connect(self, database: str | None = None):
        import pymysql

        return pymysql.connect(host="127.0.0.1", port=self.port, user="root", database=database, charset="utf8mb4", autocommit=True,
                               init_command="set time_zone = '+00:00'")  # fmt: skip

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Syncer:
    """Its events are read as they come: `versions` has (version, complete_ts, tables that it changed) of each that was published."""

    def __init__(self, folder: Path, port: int, transactions_max: int):
        self.folder = folder
        self.root = folder / "root"
        self.port = port
        self.config = folder / "syncer.toml"
        self.transactions_max = transactions_max
        self.process: subprocess.Popen | None = None
        self.reader: threading.Thread | None = None
        self.versions: list[tuple[int, int, tuple[str, ...]]] = []
        self.failures: list[str] = []

    def configure(self, status_port: int) -> None:
        self.config.write_text(
            f'[store]\nroot = "{self.root}"\n'
            f'[pump]\nlisten = "127.0.0.1:{self.port}"\ncluster_id = 7\nlog = "{self.folder}/log"\n'
            f'[tidb]\nstatus = "127.0.0.1:{status_port}"\n'
            f"[apply]\ntransactions_max = {self.transactions_max}\nlog_versions = true\n"
        )

    def start(self) -> None:
        self.process = subprocess.Popen([str(TOOLS / "binlog-syncer"), "--config", str(self.config)], stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen) -> None:
        with open(self.folder / "syncer.log", "a") as log:
            for line in process.stderr:
                log.write(line)
                log.flush()
                try:
                    event = json.loads(line)
                except ValueError:
                    self.failures.append(line.strip())
                    continue
                if event["event"] == "version":
                    changed = tuple(event["tables"].split())
                    self.versions.append((int(event["version"]), int(event["complete_ts"]), changed))
                elif event["event"] == "failed":
                    self.failures.append(event["error"])

    def wait_for(self, commit_ts: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.versions or self.versions[-1][1] < commit_ts:
            if self.process.poll() is not None:
                raise RuntimeError(f"the syncer ended: {self.failures}")
            if time.monotonic() > until:
                raise RuntimeError(f"the syncer is at {self.versions[-1:]}, not at {commit_ts} within {seconds} s")
            time.sleep(0.02)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        self.process = None
        return code
