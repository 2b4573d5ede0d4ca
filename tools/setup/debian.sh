#!/usr/bin/env bash
# Installs the Debian packages named as arguments that are missing; says which, how much it downloads, how long it took.
# Does nothing, and asks for no rights, when all are there.
set -euo pipefail

missing=()
for package in "$@"; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: these Debian packages are missing and there is no sudo: ${missing[*]}" >&2
        echo "setup: as root, run: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "setup: Debian packages to install, which takes some minutes: ${missing[*]}"
started=$SECONDS
"${as_root[@]}" apt-get update -qq
apt-get install --assume-no --no-install-recommends "${missing[@]}" 2>/dev/null |
    sed -n 's/^Need to get/setup: apt will get/p; s/^After this operation/setup: after that/p' || true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "setup: apt-get install failed; its last lines stand above" >&2
    exit 1
fi
echo "setup: Debian packages installed in $((SECONDS - started)) s"
