"""Where the peers, the made data and our own outputs lie."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CACHE = Path(
    os.environ.get("CHSPARK_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chspark"
)

NEWEST_SPARK = "pyspark-4.3.0"
NEWEST_CHDB = "chdb-4.4.0"
TOOLS = "tools-1"
TPCHGEN = "tpchgen-4.0.0"


def peer(name: str) -> Path:
    folder = CACHE / "peers" / name
    if not folder.is_dir():
        raise SystemExit(f"{name} is not installed; run: tools/setup/peers.sh {name}")
    return folder


def environment(name: str) -> dict[str, str]:
    """The environment of a process that imports this peer."""
    return dict(os.environ, PYTHONPATH=str(peer(name)))
