"""A standalone Spark of this machine: a master and two workers, whose executors are processes of their own.

Each worker has an address of its own on loopback, since Spark runs a task's second copy on another host only; `local-cluster` has one.
"""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = ("127.0.0.2", "127.0.0.3")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def cluster(root: str) -> Iterator[str]:
    """Gives the master's address; one core a worker. Logs lie below `root`."""
    folder = Path(tempfile.mkdtemp(dir=root, prefix="cluster-"))
    port = str(free_port())
    address = f"spark://127.0.0.1:{port}"
    commands = [["master.Master", "-h", "127.0.0.1", "-p", port]]
    commands += [["worker.Worker", "-h", host, "-c", "1", "-m", "1g", "-d", str(folder / host), address] for host in WORKERS]
    processes = []
    try:
        for number, (role, *arguments) in enumerate(commands):
            command = [f"{os.environ['SPARK_HOME']}/bin/spark-class", f"org.apache.spark.deploy.{role}", *arguments, "--webui-port", "0"]
            with open(folder / f"log-{number}", "wb") as log:
                processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ, SPARK_LOCAL_DIRS=str(folder))))
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
