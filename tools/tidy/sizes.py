"""How long files, functions and lines may be. Today's worst stands in ratchet.json with its reason, and may only fall."""

import ast
import json
import re
from pathlib import Path

from source import CPP, SourceFile, Tree, Violation

FILE_LINES_AIM = 400
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
PYTHON_COLUMNS_MAX = 140
TRACKED_BYTES_MAX = 1 << 20

OPENERS = re.compile(r"\b(namespace|class|struct|union|enum|interface|record)\b|extern\s*$")


def load_ratchet(root: Path) -> dict:
    path = root / "tools/tidy/ratchet.json"
    return json.loads(path.read_text()) if path.exists() else {"files": {}, "functions": {}}


def kind_of(head: str, is_java: bool) -> str:
    """What a brace after `head` opens where no function is open: a scope, a function, or a value within a statement."""
    if re.search(r"[\w>\]=(,]$|=\s*$|\breturn\s*$", head) and not re.search(
        r"\b(const|noexcept|override|else|final)$", head
    ):
        return "initialiser"
    if is_java and re.search(r"\b(class|interface|record|enum)\s+\w+", head):
        return "scope"
    if "(" in head and not re.match(r"\s*(namespace|enum)\b", head):
        return "function"
    return "scope" if OPENERS.search(head) else "block"


def cpp_functions(source: SourceFile) -> list[tuple[str, int, int]]:
    """(name, first line, lines) of each function with a body outside other functions; Java's methods the same way."""
    code = re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda found: re.sub(r"[^\n]", " ", found[0]), source.code, flags=re.MULTILINE
    )
    functions, scopes, statement = [], [], 0
    for match in re.finditer(r"[{};]", code):
        position, mark = match.start(), match[0]
        inside = any(kind != "scope" for kind, _, _ in scopes)
        closed = ""
        if mark == "{":
            head = code[statement:position]
            kind = "block" if inside else kind_of(head, source.suffix == ".java")
            names = re.findall(r"(~?\w+|operator\s*\S+)\s*\(", head) or ["?"]
            scopes.append((kind, names[0], statement + len(head) - len(head.lstrip())))
            inside = inside or kind == "initialiser"
        elif mark == "}" and scopes:
            closed, name, start = scopes.pop()
            if closed == "function":
                first = source.line_of(start)
                functions.append((name, first, source.line_of(position) - first + 1))
        if (not inside or mark == "}") and closed != "initialiser":
            statement = position + 1
    return functions


def python_functions(source: SourceFile) -> list[tuple[str, int, int]]:
    tree = ast.parse(source.text)
    return [
        (node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def functions_of(source: SourceFile) -> list[tuple[str, int, int]]:
    if source.suffix in CPP + (".java",):
        return cpp_functions(source)
    return python_functions(source) if source.suffix == ".py" else []


def is_test_data(source: SourceFile, line: int, columns_max: int) -> bool:
    """A test's line that is long by its literals alone: a statement or an expected text is read better whole."""
    code = source.code.splitlines()[line - 1]
    return source.is_test and len(re.sub(r"(?<=\S)\s+", " ", code.rstrip())) <= columns_max


def check_sizes(tree: Tree) -> list[Violation]:
    ratchet = load_ratchet(tree.root)
    found = []
    for source in tree.sources:
        count = len(source.lines)
        allowed = ratchet["files"].get(source.path, {"lines": FILE_LINES_AIM})["lines"]
        if count > FILE_LINES_MAX:
            found.append(
                Violation(
                    "sizes", source.path, 1, f"{count} lines, {FILE_LINES_MAX} are refused: split it by its nouns"
                )
            )
        elif count > allowed:
            found.append(
                Violation(
                    "sizes",
                    source.path,
                    1,
                    f"{count} lines, {allowed} allowed: split it, or give the reason in tools/tidy/ratchet.json",
                )
            )
        for name, line, lines in functions_of(source):
            limit = ratchet["functions"].get(f"{source.path}:{name}", FUNCTION_LINES_MAX)
            if lines > limit:
                found.append(
                    Violation(
                        "sizes", source.path, line, f"{name} has {lines} lines, {limit} allowed: give its steps names"
                    )
                )
        columns_max = PYTHON_COLUMNS_MAX if source.suffix in (".py", ".sh") else COLUMNS_MAX
        for number, line in enumerate(source.lines, 1):
            if len(line) > columns_max and not is_test_data(source, number, columns_max):
                found.append(Violation("sizes", source.path, number, f"{len(line)} columns, {columns_max} allowed"))
    for path in tree.paths:
        if (tree.root / path).stat().st_size > TRACKED_BYTES_MAX:
            found.append(Violation("sizes", path, 1, "over 1 MiB: a repository is for sources and small golden files"))
    return found + check_ratchet(tree, ratchet)


def check_ratchet(tree: Tree, ratchet: dict) -> list[Violation]:
    """An entry that allows more than there is would let the worst grow back."""
    found = []
    by_path = {source.path: source for source in tree.sources}
    for path, entry in ratchet["files"].items():
        count = len(by_path[path].lines) if path in by_path else 0
        if count < entry["lines"] - 20 or count <= FILE_LINES_AIM:
            found.append(
                Violation(
                    "sizes", "tools/tidy/ratchet.json", 1, f"{path} has {count} lines now: lower or drop its entry"
                )
            )
        if not entry.get("reason"):
            found.append(Violation("sizes", "tools/tidy/ratchet.json", 1, f"{path} has no reason"))
    for key, limit in ratchet["functions"].items():
        path, _, name = key.rpartition(":")
        longest = (
            max((lines for found_name, _, lines in functions_of(by_path[path]) if found_name == name), default=0)
            if path in by_path
            else 0
        )
        if longest < limit:
            found.append(
                Violation(
                    "sizes", "tools/tidy/ratchet.json", 1, f"{key} has {longest} lines now: lower or drop its entry"
                )
            )
    return found
