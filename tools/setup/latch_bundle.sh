#!/usr/bin/env bash
# Puts libch_latch.so and every library that it needs, but glibc's, into one folder: latch_bundle.sh LIBRARY FOLDER
# All of them get names of their own (libch_latch_*), so that they are alive beside any other gRPC of the process, and find each
# other there and nowhere else.
set -euo pipefail
library=${1:?usage: latch_bundle.sh LIBRARY FOLDER}
folder=${2:?usage: latch_bundle.sh LIBRARY FOLDER}
if [ -f "$folder/names" ] && [ "$folder/names" -nt "$library" ]; then exit 0; fi
filling=$folder.filling
rm -rf "$filling"
mkdir -p "$filling"
cp "$library" "$filling/libch_latch.so"
private() { echo "libch_latch_$1"; }

renames=()
# ldd names a library by its soname and the file where it stands.
while read -r soname _ file _; do
    case "$soname" in
        libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | linux-vdso* | ld-linux* | /lib*) continue ;;
    esac
    [ -f "$file" ] || { echo "latch_bundle: $soname is not found" >&2; exit 1; }
    install -m 644 "$file" "$filling/$(private "$soname")"
    renames+=(--replace-needed "$soname" "$(private "$soname")")
done < <(ldd "$library")

for file in "$filling"/*.so*; do
    # Before, as it breaks what patchelf has moved.
    strip --strip-unneeded "$file"
    # One thing a call: patchelf 0.14 mixes up the texts of several. $ORIGIN is the loader's word, not the shell's.
    patchelf --set-soname "$(basename "$file")" "$file"
    patchelf "${renames[@]}" "$file"
    # shellcheck disable=SC2016
    patchelf --set-rpath '$ORIGIN' "$file"
done
(cd "$filling" && ls -1 -- *.so*) >"$filling/names"
rm -rf "$folder"
mv -T "$filling" "$folder"
echo "$folder: $(wc -l <"$folder/names") libraries, $(du -sk "$folder" | cut -f1) KiB"
