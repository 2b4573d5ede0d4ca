"""The registry of test suites: what `make test` runs, in order, and the minutes that each group may take on two cores."""

import sys
from dataclasses import dataclass

BUDGET_MINUTES = {
    "build": 10,
    "unit": 8,
    "compatibility": 6,
    "reliability": 10,
    "spark": 6,
    "syncer": 5,
}


@dataclass(frozen=True)
class Suite:
    name: str
    group: str
    what: str
    command: tuple[str, ...]  # {seed} is the seed
    counts: bool = True  # prints a count; a suite that does not is a step that only has to succeed
    is_needed: bool = False  # nothing after it makes sense when it fails
    when_full: tuple[str, ...] = ()  # arguments added in make test-full
    only_full: bool = False  # runs in make test-full only
    minutes_max: int = 20  # stopped after that, at the size of make test


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


SUITES = (
    Suite(
        "build",
        "build",
        "libch.so, ch and the jar",
        ("make", "--no-print-directory", "build", "SETUP=no"),
        counts=False,
        is_needed=True,
    ),
    Suite("build-dev", "build", "the unit tests", ("tools/setup/build.sh", "dev"), counts=False, is_needed=True),
    Suite("tidy", "build", "house rules: layers, sizes, banned calls", python("tools/tidy/tidy.py")),
    Suite("tidy-test", "build", "tidy finds each planted violation", python("tools/tidy/tidy_test.py")),
    Suite("runner-test", "build", "this runner finds each planted fault", python("tests/run_test.py")),
    Suite("format", "build", "clang-format leaves every C++ file as it is", python("tools/tidy/format.py", "--check")),
    Suite(
        "clang-tidy",
        "build",
        "clang-tidy over a slice of the files chosen by the seed",
        python("tools/tidy/clang_tidy.py", "--seconds", "60"),
        when_full=("--seconds", "inf"),
        minutes_max=60,
    ),
    Suite(
        "java",
        "unit",
        "unit tests of the Spark-Magic client, and google-java-format",
        ("mvn", "-B", "-ntp", "-f", "spark/pom.xml", "spotless:check", "test"),
    ),
    Suite("unit", "unit", "unit tests", python("tests/unit.py", "build/dev")),
    Suite(
        "build-asan",
        "unit",
        "the unit tests with ASan and UBSan",
        ("tools/setup/build.sh", "asan"),
        counts=False,
        minutes_max=40,
    ),
    Suite("unit-asan", "unit", "unit tests under ASan and UBSan", python("tests/unit.py", "build/asan")),
    Suite(
        "build-fuzz",
        "reliability",
        "the fuzzers",
        ("tools/setup/build.sh", "fuzz", "fuzzers"),
        counts=False,
        minutes_max=40,
    ),
    Suite(
        "fuzz",
        "reliability",
        "every fuzzer: its corpus, then a few seconds of new inputs",
        python("tests/fuzz.py", "build/fuzz", "--seconds", "5"),
        when_full=("--seconds", "60"),
    ),
    Suite(
        "damage",
        "reliability",
        "golden parts and tables damaged in memory: an error naming the place, or the right rows",
        ("build/dev/tests/corruption/ch_damage_test", "--gtest_brief=1"),
    ),
    Suite(
        "damage-asan",
        "reliability",
        "the same under ASan and UBSan, fewer",
        ("build/asan/tests/corruption/ch_damage_test", "--gtest_brief=1"),
    ),
    Suite(
        "damage-spark",
        "reliability",
        "damaged golden tables through Spark in one JVM, a healthy query behind each",
        python("tests/corruption/spark_damage.py", "--seed", "{seed}"),
    ),
    *(
        Suite(
            name,
            "reliability",
            what,
            python("tests/reliability/run.py", name),
            when_full=("--size", "rel"),
        )
        for name, what in (
            ("R1", "a writer, merge or collection that ends anywhere, or whose file operations fail, against a model"),
            ("R2", "power loss: every crash state of four histories, every sync left out once"),
            ("R3", "each file operation of four histories fails, in six ways"),
            ("R4", "a disk that loses what it acknowledged"),
            ("R6", "every file of a store that we wrote damaged: an error naming a file, or the right rows"),
            ("R10", "a writer stopped at any step while its latch is broken and another one goes on"),
            ("R11", "a reader stopped or killed at any step while others merge and collect"),
            ("R12", "all interleavings that a seed gives of processes on one root, in one thread"),
            ("R14", "readers beside writers and merges, in threads and processes, against a model"),
            ("stress", "two writers, four readers, merges and collection as processes, killed at random"),
        )
    ),
    Suite(
        "compat",
        "compatibility",
        "ch against four ClickHouse versions, value by value, over random tables",
        python("tests/compat/run.py"),
    ),
    Suite(
        "cli",
        "compatibility",
        "the command ch: reports against the files, arrow against jsonl, usage errors",
        python("tests/compat/cli.py"),
    ),
    Suite(
        "errors",
        "compatibility",
        "a store on a full or read-only disk, of another user, beside a second or a killed writer, by a wrong clock",
        python("tests/compat/errors.py"),
    ),
    Suite(
        "debian",
        "compatibility",
        "ch against Debian's own clickhouse-server 18.16",
        python("tests/compat/debian_server.py"),
    ),
    Suite(
        "written",
        "compatibility",
        "parts that we wrote, attached by four ClickHouse versions: every value, order, indices, merges, planted faults",
        python("tests/compat/written.py"),
    ),
    Suite(
        "store",
        "compatibility",
        "tables that ch wrote, upserted, merged and exported: SELECT FINAL of a ClickHouse, row for row",
        python("tests/compat/store.py"),
    ),
    Suite(
        "follow",
        "compatibility",
        "a ClickHouse beside writers sees only published states of a following export, in their order",
        python("tests/compat/store_follow.py"),
        when_full=("--size", "full"),
    ),
    Suite(
        "arrow-stream",
        "compatibility",
        "libch.so's Arrow streams in pyarrow against ClickHouse's own values",
        python("tests/python/test_arrow_stream.py", "build/release"),
    ),
    Suite(
        "spark",
        "spark",
        "the jar on the oldest and the newest Spark: values, random predicates, catalog, damage",
        python("tests/spark/run.py", "--seed", "{seed}"),
        when_full=("--full",),
    ),
    Suite(
        "syncer",
        "syncer",
        "binlog-syncer against a real TiDB: every version that it publishes is TiDB's own state, value by value",
        python("tests/syncer/run.py"),
        when_full=("--size", "full"),
        minutes_max=60,
    ),
)
