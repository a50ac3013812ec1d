#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# linked.sh LIBRARY FORM ENGINES: for a library with its engines linked in. It refers to none of the
# names that two engines define; with one engine it has no module loader; with several, OpenSSL's
# library stands before wolfSSL's.
set -euo pipefail
library=$1 form=$2 engines=$3
here=$(dirname "$0")
undefined=$("${NM:-nm}" -D -u "$library" | awk '{ sub(/@.*/, "", $2); print $2 }')
[ -n "$undefined" ]
if printf '%s\n' "$undefined" | grep -Fx -f "$here/clash.txt"; then
    echo "$library refers to the names above, which two engines define" >&2
    exit 1
fi
if [ "$form" = single ] && printf '%s\n' "$undefined" | grep -xE 'dlm?open|dlsym|dladdr|dlclose'; then
    echo "$library has one engine, but refers to the module loader" >&2
    exit 1
fi
needed=$("${OBJDUMP:-objdump}" -p "$library" | awk '$1 == "NEEDED" { print $2 }')
for engine in ${engines//,/ }; do
    case $engine in openssl) file=libssl ;; *) file=lib$engine ;; esac
    if ! printf '%s\n' "$needed" | grep -q "^$file\.so"; then
        echo "$library does not need $file, though $engine is linked in" >&2
        exit 1
    fi
done
place() {
    printf '%s\n' "$needed" | grep -n "^$1\.so" | cut -d: -f1 || true
}
openssl=$(place libssl) wolfssl=$(place libwolfssl)
if [ -n "$openssl" ] && [ -n "$wolfssl" ] && [ "$openssl" -gt "$wolfssl" ]; then
    printf 'libwolfssl must come after libssl, but %s needs:\n%s\n' "$library" "$needed" >&2
    exit 1
fi
