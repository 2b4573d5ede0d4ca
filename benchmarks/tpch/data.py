"""TPC-H data in the cache: Parquet as tpchgen-cli writes it, and MergeTree folders that a real ClickHouse made of it.

<cache>/data/tpch-sf<scale>/parquet-<snappy|zstd>/<table>.parquet and clickhouse-<lz4|zstd>/, a ClickHouse data path with database tpch.
A folder appears only when it is whole.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import peers  # noqa: E402

HERE = Path(__file__).resolve().parent
TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")
PARQUET_CODECS = {"snappy": "SNAPPY", "zstd": "ZSTD(3)"}
# Spark's own writer makes row groups of this size; tpchgen's default of 7 MiB would slow the peer down.
ROW_GROUP = "128MB"


def scale_folder(scale: str) -> Path:
    return peers.CACHE / "data" / f"tpch-sf{scale}"


def fill(folder: Path, what: str, make) -> Path:
    """Makes `folder` by make(temporary folder), unless it is there."""
    if folder.is_dir():
        return folder
    print(f"{what} ...", flush=True)
    started = time.monotonic()
    filling = folder.with_name(f".filling-{folder.name}")
    shutil.rmtree(filling, ignore_errors=True)
    filling.mkdir(parents=True)
    make(filling)
    filling.rename(folder)
    mib = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) >> 20
    print(f"{what}: {mib} MiB, {time.monotonic() - started:.0f} s", flush=True)
    return folder


def parquet(scale: str, codec: str = "snappy") -> Path:
    def make(folder: Path) -> None:
        name = peers.TPCHGEN if (peers.CACHE / "peers" / peers.TPCHGEN).is_dir() else peers.TOOLS
        subprocess.run(
            [
                peers.peer(name) / "bin/tpchgen-cli",
                "parquet",
                "--scale-factor",
                scale,
                "--no-progress",
                "--compression",
                PARQUET_CODECS[codec],
                "--row-group-bytes",
                ROW_GROUP,
                "--output-dir",
                folder,
            ],
            check=True,
        )

    return fill(scale_folder(scale) / f"parquet-{codec}", f"TPC-H scale {scale} as Parquet ({codec})", make)


def clickhouse(scale: str, codec: str = "lz4") -> Path:
    """A ClickHouse data path; its tables lie in data/tpch/<table>."""
    source = parquet(scale)

    def make(folder: Path) -> None:
        subprocess.run(
            [sys.executable, HERE / "load_clickhouse.py", source, folder, codec],
            env=peers.environment(peers.NEWEST_CHDB),
            check=True,
        )

    return fill(
        scale_folder(scale) / f"clickhouse-{codec}", f"TPC-H scale {scale} into a real ClickHouse ({codec})", make
    )


def queries(only: str = "") -> dict[str, str]:
    wanted = only.split(",") if only else []
    texts = {path.stem: path.read_text() for path in sorted((HERE / "queries").glob("q*.sql"))}
    return {name: text for name, text in texts.items() if not wanted or name in wanted}
