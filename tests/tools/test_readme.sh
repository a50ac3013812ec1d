#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The README: its client is the example that is compiled and run, each of its commands works as it
# stands against an installed omnitls, and what it shows of a command is what the command prints.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # it runs the tool for what it prints; too slow here

readme=$OMNITLS_SOURCE_DIR/README.md
build=${OMNITLS_BUILD_DIR:?}

# blocks LANGUAGE: the lines of the README's blocks in it
blocks() {
    awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside; $0 == fence { inside = 1 }' "$readme"
}

# ---- the client, at most 25 lines

blocks c >"$work/client.c"
diff "$work/client.c" <(tail -n +3 "$OMNITLS_SOURCE_DIR/docs/examples/client.c") ||
    fail "the client is not docs/examples/client.c"
[ "$(wc -l <"$work/client.c")" -le 25 ] || fail "the client has more than 25 lines"
[ "$(wc -l <"$readme")" -le 100 ] || fail "the README is no longer a screen"

# ---- what it shows

blocks text | sed 's/ *$//' >"$work/shown"
"$OMNITLS_TOOL" selftest >"$work/selftest" || fail "selftest"
if [ "$engines" = "openssl wolfssl gnutls" ]; then
    sed 's/ *$//' "$work/selftest" | grep -q -x -F "$(sed -n 2p "$work/shown")" || fail "selftest has another heading"
    while IFS= read -r line; do
        grep -q -x -F -e "$line" <(sed 's/ *$//' "$work/selftest") || fail "selftest does not print: $line"
    done <"$work/shown"
fi

# ---- the commands, on a fresh installation

if [ -n "${OMNITLS_SANITIZE:-}" ] || ! have pkg-config || ! have cc || [ "${OMNITLS_FORM:-}" = static ]; then
    done_testing
fi
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" 2>&1 || {
    fail "installation: $(tail -n 3 "$work/install.log")"
    done_testing
}
library=$(find "$work/prefix" -name 'libomnitls.*' ! -name '*.pc' | head -n 1)
directory=$(dirname "$library")
export PKG_CONFIG_PATH=$directory/pkgconfig LD_LIBRARY_PATH=$directory PATH=$work/prefix/bin:$PATH
# the modules of the installation are found beside its library, not in the build directory
unset OMNITLS_MODULE_DIR

start_serve "${engines%% *}" --www || done_testing
export SSL_CERT_FILE=$pki/root.pem SSL_CERT_DIR=$work
count=0
cd "$work" || exit 1
while IFS= read -r line; do
    count=$((count + 1))
    case $line in
    ./quickstart) grep -q -F ./quickstart "$OMNITLS_SOURCE_DIR/tests/tools/test_quickstart.sh" || fail "no test runs $line" ;;
    ./check) [ -x "$OMNITLS_SOURCE_DIR/check" ] || fail "there is no $line" ;; # runs this
    cmake\ --install*) ;; # done above, to another place
    man\ *) # there may be no man, or it may look elsewhere
        page=$(find "$work/prefix" -name "${line#man }.*" -path '*/man*/*' | head -n 1)
        [ -s "$page" ] || fail "no page for: $line" ;;
    *)
        case $line in # an engine that this build has
        OMNITLS_BACKEND=*) [[ " $engines " == *" $(sed 's/^[^=]*=\([a-z]*\) .*/\1/' <<<"$line") "* ]] || continue ;;
        esac
        here=${line//example.org 443/localhost $port}
        here=${here//example.org/localhost:$port}
        timeout 60 bash -c "$here" >"$work/out" 2>"$work/err" </dev/null ||
            fail "$line: exit $?: $(head -c 400 "$work/err")"
        case $line in
        *./client*) grep -q '^version:     TLS 1.3' "$work/out" || fail "$line: no page" ;;
        esac ;;
    esac
done < <(blocks sh)
[ "$count" -ge 8 ] || fail "only $count commands were found"
stop_serve
done_testing
