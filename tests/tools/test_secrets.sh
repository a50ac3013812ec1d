#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command leaves no image of its memory, and says when everybody may read a private key.
. "$(dirname "$0")/lib.sh"

first=${engines%% *}
cp "$pki/server-ecdsa-p256.key" "$work/open.key"
cp "$pki/server-ecdsa-p256.p12" "$work/open.p12"
cat "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" >"$work/both.pem"
printf 'secret\n' >"$work/password"
chmod 644 "$work"/open.* "$work/both.pem"

# started_with WHAT OPTION...: serve until it listens; its words are in serve.err.
started_with() {
    local what=$1
    shift
    : >"$work/serve.out"
    "$OMNITLS_TOOL" serve --backend "$first" --listen 127.0.0.1:0 "$@" \
        >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    started+=("$server")
    wait_for "$work/serve.out" '127\.0\.0\.1' || echo "$what: $(cat "$work/serve.err")"
}

# warns WHAT FILE OPTION...: FILE is named, in one line.
warns() {
    local what=$1 file=$2
    shift 2
    started_with "$what" "$@"
    grep -q "warning: everybody .* private key in $file" "$work/serve.err" ||
        fail "$what: no warning: $(cat "$work/serve.err")"
    stop_serve
}

# silent WHAT OPTION...: nothing of that kind.
silent() {
    local what=$1
    shift
    started_with "$what" "$@"
    ! grep -q 'warning: everybody' "$work/serve.err" || fail "$what: $(cat "$work/serve.err")"
    stop_serve
}

chain=$pki/server-ecdsa-p256.pem
warns "--key" "$work/open.key" --cert "$chain" --key "$work/open.key"
warns "--cert with the key" "$work/both.pem" --cert "$work/both.pem"
warns "--identity" "$work/open.key" --identity "$chain:$work/open.key"
warns "--pkcs12" "$work/open.p12" --pkcs12 "$work/open.p12" --password-file "$work/password"
chmod 640 "$work"/open.*
silent "a group's" --cert "$chain" --key "$work/open.key"
chmod 600 "$work"/open.*
silent "its owner's" --cert "$chain" --key "$work/open.key"
chmod 644 "$work"/open.*
silent "--json" --json --cert "$chain" --key "$work/open.key"

if [ -r /proc/self/limits ]; then
    # whatever the shell permits
    ulimit -S -c "$(ulimit -H -c)"
    started_with "limits" --cert "$chain" --key "$pki/server-ecdsa-p256.key"
    grep -Eq '^Max core file size +0 +0 ' "/proc/$server/limits" ||
        fail "core files: $(grep core "/proc/$server/limits")"
    stop_serve
fi

done_testing
