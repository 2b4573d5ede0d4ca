"""Who may include whom: base <- engine/column <- engine/format, engine/exec <- engine/part <- engine/table <- engine/store <- connector."""

import re

from source import Tree, Violation

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

COLUMN = {"base", "engine/column"}
PART = COLUMN | {"engine/format", "engine/exec", "engine/part"}
TABLE = PART | {"engine/table"}
STORE = TABLE | {"engine/store", "latch"}
CONNECTOR = STORE | {"connector", "include"}
MAY_INCLUDE = {
    "base": {"base"},
    "engine/column": COLUMN,
    "engine/format": COLUMN | {"engine/format"},
    "engine/exec": COLUMN | {"engine/exec"},
    "engine/part": PART,
    "engine/table": TABLE,
    "engine/store": STORE,
    "connector": CONNECTOR,
    "latch": {"base", "latch"},
    "latchd": {"base", "latch", "latchd"},
    "syncer": STORE | {"syncer"},
    "tools": CONNECTOR | {"tools"},
    "benchmarks": CONNECTOR | {"benchmarks", "tools"},
    "tests": CONNECTOR | {"tests"},
    "include": {"include"},
}
# System and library headers that stop at a border: pattern of the header, pattern of the files that may have it, why.
BORDERS = (
    (re.compile(r"^jni(_md)?\.h$"), re.compile(r"^connector/jni_"), "JNI stops at connector/jni_*"),
    (
        re.compile(r"^nlohmann/(?!json_fwd)"),
        re.compile(r"\.cc$"),
        "JSON stays out of headers: json_fwd.hpp is enough there",
    ),
    (
        re.compile(r"^(lz4|zstd|zlib)"),
        re.compile(r"^(engine/format/|base/)|_test\.cc$"),
        "compression libraries stop at engine/format",
    ),
    (
        re.compile(r"^(gtest|gmock)/"),
        re.compile(r"_test\.cc$|test[^/]*\.(h|cc)$|^tests/"),
        "GoogleTest belongs to tests",
    ),
    (
        re.compile(r"^(grpc|google/protobuf)"),
        re.compile(r"^(latch/client|latchd|syncer/source)/"),
        "gRPC stops at latch/client, latchd, syncer/source",
    ),
)


def folder_of(path: str) -> str | None:
    """The layer that a path, or an included name, belongs to."""
    if path.startswith("ch/"):
        return "include"
    parts = path.split("/")
    name = "/".join(parts[:2]) if parts[0] == "engine" else parts[0]
    return name if name in MAY_INCLUDE else None


def check_layers(tree: Tree) -> list[Violation]:
    found = []
    for source in tree.cpp():
        layer = folder_of(source.path)
        if layer is None:
            continue
        for match in INCLUDE.finditer(source.without_comments):
            header = match[1] or match[2]
            line = source.line_of(match.start())
            target = folder_of(header) if match[1] or header.startswith("ch/") else None
            if target and target not in MAY_INCLUDE[layer]:
                found.append(
                    Violation(
                        "layers",
                        source.path,
                        line,
                        f"{layer} may not include {header}: it may include {', '.join(sorted(MAY_INCLUDE[layer]))}",
                    )
                )
            if match[1] and "/" not in header:
                found.append(Violation("layers", source.path, line, f'"{header}": include by the path from the root'))
            for pattern, allowed, why in BORDERS:
                if pattern.search(header) and not allowed.search(source.path):
                    found.append(Violation("layers", source.path, line, f"{header}: {why}"))
    return found
