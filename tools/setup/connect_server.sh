#!/usr/bin/env bash
# Spark 3.5's Connect server, which its distribution leaves out, from Maven into the cache, unless it is there: connect_server.sh VERSION
set -euo pipefail
version=$1
cache=${CHSPARK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chspark}
folder=$cache/peers/sparkconnect-$version
[ -d "$folder" ] && exit 0

echo "setup: spark-connect $version by Maven into $folder, about 20 MB"
filling=$cache/peers/.filling-sparkconnect-$$
trap 'rm -rf "$filling"' EXIT
mkdir -p "$filling"
mvn -B -q dependency:get "-Dartifact=org.apache.spark:spark-connect_2.12:$version:jar" -Dtransitive=false
mvn -B -q dependency:copy "-Dartifact=org.apache.spark:spark-connect_2.12:$version:jar" "-DoutputDirectory=$filling"
mv -T "$filling" "$folder"
