"""libch.so through ctypes: what a Python program does to read a table without any binding of ours."""

import ctypes
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(
    os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark"
)


def use_peer(name: str) -> None:
    """Makes a peer's packages importable; the newest version when there are several."""
    folders = sorted(
        (CACHE / "peers").glob(f"{name}-*"), key=lambda folder: [int(n) for n in folder.name.split("-")[-1].split(".")]
    )
    if not folders:
        sys.exit(f"no {name} under {CACHE / 'peers'}; run make setup")
    sys.path.insert(0, str(folders[-1]))


class ChError(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("message", ctypes.c_char * 4092)]


class ChMetrics(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            "rows_read",
            "rows_returned",
            "bytes_read",
            "bytes_decompressed",
            "granules_read",
            "granules_skipped",
            "native_nanoseconds",
            "memory_peak_bytes",
            "memory_bytes",
        )
    ]


class ArrowSchema(ctypes.Structure):
    _fields_ = [("fields", ctypes.c_byte * 72)]


class ArrowArray(ctypes.Structure):
    _fields_ = [("fields", ctypes.c_byte * 80)]


class ArrowArrayStream(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("get_schema", "get_next", "get_last_error", "release", "data")]


class Failure(Exception):
    def __init__(self, error: ChError):
        super().__init__(error.message.decode())
        self.code = error.code


class Query:
    """A running query; read() imports its stream."""

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_void_p):
        self._library = library
        self._handle = handle

    def read(self):
        import pyarrow

        stream = ArrowArrayStream()
        error = ChError()
        if self._library.ch_query_stream(self._handle, ctypes.byref(stream), ctypes.byref(error)) != 0:
            raise Failure(error)
        return pyarrow.RecordBatchReader._import_from_c(ctypes.addressof(stream))

    def cancel(self) -> None:
        self._library.ch_query_cancel(self._handle)

    def metrics(self) -> ChMetrics:
        metrics = ChMetrics()
        self._library.ch_query_metrics(self._handle, ctypes.byref(metrics))
        return metrics

    def close(self) -> None:
        self._library.ch_query_close(self._handle)
        self._handle = None


class Session:
    def __init__(self, library_path: str, settings: dict | None = None):
        self._library = ctypes.CDLL(library_path)
        without_result = ("session_close", "string_free", "query_cancel", "query_metrics", "query_close", "job_close", "task_close")
        for name in without_result:
            getattr(self._library, f"ch_{name}").restype = None
        self._handle = ctypes.c_void_p()
        text = None if settings is None else json.dumps(settings).encode()
        self._check("ch_session_open", text, ctypes.byref(self._handle))

    def _check(self, function: str, *arguments) -> None:
        error = ChError()
        if getattr(self._library, function)(*arguments, ctypes.byref(error)) != 0:
            raise Failure(error)

    def _json(self, function: str, text: str) -> dict:
        result = ctypes.c_void_p()
        self._check(function, self._handle, text.encode(), ctypes.byref(result))
        value = json.loads(ctypes.string_at(result))
        self._library.ch_string_free(result)
        return value

    def list(self, path: str) -> dict:
        return self._json("ch_list", path)

    def describe(self, table: str) -> dict:
        return self._json("ch_describe", table)

    def plan(self, plan: dict) -> dict:
        return self._json("ch_plan", json.dumps(plan))

    def execute(self, plan: dict, split: dict | None = None) -> Query:
        query = ctypes.c_void_p()
        piece = None if split is None else json.dumps(split).encode()
        self._check("ch_execute", self._handle, json.dumps(plan).encode(), piece, ctypes.byref(query))
        return Query(self._library, query)

    def command(self, root: str, command: str, **fields) -> dict:
        return self._json("ch_command", json.dumps({"root": root, "command": command, **fields}))

    def history(self, request: dict) -> dict:
        return self._json("ch_history", json.dumps(request))

    def write(self, root: str, database: str, table: str, batch, mode: str = "append") -> int:
        """Commits a pyarrow.RecordBatch; returns the version."""
        job, task, text = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        request = {"root": root, "database": database, "table": table, "mode": mode}
        self._check("ch_job_begin", self._handle, json.dumps(request).encode(), ctypes.byref(job), ctypes.byref(text))
        try:
            self._check("ch_task_begin", self._handle, ctypes.string_at(text), None, ctypes.byref(task))
            schema, array, message, done = ArrowSchema(), ArrowArray(), ctypes.c_void_p(), ctypes.c_void_p()
            batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
            self._check("ch_task_append", task, ctypes.byref(schema), ctypes.byref(array))
            type(batch)._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))  # takes both back
            self._check("ch_task_finish", task, ctypes.byref(message))
            answer = json.dumps({"messages": [ctypes.string_at(message).decode()]}).encode()
            self._check("ch_job_commit", job, answer, ctypes.byref(done))
            version = json.loads(ctypes.string_at(done))["version"]
            for used in (message, done):
                self._library.ch_string_free(used)
            return version
        finally:
            self._library.ch_string_free(text)
            self._library.ch_task_close(task)
            self._library.ch_job_close(job)

    def close(self) -> None:
        self._library.ch_session_close(self._handle)
