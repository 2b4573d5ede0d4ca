#!/bin/sh
# What libch.so shows and needs: only the C ABI and the JNI entry points go out, only glibc's own
# libraries come in, and no symbol of a glibc newer than 2.28. Usage: check_symbols.sh libch.so
set -eu
library=$1
status=0

exported=$(objdump -T "$library" | awk '$0 !~ /\*UND\*/ && /[ \t]\.(text|data|rodata|bss)/ {print $NF}' | sort)
echo "exported: $(echo "$exported" | wc -l)"
foreign=$(echo "$exported" | grep -Ev '^(ch_[a-z_]+|Java_io_chspark_ChNative_[A-Za-z]+)$' || true)
if [ -n "$foreign" ]; then
    echo "symbols that must be hidden:" && echo "$foreign"
    status=1
fi
for needed in ch_version ch_session_open ch_execute ch_query_stream Java_io_chspark_ChNative_execute; do
    if ! echo "$exported" | grep -qx "$needed"; then
        echo "symbol that must be exported: $needed"
        status=1
    fi
done

dependencies=$(objdump -p "$library" | awk '$1 == "NEEDED" {print $2}' | sort)
echo "needs:" $dependencies
foreign=$(echo "$dependencies" |
    grep -Ev '^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-[a-z0-9-]+\.so\.[0-9])$' || true)
if [ -n "$foreign" ]; then
    echo "libraries that must be linked statically:" && echo "$foreign"
    status=1
fi

newer=$(objdump -T "$library" | grep -E '\*UND\*.*GLIBC_' | sed -E 's/.*GLIBC_([0-9.]+)\)? +(.*)/\1 \2/' |
    awk '{split($1, v, "."); if (v[1] > 2 || v[2] > 28) print}' | sort -u)
if [ -n "$newer" ]; then
    echo "symbols above GLIBC_2.28:" && echo "$newer"
    status=1
fi
exit $status
