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
        for name in ("ch_session_close", "ch_string_free", "ch_query_cancel", "ch_query_metrics", "ch_query_close"):
            getattr(self._library, name).restype = None
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

    def close(self) -> None:
        self._library.ch_session_close(self._handle)
