#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command leaves no image of its memory, and says when everybody may read a private key or another secret.
. "$(dirname "$0")/lib.sh"

first=${engines%% *}
cp "$pki/server-ecdsa-p256.key" "$work/open.key"
cp "$pki/server-ecdsa-p256.p12" "$work/open.p12"
cat "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" >"$work/both.pem"
printf 'secret\n' >"$work/password"
head -c 80 /dev/urandom >"$work/ticket.keys"
chmod 644 "$work"/open.* "$work/both.pem" "$work/password" "$work/ticket.keys"

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

# warns WHAT SECRET FILE OPTION...: both are named, in one line.
warns() {
    local what=$1 secret=$2 file=$3
    shift 3
    started_with "$what" "$@"
    grep -q "warning: everybody .* $secret in $file" "$work/serve.err" ||
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
warns "--key" "private key" "$work/open.key" --cert "$chain" --key "$work/open.key"
warns "--cert with the key" "private key" "$work/both.pem" --cert "$work/both.pem"
warns "--identity" "private key" "$work/open.key" --identity "$chain:$work/open.key"
warns "--pkcs12" "private key" "$work/open.p12" --pkcs12 "$work/open.p12" --password-file "$work/password"
warns "--password-file" password "$work/password" --pkcs12 "$work/open.p12" --password-file "$work/password"
warns "--ticket-keys" "ticket keys" "$work/ticket.keys" --cert "$chain" --key "$work/open.key" --ticket-keys "$work/ticket.keys"
chmod 640 "$work"/open.* "$work/password" "$work/ticket.keys"
silent "a group's password" --pkcs12 "$work/open.p12" --password-file "$work/password"
silent "a group's ticket keys" --cert "$chain" --key "$work/open.key" --ticket-keys "$work/ticket.keys"
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
