"""The project's own text files as the checks see them: raw, without comments, and without comments and literals."""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CPP = (".cc", ".h", ".c")
CODE = CPP + (".java", ".py", ".sh")
SKIPPED = ("third_party/", "build/")

# One alternative a lexical form, so that "//" in a string is no comment and a quote in a comment opens no string.
C_TOKENS = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<raw>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)")'
    r'|(?P<block>""".*?""")|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])+\')',
    re.DOTALL,
)
HASH_TOKENS = re.compile(
    r'(?P<block>""".*?"""|\'\'\'.*?\'\'\')|(?P<string>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')'
    r"|(?P<comment>(?<![\w$\\&{])#[^\n]*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Violation:
    check: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.check}]"


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def masked(text: str, tokens: re.Pattern, kinds: tuple[str, ...]) -> str:
    """`text` with the tokens of these kinds blanked; every character stays at its place."""
    return tokens.sub(
        lambda found: blank(found[0]) if found.lastgroup in kinds or any(found[kind] for kind in kinds) else found[0],
        text,
    )


class SourceFile:
    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.suffix = Path(path).suffix
        self.is_test = path.startswith("tests/") or re.search(r"_(test|fuzz|bench)\.\w+$|/src/test/", path) is not None

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def without_comments(self) -> str:
        return self._masked(("comment",))

    @cached_property
    def code(self) -> str:
        kinds = (
            ("comment", "block", "string", "char", "raw")
            if self.suffix in CPP + (".java",)
            else ("comment", "block", "string")
        )
        return self._masked(kinds)

    def _masked(self, kinds: tuple[str, ...]) -> str:
        return masked(self.text, C_TOKENS if self.suffix in CPP + (".java",) else HASH_TOKENS, kinds)

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


class Tree:
    """Files that git tracks or would track."""

    def __init__(self, root: Path, paths: list[str] | None = None):
        self.root = root
        self.paths = [
            p
            for p in (paths if paths is not None else tracked(root))
            if not p.startswith(SKIPPED) and (root / p).is_file()
        ]
        self.sources = [SourceFile(p, (root / p).read_text(errors="replace")) for p in self.paths if p.endswith(CODE)]

    def cpp(self) -> list[SourceFile]:
        return [source for source in self.sources if source.suffix in CPP]


def tracked(root: Path) -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted(path for path in listing.stdout.decode().split("\0") if path)
