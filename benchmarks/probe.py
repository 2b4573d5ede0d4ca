"""The ceiling of spark_noop: Spark reads our vectors over ready memory, made-up values of the same types, no engine behind them."""

import subprocess
import zipfile
from pathlib import Path

import peers

CLASSES = peers.ROOT / "spark/target/test-classes"
TEXT_BYTES = {"l_comment": 27, "l_shipinstruct": 12, "l_shipmode": 4, "l_returnflag": 1, "l_linestatus": 1}  # the mean


def jar() -> Path:
    """The tests' classes ProbeSource and what it needs; Maven compiles them."""
    subprocess.run(
        ["mvn", "-B", "-q", "-f", peers.ROOT / "spark/pom.xml", "test-compile"], check=True, stdout=subprocess.DEVNULL
    )
    path = peers.BUILD / "bench/probe.jar"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for pattern in ("Probe*.class", "ArrowMemory*.class"):
            for file in CLASSES.rglob(pattern):
                archive.write(file, file.relative_to(CLASSES))
    return path


def frame(session, like, partitions: int):
    """As many rows as there are in `like`, about, with columns of its types."""
    columns = [
        f"{field.name} {field.dataType.simpleString()} NOT NULL COMMENT '{TEXT_BYTES.get(field.name, 10)}'" for field in like.schema
    ]
    return (
        session.read.format("io.chspark.ProbeSource")
        .option("ddl", ", ".join(columns))
        .option("rows", like.count() // partitions)
        .option("partitions", partitions)
        .load()
    )
