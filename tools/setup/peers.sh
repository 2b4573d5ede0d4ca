#!/usr/bin/env bash
# Installs the named folders of peers.list under the cache, unless they are there for this Python.
# A folder appears only when it is complete: it is filled under another name and then renamed, so an interrupted run costs nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${CHSPARK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chspark}
python=${PYTHON:-python3}
abi=$("$python" -c 'import sys, platform; print("cp%d%d-%s" % (*sys.version_info[:2], platform.machine()))')

row_of() { awk -v name="$1" '$1 == name' "$here/peers.list"; }
is_there() { [ "$(cat "$cache/peers/$1/.python" 2>/dev/null)" = "$abi" ]; }

missing=()
download_mb=0
for name in "$@"; do
    row=$(row_of "$name")
    [ -n "$row" ] || { echo "setup: peers.list has no '$name'" >&2; exit 1; }
    is_there "$name" && continue
    missing+=("$name")
    download_mb=$((download_mb + $(awk '{print $2}' <<<"$row")))
done
[ ${#missing[@]} -gt 0 ] || exit 0

"$python" -m pip --version >/dev/null 2>&1 || {
    echo "setup: $python has no pip; install python3-pip or set PYTHON to an interpreter that has it" >&2
    exit 1
}
echo "setup: from PyPI into $cache/peers: ${missing[*]}; about $download_mb MB to download, $((download_mb / 600 + 1)) min at 10 MB/s"
mkdir -p "$cache/peers"
for name in "${missing[@]}"; do
    started=$SECONDS
    filling="$cache/peers/.filling-$name-$$"
    trap 'rm -rf "$filling"' EXIT
    rm -rf "$filling"
    read -r -a requirements <<<"$(row_of "$name" | cut -d' ' -f2- | sed 's/^ *[0-9]* *//')"
    "$python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-compile \
        --no-deps --target "$filling" "${requirements[@]}"
    echo "$abi" >"$filling/.python"
    rm -rf "$cache/peers/$name"
    mv -T "$filling" "$cache/peers/$name"
    echo "setup: $name installed, $(du -sm "$cache/peers/$name" | cut -f1) MB, $((SECONDS - started)) s"
done
