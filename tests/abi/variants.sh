#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# variants.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# Modules that are older, newer, broken, or none at all: each works, or is refused with one sentence that
# says what is wrong, what to do, and with which file.
. "$(dirname "$0")/lib.sh"
install_omnitls
tool=$prefix/bin/omnitls
chmod 755 "$work"
export OMNITLS_MODULE_DIR=$modules
failures=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# abi MAJOR|MINOR: of the installed headers
abi() {
    sed -n "s/^#define OTLS_BACKEND_ABI_$1 \([0-9]*\)u.*/\1/p" "$prefix/include/omnitls/backend.h"
}
own=$(abi MAJOR).$(abi MINOR)
another=$(($(abi MAJOR) + 1)).$(abi MINOR)

# works NAME: it loads and shakes hands
works() {
    "$tool" selftest --backend "$1" >"$work/out" 2>&1 || fail "$1: $(tail -n 2 "$work/out")"
    grep -q '^6 of 6 cells are right$' "$work/out" || fail "$1: $(tail -n 1 "$work/out")"
}

# refused NAME SENTENCE: the whole of it, but for the file's name, which stands behind it
refused() {
    local said
    "${as[@]}" "$tool" selftest --backend "$1" >"$work/out" 2>&1 && fail "$1 is not refused"
    said=$(sed -n "s/^$1 is left out: //p" "$work/out")
    [ "$said" = "$2 ($modules/$1.so)" ] || fail "$1: \"$said\" is not \"$2 ($modules/$1.so)\""
}
as=(env)

variant same SAME
works same
variant older OLDER
works older
variant newer NEWER
works newer
"$prefix/bin/omnitls-conformance" --module "$modules/newer.so" --against newer --filter 'session*/*' \
    >"$work/out" 2>&1 || fail "newer: $(cat "$work/out")"

variant other_major MAJOR
refused other_major "module other_major speaks ABI $another, this library $own; build it with this library's headers"
variant other_magic MAGIC
refused other_magic "module other_magic is not one of omnitls'; begin its table with OTLS_BACKEND_MAGIC"
variant truncated TRUNCATED
refused truncated "module truncated lacks the mandatory slot connection.info; fill it, and its table's size"
variant middle MIDDLE
refused middle "module middle lacks the mandatory slot connection.info; fill it, and its table's size"
variant missing MISSING
refused missing "module missing lacks the mandatory slot context.has_group; fill it, and its table's size"
variant no_table NO_TABLE
refused no_table "module no_table lacks the mandatory slot module.crypto; fill it, and its table's size"
variant short_head SHORT_HEAD
refused short_head "module short_head lacks the mandatory slot module.name; fill it, and its table's size"
variant other_name OTHER_NAME
refused other_name "module other_name calls itself somebody; the file must bear that name"
variant no_start NO_START
refused no_start "engine no_start does not start: not today"

# what is no module
printf 'once upon a time there was a module\n' >"$modules/text.so"
refused text "module text is no shared library; link it with -shared"
printf '\177ELF' >"$modules/begins.so"
refused begins "module begins is no shared library; link it with -shared"
: >"$modules/empty.so"
refused empty "module empty is no shared library; link it with -shared"
mkdir "$modules/folder.so"
refused folder "module folder is a directory; put a shared library of that name there"
bits=$(head -c 5 "$modules/same.so" | tail -c 1 | od -An -tu1 | tr -d ' ')
if [ "$bits" = 2 ]; then
    other=1 wrong=32 right=64
else
    other=2 wrong=64 right=32
fi
cp "$modules/same.so" "$modules/word_size.so"
printf "\\00$other" | dd of="$modules/word_size.so" bs=1 seek=4 conv=notrunc 2>"$work/dd"
refused word_size "module word_size is built for programs of $wrong bits, and this one has $right; build it for these"
printf 'int nothing;\n' >"$work/nothing.c"
"$CC" -shared -fPIC -o "$modules/no_symbol.so" "$work/nothing.c"
refused no_symbol "module no_symbol exports no otls_module; define it with OTLS_BACKEND_EXPORT"
printf 'void nowhere(void); void (*otls_module)(void) = nowhere;\n' >"$work/undefined.c"
"$CC" -shared -fPIC -o "$modules/undefined.so" "$work/undefined.c"
"$tool" selftest --backend undefined >"$work/out" 2>&1 && fail "undefined is not refused"
grep -q '^undefined is left out: module undefined does not load; install what is missing, or build it again: .*nowhere' \
    "$work/out" || fail "undefined: $(tail -n 1 "$work/out")"

# no permission; root has every one
cp "$modules/same.so" "$modules/locked.so"
chmod 000 "$modules/locked.so"
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    command -v setpriv >"$work/which" || as=()
fi
if [ ${#as[@]} -gt 0 ] && "${as[@]}" test -x "$tool" 2>"$work/which"; then
    refused locked "module locked cannot be read; let this user read it"
else
    echo "no way to be somebody without permission"
fi

exit $((failures > 0))
