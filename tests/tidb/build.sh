#!/usr/bin/env bash
# Builds the real TiDB that the suite syncer runs against, once a version of this folder, into the cache; prints the program's path.
# Nothing is done when it is there. Exit 3: there is no Go, or its modules cannot be had, and standard error says why.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${CHSPARK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chspark}
key=$(cat "$here/go.mod" "$here/go.sum" "$here"/cmd/tidbd/*.go | sha256sum | cut -c1-16)
program="$cache/tidb/$key/tidbd"
if [ -x "$program" ]; then
    echo "$program"
    exit 0
fi

# Go 1.24 or newer: the system's, else that of the peers.
is_new() { "$1" version 2>/dev/null | grep -Eq 'go(1\.(2[4-9]|[3-9][0-9])|[2-9])'; }
go=
for candidate in "$(command -v go || true)" $(find "$cache"/peers/go-* -type f -path '*bin/go*' 2>/dev/null | sort); do
    if [ -n "$candidate" ] && is_new "$candidate"; then
        go=$candidate
        break
    fi
done
if [ -z "$go" ]; then
    echo "tidb: no Go 1.24 or newer: run make setup, or install one" >&2
    exit 3
fi

export GOCACHE="$cache/tidb/build" GOMODCACHE="$cache/tidb/modules" GOTOOLCHAIN=local GOFLAGS=-mod=readonly
mkdir -p "$cache/tidb/$key"
echo "tidb: building TiDB, once: 240 MB of modules, then 5 to 15 minutes on two cores; it stays in $cache/tidb" >&2
if ! (cd "$here" && "$go" mod download github.com/pingcap/tidb >&2); then
    echo "tidb: the module proxy does not give TiDB's modules" >&2
    exit 3
fi
# TiDB reaches into the runtime by name, which the linker has to allow.
(cd "$here" && "$go" build -ldflags='-checklinkname=0 -s -w' -o "$program.new" ./cmd/tidbd >&2)
mv "$program.new" "$program"
echo "$program"
