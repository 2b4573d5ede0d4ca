#!/usr/bin/env bash
# Builds build/chspark.jar with Maven, unless it is newer than everything it is made of. MAVEN_OFFLINE=1 asks no registry.
set -euo pipefail
cd "$(dirname "$0")/../.."
jar=build/chspark.jar
tools/setup/latch_bundle.sh build/release/libch_latch.so build/latch
if [ -f "$jar" ] && [ -z "$(find spark/src/main spark/pom.xml build/libch.so build/latch -newer "$jar" -print -quit)" ]; then
    exit 0
fi
if [ ! -d "$HOME/.m2/repository/org/apache/spark" ]; then
    echo "setup: Maven will download the compile-time jars and its plugins, about 100 MB; this takes some minutes"
fi
started=$SECONDS
mvn ${MAVEN_OFFLINE:+-o} -B -q -f spark/pom.xml package -DskipTests -Dlibch="$PWD/build/libch.so" -Dlatch="$PWD/build/latch"
echo "$jar: $(du -k "$jar" | cut -f1) KiB, $((SECONDS - started)) s"
