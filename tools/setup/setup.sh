#!/usr/bin/env bash
# Makes this machine ready for one purpose, installing only what it lacks: setup.sh build|demo|test|test-full|bench|lint|fuzz
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
purpose=${1:?usage: setup.sh build|demo|test|test-full|bench|lint|fuzz}

build_packages=(g++ binutils cmake ninja-build ccache liblz4-dev libzstd-dev libxxhash-dev zlib1g-dev nlohmann-json3-dev libcli11-dev
    protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev patchelf
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
        peers=(tools-1 chdb-4.4.0 chdb-3.7.2 chdb-2.1.1 chdb-1.4.1 pyspark-3.5.9 pyspark-4.3.0)
        ;;
    test-full)
        debian+=("${lint_packages[@]}" "${test_packages[@]}")
        peers=(tools-1 connect-1 chdb-4.4.0 chdb-3.7.2 chdb-2.1.1 chdb-1.4.1
            pyspark-3.5.9 pyspark-4.0.5 pyspark-4.1.4 pyspark-4.2.1 pyspark-4.3.0)
        ;;
    *)
        echo "setup: no such purpose: $purpose" >&2
        exit 1
        ;;
esac

"$here/debian.sh" "${debian[@]}"
[ ${#peers[@]} = 0 ] || "$here/peers.sh" "${peers[@]}"
[ "$purpose" != test-full ] || "$here/connect_server.sh" 3.5.7
