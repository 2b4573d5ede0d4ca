#!/usr/bin/env bash
# Packs what a user needs into build/chspark-<version>.tar.gz: jar, libraries, header, ch, latchd with its systemd unit, README, licence.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^project(chspark VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=chspark-$version
rm -rf "build/package/$name"
mkdir -p "build/package/$name/include/ch"
cp build/chspark.jar build/libch.so build/libch_latch.so build/ch build/latchd tools/latchd.service \
    README.md LICENSE CHANGELOG.md "build/package/$name/"
cp include/ch/ch.h "build/package/$name/include/ch/"
tar -C build/package -czf "build/$name.tar.gz" --owner=0 --group=0 --numeric-owner --sort=name "$name"
echo "build/$name.tar.gz: $(du -k "build/$name.tar.gz" | cut -f1) KiB"
