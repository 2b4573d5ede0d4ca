#!/usr/bin/env bash
# Configures a CMake preset where that has not been done and builds targets of it: build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/../.."
# A clone in another folder finds the objects of the first: paths are taken from the root on.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
preset=${1:?usage: build.sh PRESET [TARGET...]}
shift
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
targets=()
for target in "$@"; do targets+=(--target "$target"); done
exec cmake --build "build/$preset" -j "${JOBS:-$(nproc)}" "${targets[@]}"
