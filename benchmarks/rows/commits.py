"""commit_*, commits_per_s, manifest_open: what a commit costs with all its syncs on this disk, and how fast a long history opens."""

import statistics
import tempfile
from pathlib import Path

import harness
import peers
import stores

NAMES = ("commit_small", "commit_20_tables", "commits_per_s", "manifest_open")
COMMITS = 40
SYNCS = 60
MS_MAX = 30.0
SYNCS_A_COMMIT = 4
THREADS = 8
PARTS, VERSIONS = 10_000, 100_000


def median_ms(answer: dict) -> float:
    return 1000 * statistics.median(answer["seconds"])


def run(_: str, names: list[str]) -> list[harness.Row]:
    found = []
    with harness.Worker([peers.BUILD / "release/benchmarks/store_commits"]) as store:

        def commits(tables: int) -> float:
            root = stores.new_root(f"commits-{tables}")
            return median_ms(store.ask(do="commits", root=str(root), tables=tables, rows=1000, count=COMMITS))

        if {"commit_small", "commit_20_tables"} & set(names):
            sync = median_ms(store.ask(do="syncs", root=str(stores.new_root("syncs")), count=SYNCS))
            goal = max(MS_MAX, SYNCS_A_COMMIT * sync)
            note = f"1,000 rows a table, median of {COMMITS}; one sync of this disk takes {sync:.1f} ms"
            for name, tables, times in (("commit_small", 1, 1), ("commit_20_tables", 20, 2)):
                if name in names:
                    ms = commits(tables)
                    found.append(harness.Row(name, ms, "ms", goal=goal * times, is_larger_better=False, note=note))
        if "commits_per_s" in names:
            root = stores.new_root("group")
            done = store.ask(do="group", root=str(root), threads=THREADS, count=COMMITS)
            rate = done["commits"] / done["seconds"]
            note = f"{THREADS} threads, {done['commits']} commits of one row in {done['versions']} versions"
            found.append(harness.Row("commits_per_s", rate, "commits/s", goal=100.0, note=note))
        if "manifest_open" in names:
            found.append(manifest_open(store))
    return found


def manifest_open(store: harness.Worker) -> harness.Row:
    """Made in memory where there is such a file system: syncs are not what is measured."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="chspark-") as folder:
        root = f"{folder}/history"
        store.ask(do="history", root=root, parts=PARTS, versions=VERSIONS)
        with harness.Worker([peers.BUILD / "release/benchmarks/store_commits"]) as fresh:
            answers = [fresh.ask(do="open", root=root) for _ in range(harness.RUNS)]
    if answers[0]["parts"] != PARTS or answers[0]["version"] < VERSIONS:
        raise RuntimeError(f"the history has {answers[0]}")
    best = min(answers, key=lambda one: one["seconds"])
    note = f"{best['parts']:,} parts, version {best['version']:,}"
    return harness.Row("manifest_open", 1000 * best["seconds"], "ms", goal=20.0, is_larger_better=False, note=note)
