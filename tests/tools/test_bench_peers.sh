#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench --peers: each peer that is there has its figures, the others say that they are not.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # other people's libraries, and what the tool prints

bench=${OMNITLS_BENCH_TOOL:?}
here=$(dirname "$0")
sources=${OMNITLS_SOURCE_DIR:?}/bench/peers
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi
mkdir "$work/tmp" "$work/broken" "$work/path"
export TMPDIR=$work/tmp
all="libtls libevent glib python libcurl libcurl-gnutls"
[[ " $engines " = *" openssl "* ]] || all=${all/libevent /}

# The declarations that the tool has of each library, beside the library's own.
# agrees LIST HEADER FLAGS...
agrees() {
    local list=$1 header=$2
    shift 2
    printf '#include <%s>\n' "$header" >"$work/own.c"
    "${CC:-cc}" -E "$@" "$work/own.c" >/dev/null 2>&1 || return 0 # without the library's headers
    cat >>"$work/own.c" <<C
#include "$sources/${list}_calls.h"
#define CHECK(result, name, arguments) result(name) arguments;
${list^^}_CALLS(CHECK)
C
    cat >>"$work/own.c"
    "${CC:-cc}" -std=gnu11 -Werror -Wno-enum-int-mismatch -Wno-unknown-warning-option -fsyntax-only \
        "$@" "$work/own.c" 2>"$work/err" || fail "$list: not as its header has it: $(head -c 600 "$work/err")"
    checked="$checked $list"
}
checked=
agrees libtls tls.h <<'C'
_Static_assert(LIBTLS_1_3 == TLS_PROTOCOL_TLSv1_3 && LIBTLS_WANT_READ == TLS_WANT_POLLIN &&
               LIBTLS_WANT_WRITE == TLS_WANT_POLLOUT, "");
C
agrees libevent event2/bufferevent_ssl.h -include event2/event.h -include event2/bufferevent.h <<'C'
_Static_assert(LIBEVENT_CONNECTED == BEV_EVENT_CONNECTED && LIBEVENT_READ_AND_WRITE == (EV_READ | EV_WRITE) &&
               (int)LIBEVENT_SSL_CONNECTING == (int)BUFFEREVENT_SSL_CONNECTING &&
               (int)LIBEVENT_CLOSE_ON_FREE == (int)BEV_OPT_CLOSE_ON_FREE, "");
C
# shellcheck disable=SC2046
agrees glib gio/gio.h $(pkg-config --cflags gio-2.0 2>/dev/null) <<'C'
_Static_assert(offsetof(glib_error, message) == offsetof(GError, message), "");
extern const unsigned glib_major_version, glib_minor_version, glib_micro_version;
C
agrees libcurl curl/curl.h <<'C'
#define SAME(name, number) _Static_assert((int)LIB##name == (int)name, #name);
LIBCURL_OPTIONS(SAME)
_Static_assert((int)LIBCURL_SSLVERSION_1_3 == (int)CURL_SSLVERSION_TLSv1_3 &&
               (int)LIBCURL_ERROR_SIZE == (int)CURL_ERROR_SIZE, "");
C

expect_code 0 "--peers" "$bench" --peers --seconds 0.02 --json "$work/run.json" --csv "$work/run.csv" \
    --html "$work/run.html"
cp "$work/out" "$work/table"
there=
for peer in $all; do
    if grep "^$peer  *not measured: " "$work/table"; then
        grep -q -E "^$peer .*(not installed: .* \(Debian: |, which is no engine of this build$)" "$work/table" ||
            fail "$peer: installed, and not measured"
        continue
    fi
    there="$there $peer"
    [ "$(grep -A1 "^$peer  *.* over " "$work/table" | tail -n 1)" = \
        "                both: TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 localhost full, verified" ] ||
        fail "$peer: not what both must agree on: $(grep -A1 "^$peer " "$work/table")"
    case $peer in
        libcurl*) cases="get_new get_kept" ;;
        *) cases="handshake handshake_fresh echo_64 echo_16384" ;;
    esac
    for case in $cases; do
        grep -q "^peer_$case,$peer,[0-9.e+]*,[0-9.e+]*,[0-9.e+]*," "$work/run.csv" || fail "$peer: no figure for $case"
    done
