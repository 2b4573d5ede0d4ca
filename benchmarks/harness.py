"""What a benchmark row is, and how two sides are timed against each other."""

import json
import subprocess
from dataclasses import asdict, dataclass

RUNS = 5
THREADS = 2


@dataclass
class Row:
    """One line of the table. `ours` and `peer` are in `unit`; `goal` is a ratio where there is a peer, else in `unit`."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    goal: float | None = None
    is_larger_better: bool = True
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Larger is better: against the peer, or against the goal where there is no peer."""
        other = self.peer if self.peer is not None else self.goal
        if not other or not self.ours:
            return None
        return self.ours / other if self.is_larger_better else other / self.ours

    @property
    def is_met(self) -> bool | None:
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= (self.goal if self.peer is not None else 1.0)

    def as_json(self) -> dict:
        fields = asdict(self)
        return {name: fields[name] for name in ("name", "ours", "peer", "peer_name", "unit")} | {
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.is_met,
            "note": self.note,
        }


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| row | ours | peer | unit | ratio | goal | met | against |", "|---|---:|---:|---|---:|---:|---|---|"]
    return "\n".join(lines + [line(row) for row in rows])


def line(row: Row) -> str:
    """One line of the table."""
    met = {True: "yes", False: "**no**", None: ""}[row.is_met]
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else "-"
    against = "; ".join(text for text in (row.peer_name, row.note) if text)
    return f"| {row.name} | {number(row.ours)} | {number(row.peer)} | {row.unit} | {ratio} | {number(row.goal)} | {met} | {against} |"


def alternate(*sides, runs: int = RUNS, warm_ups: int = 1) -> list[float]:
    """The least seconds of each side; a side is a function that returns its seconds. Warm-ups of each, then they take turns."""
    best = [float("inf")] * len(sides)
    for turn in range(warm_ups + runs):
        for index, side in enumerate(sides):
            seconds = side()
            if turn >= warm_ups:
                best[index] = min(best[index], seconds)
    return best


class Worker:
    """A process that answers one JSON line for each JSON line: engine_scan, or worker.py round a peer."""

    def __init__(self, command: list, environment: dict | None = None):
        self.process = subprocess.Popen(
            [str(part) for part in command], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[-1]} ended with exit code {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def seconds(self, **request):
        """A side for alternate()."""
        return lambda: self.ask(**request)["seconds"]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
