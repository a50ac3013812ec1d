#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Java's own TLS as client and as server of every engine: both sides verify and have certificates,
# ALPN, both versions, resumption. Long, for a Java runtime is large and slow to start.
. "$(dirname "$0")/lib.sh"
if ! have java || ! java --list-modules 2>/dev/null | grep -q '^jdk\.compiler'; then
    echo "skipped: there is no java that runs source files; Debian: apt-get install default-jdk-headless"
    exit 77
fi
peer=(java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$here/Peer.java")

# visit ENGINE VERSION RESUMED: our client
visit() {
    local what="$1 -> Java, $2"
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$1" --json --min "$2" --max "$2" --ca "$root" \
            --cert "$own" --key "$own_key" --alpn http/1.1 --session-file "$work/session" \
            --servername localhost "127.0.0.1:$port" >"$work/page" 2>"$work/json" ||
        fail "$what: $(tail -c 300 "$work/json") $(tail -n 2 "$work/other.err")"
    grep -q "^saw TLSv$2 http/1.1 .*CN=Test Client" "$work/page" || fail "$what: $(cat "$work/page")"
    grep -q '"verdict":"verified"' "$work/json" || fail "$what: not verified"
    grep -q "\"reused\":$3" "$work/json" || fail "$what: resumed is not $3"
}

# refuse ENGINE VERSION: Java wants a certificate; we want our root
refuse() {
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$1" --min "$2" --max "$2" --ca "$root" \
            --servername localhost "127.0.0.1:$port" >"$work/page" 2>"$work/err" &&
        fail "$1 -> Java, $2: no failure without a certificate"
    grep -q '^saw ' "$work/page" && fail "$1 -> Java, $2: a page without a certificate"
    expect_code 4 "$1 -> Java, $2, another root" "$OMNITLS_TOOL" connect --backend "$1" \
        --min "$2" --max "$2" --ca "$pki/other-root.pem" --cert "$own" --key "$own_key" \
        --servername localhost "127.0.0.1:$port"
}

java_serves() {
    local engine version resumed
    start_program '^listening on port [0-9]+$' "${peer[@]}" server "$cert" "$key" "$root" || return
    for engine in $engines; do
        for version in 1.2 1.3; do
            rm -f "$work/session"
            visit "$engine" $version false
            resumed=true
            # A Java ticket of TLS 1.3 has more than 2 KB; wolfSSL can offer 1.5.
            [ "$engine $version" = "wolfssl 1.3" ] && resumed=false
            visit "$engine" $version $resumed
            refuse "$engine" $version
        done
    done
    echo "Java as the server: done"
    stop "$server"
}

# ask_java WHAT VERSION: two visits of one program; their pages in $work/page
ask_java() {
    printf '%s %s\n' "$port" "$2" |
        timeout 120 "${peer[@]}" client "$own" "$own_key" "${3:-$root}" >"$work/page" 2>"$work/err" ||
        fail "$1: $(tail -n 3 "$work/err")"
}

java_asks() {
    local engine version
    for engine in $engines; do
        start_serve "$engine" --www --alpn http/1.1 --verify required --ca "$root" || continue
        for version in 1.2 1.3; do
            ask_java "Java -> $engine, $version" $version
            for pattern in "^version:     TLS $version" '^client:      CN=Test Client' \
                '^alpn:        http/1.1' '^server name: localhost'; do
                [ "$(grep -c "$pattern" "$work/page")" -eq 2 ] ||
                    fail "Java -> $engine, $version: not twice \"$pattern\": $(tail -n 12 "$work/page")"
            done
            grep '^reused: ' "$work/page" | tr -s ' \n' ' ' | grep -q '^reused: no reused: yes' ||
                fail "Java -> $engine, $version: not resumed"
            ask_java "Java -> $engine, $version, another root" $version "$pki/other-root.pem"
            grep -q '^failed: .*path' "$work/page" || fail "Java -> $engine: it took another root"
        done
        echo "Java -> $engine: done"
        stop_serve
    done
}

java_serves
java_asks
done_testing
