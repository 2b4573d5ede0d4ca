"""Files that nobody builds or includes, and the same six lines written twice."""

import re
from collections import defaultdict
from pathlib import PurePosixPath

from layers import INCLUDE
from source import SourceFile, Tree, Violation

BLOCK_LINES = 6


def check_listed(tree: Tree) -> list[Violation]:
    """Every .cc stands in a CMakeLists.txt at or above its folder; every header is included by another file."""
    lists = {
        str(PurePosixPath(path).parent): (tree.root / path).read_text()
        for path in tree.paths
        if path.endswith("CMakeLists.txt")
    }
    included = {match[1] or match[2] for source in tree.cpp() for match in INCLUDE.finditer(source.without_comments)}
    found = []
    for source in tree.cpp():
        path = PurePosixPath(source.path)
        if source.suffix == ".h":
            name = source.path.removeprefix("include/")
            if name not in included:
                found.append(Violation("listed", source.path, 1, "no file includes this header: remove it"))
            continue
        if not any(names_it(lists.get(str(folder), ""), path, folder) for folder in path.parents):
            found.append(Violation("listed", source.path, 1, "no CMakeLists.txt names this file: it is never built"))
    return found


def names_it(text: str, path: PurePosixPath, folder: PurePosixPath) -> bool:
    return re.search(rf"(?<![\w/.]){re.escape(str(path.relative_to(folder)))}(?!\w)", text) is not None


def significant(source: SourceFile) -> list[tuple[int, str]]:
    """Lines that say something: no comments, includes, lone braces or table rows of numbers."""
    kept = []
    for number, line in enumerate(source.without_comments.splitlines(), 1):
        bare = line.strip()
        if len(re.sub(r"[\W_\d]", "", bare)) >= 3 and not bare.startswith(
            ("#include", "import ", "package ", "using ", "namespace ", "case ")
        ):
            kept.append((number, bare))
    return kept


def check_duplicates(tree: Tree) -> list[Violation]:
    """The same six significant lines in two places outside tests; one violation for each run of such lines."""
    places = defaultdict(list)
    for source in tree.sources:
        if source.is_test or source.suffix not in (".cc", ".java", ".py"):
            continue
        lines = significant(source)
        for start in range(len(lines) - BLOCK_LINES + 1):
            block = "\n".join(text for _, text in lines[start : start + BLOCK_LINES])
            places[block].append((source.path, lines[start][0], start))
    found, seen = [], set()
    for spots in places.values():
        first = spots[0]
        for path, line, start in spots[1:]:
            if (path, start - 1, first[0], first[2] - 1) not in seen:
                found.append(
                    Violation(
                        "duplicates",
                        path,
                        line,
                        f"these {BLOCK_LINES} lines stand in {first[0]}:{first[1]} too: give them one home",
                    )
                )
            seen.add((path, start, first[0], first[2]))
    return found