done
# Python is everywhere, and nobody here is over wolfSSL.
[ -n "$there" ] || [ "$engines" = wolfssl ] || [ "$engines" = gnutls ] || fail "not one peer is there: $(cat "$work/table")"
echo "measured:$there; declarations held to the headers of:$checked"
if have python3 && [ -n "$there" ]; then
    # shellcheck disable=SC2086
    python3 "$here/check_bench.py" layer "$work/run.json" $engines || fail "the JSON is not whole"
    python3 "$here/check_bench.py" page "$work/run.html" || fail "the page is not whole"
    python3 - "$work/run.json" $there <<'P' || fail "the JSON does not say who was measured"
import json, sys
run = json.load(open(sys.argv[1], encoding="utf-8"))
for peer in sys.argv[2:]:
    entry = run["context"]["peers"][peer]
    assert entry["version"] and entry["tls"] and entry["engine"] in run["context"]["engines"], entry
    assert any(one["name"].startswith(peer + "/") for one in run["benchmarks"]), peer
P
fi
[ -z "$there" ] || expect_code 0 "--diff of a run with itself" "$bench" --diff "$work/run.json" "$work/run.json"

# Files that are no libraries stand before those that are, and no python3 is in the path.
touch "$work"/broken/lib{tls.so,tls.so.2,event_openssl.so,event_openssl-2.1.so.7,gio-2.0.so.0,curl.so.4,curl-gnutls.so.4}
for number in $(seq 24 36); do
    touch "$work/broken/libtls.so.$number"
done
without() {
    LD_LIBRARY_PATH=$work/broken PATH=$work/path "$bench" "$@"
}
expect_code 0 "no peer" without --peers --seconds 0.02
for peer in $all; do
    grep -q "^$peer  *not measured: not installed: no .* (Debian: [a-z0-9-]*)$" "$work/out" ||
        fail "$peer: missing, and nothing is said: $(grep "^$peer" "$work/out")"
done
grep -q '^case' "$work/out" && fail "figures of nobody"

first=${there# }
first=${first%% *}
if [ -n "$first" ]; then
    expect_code 0 "one peer" "$bench" --peers="$first" --seconds 0.02 --csv -
    [ "$(tail -n +2 "$work/out" | cut -d, -f2 | sort -u)" = "$first" ] || fail "one peer: $(cat "$work/out")"
fi
if [[ " $engines " = *" wolfssl "* ]]; then
    expect_code 0 "an engine that no peer is over" "$bench" --peers --seconds 0.02 --backend wolfssl --csv -
    [ "$(wc -l <"$work/out")" -eq 1 ] || fail "an engine that no peer is over: $(cat "$work/out")"
fi
expect_code 1 "no such peer" "$bench" --peers=nothing
says "no such peer" '--peers: .*"nothing"'
expect_code 1 "no such case" "$bench" --peers --case record_64
says "no such case" '"record_64"'
expect_code 1 "with --compare" "$bench" --peers --compare
says "with --compare" '--peers goes with'

# What is explained is what is done.
for case in handshake handshake_fresh echo_64 echo_16384 get_new get_kept; do
    "$bench" --list | grep -q "^--peers  *peer_$case " || fail "--list has no peer_$case"
    expect_code 0 "$case" "$bench" --explain "peer_$case"
    cat "$work/out" >>"$work/all"
done
names=$(grep -o -E '\b(SSL|CURLOPT|otls|tls|g|curl|event|bufferevent)_[A-Za-z0-9_]+' "$work/all" | sort -u)
[ "$(wc -l <<<"$names")" -gt 50 ] || fail "hardly any call is named: $names"
for name in $names set_ecdh_curve recv_into wrap_socket load_verify_locations; do
    cat "$sources"/[!e]*.[ch] "$sources"/*.py | grep -q -F "$name" || fail "$name: no program uses it"
    grep -q -w -F "$name" "$work/all" || fail "$name: not explained"
done
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
done_testing
