"""Calls and words that are refused, each with what to write instead."""

import re
from dataclasses import dataclass

from source import CPP, Tree, Violation

LIBRARIES = re.compile(r"^(base|engine|connector|include|latch)/")
EVERYWHERE = re.compile(r"")


@dataclass(frozen=True)
class Ban:
    pattern: str
    instead: str
    where: re.Pattern = EVERYWHERE
    but: str = r"(?!)"  # paths that may


BANS = (
    Ban(r"\bmmap\s*\(", "pread into a Buffer: a truncated file would kill the JVM"),
    Ban(
        r"\b(?:std::)?(?:abort|terminate|quick_exit|_exit)\s*\(",
        "throw ch::Error, or CH_ASSERT for a programmer's error",
        but=r"(_(test|fuzz)|tests/reliability/child)\.cc$",
    ),
    Ban(r"(?<![\w.>:])(?:std::)?exit\s*\(", "return from main", but=r"_(test|fuzz)\.cc$"),
    Ban(
        r"\bstd::regex\b|#\s*include\s*<regex>",
        "a hand-written matcher: std::regex recurses and can overflow the stack",
    ),
    Ban(
        r"#\s*include\s*<iostream>|\bstd::(?:cout|cerr|clog)\b",
        "no stream in a library: return or throw",
        LIBRARIES,
        but=r"_(test|fuzz|bench)\.cc$",
    ),
    Ban(
        r"(?<![\w:])(?:std::)?v?f?printf\s*\(|(?<![\w:])(?:std::)?f?puts\s*\(",
        "a library prints nothing: return or throw",
        LIBRARIES,
        but=r"_(test|fuzz|bench)\.cc$",
    ),
    Ban(r"(?<!\w)assert\s*\(", "CH_ASSERT for programmers' errors, ch::Error for anything read or passed in"),
    Ban(r"\bnew\b(?=\s*[\w:(])", "std::make_unique, a Buffer or a value"),
    Ban(r"(?<!=)(?<!= )(?<!operator )\bdelete\b", "an owner: unique_ptr, Buffer or a value"),
    Ban(
        r"(?<![\w.>])(?:std::)?(?:malloc|calloc|realloc|free)\s*\(",
        "BufferPool, so that the memory budget sees it",
        but=r"^(base/buffer|connector/)|_(test|fuzz)\.cc$",
    ),
    Ban(
        r"\bcatch\s*\(\s*\.\.\.\s*\)",
        "name the exception: only the walls (C ABI, JNI, main) catch everything",
        but=r"^connector/|main[^/]*\.cc$|_(test|fuzz)\.cc$",
    ),
    Ban(r"\bcatch\s*\([^)]*\)\s*\{\s*\}", "handle it or let it pass: an empty catch hides a failure"),
    Ban(r"\busing\s+namespace\b", "name what is used, or an alias"),
    Ban(
        r"(?<![\w:.>])(?:std::)?(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof)\s*\(",
        "std::string_view and std::from_chars",
    ),
    Ban(r"(?<![\w:.>])(?:std::)?(?:rand|srand)\s*\(", "a seeded std::mt19937_64"),
    Ban(r"\bstd::endl\b", r"'\n'"),
    Ban(r"\bconst_cast\b", "a const that is true, or a mutable owner", LIBRARIES),
    Ban(r"\b(?:EXPECT|ASSERT)_DEATH\b", "throw and catch: nothing here may die"),
)
UNFINISHED = re.compile(
    r"\b(FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|\bnot " + r"implemented\b|\bunimple" + r"mented\b|\bfor " + r"now\b",
    re.IGNORECASE,
)
LATER = re.compile(r"\bTO" + r"DO\b(?!\(#\d+\))")
MACHINE = re.compile(r"(?<![\w.$}/-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me)/\w")
SKIP = re.compile(r"\bGTEST_" + r"SKIP\b|@Dis" + r"abled\b|\bpytest\.mark\.sk" + r"ip|\bxf" + r"ail\b")


def check_words(tree: Tree) -> list[Violation]:
    found = []
    for source in tree.sources:
        if source.suffix in CPP:
            for ban in BANS:
                if not ban.where.search(source.path) or re.search(ban.but, source.path):
                    continue
                for match in re.finditer(ban.pattern, source.code):
                    found.append(
                        Violation(
                            "words", source.path, source.line_of(match.start()), f"{match[0].strip()}: {ban.instead}"
                        )
                    )
            if source.suffix == ".h" and "#pragma once" not in source.text and "#ifndef CH_" not in source.text:
                found.append(Violation("words", source.path, 1, "no #pragma once"))
        for number, line in enumerate(source.lines, 1):
            for pattern, message in (
                (UNFINISHED, "a word of unfinished work: finish it, or open an issue and leave it out"),
                (LATER, "it needs an open issue: TO" + "DO(#12)"),
                (MACHINE, "a path of one machine"),
                (SKIP, "a test that may not run: make it run, or take it out"),
            ):
                if match := pattern.search(line):
                    found.append(Violation("words", source.path, number, f"{match[0].strip()}: {message}"))
            if "\t" in line:
                found.append(Violation("words", source.path, number, "a tab: 4 spaces"))
            if line != line.rstrip():
                found.append(Violation("words", source.path, number, "white space at the end of the line"))
    return found
