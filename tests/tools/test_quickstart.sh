#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./quickstart on a machine that has nothing yet: a screen or two of its own words, those of apt and the
# compiler in logs, and at the end what to do next. apt, cmake and pkg-config are played; the tool and
# the benchmark are this build's. The same for real, on other releases: tests/distro.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # it runs the tool for what it prints; too slow here

[ -x "${OMNITLS_BENCH_TOOL:?}" ] || exit 77
source=$OMNITLS_SOURCE_DIR
plays=$work/plays
there=$work/installed
build=$work/build
mkdir -p "$plays" "$build"

play() {
    printf '#!/usr/bin/env bash\n%s\n' "$2" >"$plays/$1"
    chmod +x "$plays/$1"
}
play id 'echo 0'
play sh 'shift; cmd=$(printf "%s" "$1"); shift 2; case $cmd in *apt-get\ install*) exec apt-get install "$@" ;; esac; exit 1'
# shellcheck disable=SC2016
play apt-get 'for i in $(seq 300); do echo "Get:$i some package"; done
case $* in *install*) [ -n "$APT_FAILS" ] && { echo "E: no such package" >&2; exit 100; }; touch "$THERE" ;; esac'
# shellcheck disable=SC2016
play pkg-config '[ -e "$THERE" ]'
# shellcheck disable=SC2016
play cmake 'for i in $(seq 300); do echo "-- noise $i"; done
[ -z "$COMPILER_FAILS" ] || { echo "error: this is what the compiler says"; exit 1; }
echo "-- Engine openssl: 3.0"; echo "-- omnitls 0: engines openssl"
mkdir -p "$BUILD/bin"; ln -sf "$OMNITLS_TOOL" "$BUILD/bin/omnitls"
printf "#!/bin/sh\nexec \"%s\" \"\$@\" --seconds 0.01\n" "$OMNITLS_BENCH_TOOL" >"$BUILD/bin/omnitls-bench"
chmod +x "$BUILD/bin/omnitls-bench"'
export THERE=$there BUILD=$build APT_FAILS='' COMPILER_FAILS=''

quickstart() {
    # by name: the directory of the sources is entered, and the build directory is elsewhere
    PATH=$plays:$PATH bash "$source/quickstart" --build "$build" "$@" >"$work/out" 2>"$work/err" </dev/null
}

APT_FAILS=1 quickstart && fail "it goes on without packages"
grep -q 'E: no such package' "$work/err" || fail "apt's last words are not shown"
grep -q 'libwolfssl-dev' "$work/err" || fail "the packages are not named"
[ "$(cat "$work/out" "$work/err" | wc -l)" -le 40 ] || fail "all of apt's words are shown"

quickstart -j 2 || fail "exit $?: $(tail -n 5 "$work/err")"
lines=$(cat "$work/out" "$work/err" | wc -l)
[ "$lines" -le 80 ] || fail "$lines lines"
grep -q -e 'Get:' -e 'noise' "$work/out" "$work/err" && fail "others' words are shown"
grep -q 'Get:300' "$build/packages.log" || fail "apt's words are not in the log"
grep -q 'noise 300' "$build/build.log" || fail "the compiler's words are not in the log"
for engine in $engines; do
    grep -q "^$engine *running" "$work/out" || fail "no line for $engine"
done
grep -q 'cells are right' "$work/out" || fail "no matrix"
[ -s "$build/report.html" ] || fail "no report"

# its last lines name things that are there
sed -n '/^== What next/,$p' "$work/out" >"$work/next"
[ "$(wc -l <"$work/next")" -ge 5 ] || fail "it does not say what next"
for word in "$build/report.html" "$build/bin/omnitls" ./check README.md docs/guide.md; do
    grep -q -F -e "$word" "$work/next" || fail "what next: no $word"
    [ -e "$word" ] || [ -e "$source/$word" ] || fail "what next: $word is not there"
done

COMPILER_FAILS=1 quickstart && fail "it goes on when the build fails"
grep -q 'this is what the compiler says' "$work/err" || fail "the compiler's last words are not shown"
[ "$(cat "$work/out" "$work/err" | wc -l)" -le 60 ] || fail "all of the compiler's words are shown"
done_testing
