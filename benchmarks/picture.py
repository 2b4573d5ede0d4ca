"""Draws the TPC-H rows of a results.json as docs/images/tpch.svg: seconds a query, ours beside Parquet."""

import argparse
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BAR, GAP, LEFT, WIDTH, TOP = 9, 10, 44, 720, 64
OURS, PEER, INK = "#f2b705", "#8a94a6", "#2b2f36"


def bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'


def text(x: float, y: float, words: str, size: int = 11, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{INK}">{words}</text>'


def draw(rows: list[dict], title: str) -> str:
    longest = max(max(row["ours"], row["peer"]) for row in rows)
    scale = (WIDTH - LEFT - 70) / longest
    height = TOP + len(rows) * (2 * BAR + GAP) + 8
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(12, 24, title, 15),
        bar(12, 36, 18, OURS) + text(36, 44, "MergeTree files, chspark"),
        bar(190, 36, 18, PEER) + text(214, 44, "Parquet"),
    ]
    for index, row in enumerate(rows):
        y = TOP + index * (2 * BAR + GAP)
        out.append(text(LEFT - 8, y + BAR + 4, row["name"].removeprefix("tpch_"), anchor="end"))
        out.append(bar(LEFT, y, scale * row["ours"], OURS) + bar(LEFT, y + BAR, scale * row["peer"], PEER))
        end = LEFT + scale * max(row["ours"], row["peer"]) + 8
        out.append(text(end, y + BAR + 4, f"{row['ratio']:.1f}x"))
    return "\n".join([*out, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=ROOT / "build/bench/results.json")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images/tpch.svg")
    options = parser.parse_args()
    rows = [row for row in json.loads(options.results.read_text()) if row["name"].startswith("tpch_q")]
    if not rows:
        raise SystemExit(f"{options.results}: found no tpch_q rows; run make bench ONLY=tpch first")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(draw(rows, "TPC-H SF1, Spark 4.3 on 2 cores: seconds a query"))
    print(options.out)


if __name__ == "__main__":
    main()
