#!/usr/bin/env bash
# Makes this machine ready for one purpose, installing only what it lacks: setup.sh build|demo|test|test-full|bench|lint|fuzz
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
purpose=${1:?usage: setup.sh build|demo|test|test-full|bench|lint|fuzz}

build_packages=(g++ binutils cmake ninja-build ccache liblz4-dev libzstd-dev libxxhash-dev zlib1g-dev nlohmann-json3-dev libcli11-dev
    protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev patchelf pkg-config libtomlplusplus-dev
    flatbuffers-compiler libflatbuffers-dev libgtest-dev libbenchmark-dev tzdata
    openjdk-17-jdk-headless maven python3 python3-pip ca-certificates)
test_packages=(faketime mount util-linux)
lint_packages=(clang-format-16 clang-tidy-16 clang-16 libclang-rt-16-dev git)

debian=("${build_packages[@]}")
peers=()
case "$purpose" in
    build) ;;
    lint | fuzz) debian+=("${lint_packages[@]}") ;;
    demo) peers=(tpchgen-4.0.0 chdb-4.4.0 pyspark-4.3.0) ;;
    bench) peers=(tools-1 chdb-4.4.0 pyspark-4.3.0) ;;
    test)
        debian+=("${lint_packages[@]}" "${test_packages[@]}")
        peers=(tools-1 mysql-1 chdb-4.4.0 chdb-3.7.2 chdb-2.1.1 chdb-1.4.1 pyspark-3.5.9 pyspark-4.3.0)
        ;;
    test-full)
        debian+=("${lint_packages[@]}" "${test_packages[@]}")
        peers=(tools-1 mysql-1 connect-1 chdb-4.4.0 chdb-3.7.2 chdb-2.1.1 chdb-1.4.1
            pyspark-3.5.9 pyspark-4.0.5 pyspark-4.1.4 pyspark-4.2.1 pyspark-4.3.0)
        ;;
    *)
        echo "setup: no such purpose: $purpose" >&2
        exit 1
        ;;
esac

# A Go of its own for the real TiDB of the suite syncer, where the system has none that is new enough.
case "$purpose" in
    test | test-full) go version 2>/dev/null | grep -Eq 'go(1\.(2[4-9]|[3-9][0-9])|[2-9])' || peers+=(go-1.26.6) ;;
esac

"$here/debian.sh" "${debian[@]}"
[ ${#peers[@]} = 0 ] || "$here/peers.sh" "${peers[@]}"
case "$purpose" in
    test | test-full)
        [ -d "${CHSPARK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/chspark}/tidb" ] ||
            echo "setup: the suite syncer will build a real TiDB once: 240 MB of Go modules, 5 to 15 minutes on two cores"
        ;;
esac
[ "$purpose" != test-full ] || "$here/connect_server.sh" 3.5.7
