"""House rules that a compiler does not know: prints each violation as path:line: what is wrong and what to do.

Usage: tidy.py [--report] [PATH_PREFIX...]     --report prints the figures of the tree: file sizes, comment share
"""

import argparse
import statistics
import sys
from pathlib import Path

from layers import check_layers
from listed import check_duplicates, check_listed
from sizes import check_sizes
from source import CPP, SourceFile, Tree
from words import check_words

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKS = (check_layers, check_sizes, check_words, check_listed, check_duplicates)


def comment_share(source: SourceFile) -> tuple[int, int]:
    """(comment lines, lines that are not blank); a line with code and a comment counts half as much as none: as code."""
    bare = source.without_comments.splitlines()
    comments = sum(1 for raw, code in zip(source.lines, bare) if raw.strip() and not code.strip())
    return comments, sum(1 for line in source.lines if line.strip())


def print_report(tree: Tree) -> None:
    for name, suffixes in (("C++", CPP), ("Java", (".java",)), ("Python", (".py",))):
        files = [source for source in tree.sources if source.suffix in suffixes]
        if len(files) < 2:
            continue
        lines = sorted(len(source.lines) for source in files)
        shares = [comment_share(source) for source in files if not source.is_test]
        share = 100 * sum(c for c, _ in shares) / max(1, sum(n for _, n in shares))
        print(
            f"{name}: {len(files)} files, {sum(lines)} lines; "
            f"a file p50 {statistics.median(lines):.0f}, p90 {lines[int(len(lines) * 0.9)]}, "
            f"max {lines[-1]}; comments {share:.1f} % outside tests"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("prefixes", nargs="*")
    options = parser.parse_args()
    tree = Tree(ROOT)
    if options.report:
        print_report(tree)
        return 0
    failed = 0
    for check in CHECKS:
        found = [v for v in check(tree) if not options.prefixes or v.path.startswith(tuple(options.prefixes))]
        for violation in found:
            print(violation)
        failed += bool(found)
    print_report(tree)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
