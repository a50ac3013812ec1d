#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# conformance.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# omnitls-conformance, installed: what it prints and how it ends, for every engine of the build.
. "$(dirname "$0")/lib.sh"
install_omnitls
program=$prefix/bin/omnitls-conformance
cd "$work" # its certificates are found from anywhere

# ends CODE WHAT COMMAND...: its exit code; output in $work/out and $work/err
ends() {
    local wanted=$1 what=$2 code=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" = "$wanted" ] || {
        echo "$what: exit code $code, not $wanted"
        cat "$work/out" "$work/err"
        exit 1
    }
}
# says FILE PATTERN
says() {
    grep -E -q -e "$2" "$work/$1" || {
        echo "nothing like \"$2\" in:"
        cat "$work/$1"
        exit 1
    }
}

ends 0 "--help" "$program" --help
says out '^usage: omnitls-conformance --module'
ends 0 "--list" "$program" --list
[ "$(wc -l <"$work/out")" -gt 150 ] || { echo "--list: $(wc -l <"$work/out") cases"; exit 1; }
[ -z "$(sort "$work/out" | uniq -d)" ] || { echo "--list: a case twice"; exit 1; }
ends 0 "--list --filter" "$program" --list --filter 'alpn/*'
says out '^alpn/by_server_order$'
if grep -v '^alpn/' "$work/out"; then exit 1; fi

# the cases that the guide for authors names are there
sed -n '/^## In which order/,/^## Traps/p' "$prefix/$DOCDIR/docs/writing-a-backend.md" |
    grep -o '`[a-z_0-9]*/[a-z_0-9*]*`' | tr -d '`' >"$work/named"
[ "$(wc -l <"$work/named")" -gt 8 ] || { echo "writing-a-backend.md names $(wc -l <"$work/named") cases"; exit 1; }
while read -r cases; do
    ends 0 "writing-a-backend.md: $cases" "$program" --list --filter "$cases"
done <"$work/named"

ends 2 "nothing" "$program"
says err '--module is needed'
ends 2 "an unknown argument" "$program" --modul x
says err 'unknown argument --modul'
ends 2 "no value" "$program" --module
says err 'no value for --module'
ends 2 "no such case" "$program" --module openssl --filter 'nosuch/*'
says err 'no case is called "nosuch/\*"'
ends 2 "no module of that name" "$program" --module "$work/nosuch.so"
says err 'nosuch: no module nosuch\.so'
ends 2 "no directory" "$program" --module "$work/nowhere/openssl.so"
says err 'there is no such directory'
ends 2 "not a module's name" "$program" --module "$work/install.log"
says err "a module's file is called NAME\.so"
first=${ENGINES%%,*}
ends 2 "against nobody" "$program" --module "$first" --against nosuch
says err 'nosuch: no module'
ends 2 "jobs" "$program" --module "$first" --jobs 0
says err 'takes a number from 1'

for engine in ${ENGINES//,/ }; do
    ends 0 "$engine" "$program" --module "$prefix/$LIBDIR/omnitls/$engine.so" --filter 'verify/accepted'
    says out '^verify/accepted: [1-9][0-9]* passed, 0 failed, 0 not supported$'
    says out "^$engine: [1-9][0-9]* passed, 0 failed, 0 not supported\$"
done
# a module that is wrong: which case, why, the count, and another exit code
variant mute MUTE
ends 0 "mute, and what it does right" "$program" --module "$modules/mute.so" --against mute --filter 'alpn/by_server_order'
ends 1 "mute" "$program" --module "$modules/mute.so" --against mute --filter 'close_table/*'
says out '^close_table/every_row: [0-9]* passed, [1-9][0-9]* failed, [0-9]* not supported; '
says out '^mute: [0-9]* passed, [1-9][0-9]* failed, [0-9]* not supported$'
ends 1 "mute --json" "$program" --module "$modules/mute.so" --against mute --json --filter 'close_table/*'
says out '"failed":[1-9][0-9]*,"unsupported":[0-9]*}$'

ends 0 "--json" "$program" --module "$first" --against "$first" --json --filter 'alpn/by_server_order'
says out "^\\{\"module\":\"$first\",\"engines\":\"$first\",\"cases\":\\[\\{\"case\":\"alpn/by_server_order\",\"passed\":2,"
says out '\],"passed":2,"failed":0,"unsupported":0\}$'
[ "$(wc -l <"$work/out")" = 1 ] || { echo "--json: not one line"; exit 1; }
