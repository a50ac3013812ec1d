#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Bad input: one clear sentence that names the file or option, exit 1; and help wherever asked for.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
engine=${engines%% *}
echo "no certificate here" >"$work/garbage.pem"
: >"$work/empty.pem"

# refused WHAT PATTERN ARGUMENT...
refused() {
    local what=$1 pattern=$2
    shift 2
    expect_code 1 "$what" "$tool" "$@"
    says "$what" "$pattern"
}

refused "unknown command" 'no command "frobnicate"' frobnicate
refused "a command nearly" 'no command "conect"; did you mean "connect"' conect
refused "an option nearly" '"--sevrername=x"; did you mean --servername' connect --sevrername=x localhost:1
refused "an option of another command" '"--purpose"; see omnitls connect --help' connect --purpose client localhost:1
refused "a URL in plain text" 'did you mean https' connect http://localhost/
refused "a URL of another kind" 'does not begin with TLS' connect ftp://localhost/
refused "a URL with a user" 'has a user in it' connect https://me@localhost/
refused "a URL without a host" 'has no host' connect https:///page
refused "unknown option" '"--frobnicate"' connect --frobnicate localhost:1
refused "short option" '"-z"' connect -z localhost:1
refused "short options, one unknown" '"-z"' connect -jz localhost:1
refused "short option of another command" '"-p"' verify -p x "$pki/root.pem"
refused "short option's value" '--backend.*nossl' connect -b nossl localhost:1
refused "short option without value" '--backend needs a value' connect localhost:1 -b
refused "no value" '--ca needs a value' connect localhost:1 --ca
refused "empty value" '--ca is empty' connect --ca "" localhost:1
refused "a value too many" '--json takes no value' connect --json=yes localhost:1
refused "no target" 'HOST.*PORT.* is missing' connect
refused "two targets" '"b:2"' connect a:1 b:2
refused "no port" '"localhost:" has no port' connect localhost:
refused "no host" 'has no host' connect :443
refused "bare IPv6" 'in brackets' connect ::1:443
refused "open bracket" 'without a ]' connect '[::1:443'
refused "bad port" 'port "70000"' connect --verify none localhost:70000
refused "port name" 'port "no-such"' connect --verify none localhost:no-such
refused "version" '--min: "1.4"' connect --min 1.4 localhost:1
refused "versions crossed" '--(min|max).*1\.3.*1\.2' connect --min 1.3 --max 1.2 localhost:1
refused "mode" '--verify: "maybe"' connect --verify maybe localhost:1
refused "timeout" '--timeout: "soon"' connect --timeout soon localhost:1
refused "ciphers" '--ciphers' connect --ciphers NOTHING-OF-THE-KIND localhost:1
refused "tls 1.3 cipher" '--ciphers.*TLS_AES_512' connect --ciphers TLS_AES_512_GCM localhost:1
refused "groups" '--groups.*frob' connect --groups frob localhost:1
refused "groups, listed" '--groups: .*"frob"; there are P-256.*X25519' connect --groups frob localhost:1
refused "engines, listed" '--backend: .*nossl.*; there are openssl, wolfssl, gnutls' connect -b nossl localhost:1
refused "time, explained" '--time: "noon".*seconds since 1970, or 2026' verify --time noon "$pki/root.pem"
refused "alpn" '--alpn' connect --alpn h2,,x localhost:1
refused "engine" '--backend.*nossl' connect --backend nossl localhost:1
refused "CA file" 'ca.*missing\.pem' connect --ca "$work/missing.pem" localhost:1
refused "CA garbage" '--ca.*garbage\.pem' connect --ca "$work/garbage.pem" localhost:1
refused "key alone" '--key is given without --cert' connect --key x localhost:1
refused "two modes" '--www and --echo' serve --www --echo
refused "listen" '--listen: "nowhere"' serve --listen nowhere --cert "$pki/server-rsa-2048.pem" \
    --key "$pki/server-rsa-2048.key"
refused "foreign key" 'key' serve --cert "$pki/server-rsa-2048.pem" \
    --key "$pki/server-ecdsa-p256.key"
refused "missing key" '--key.*missing\.key' serve --cert "$pki/server-rsa-2048.pem" \
    --key "$work/missing.key"
refused "certificate garbage" 'garbage\.pem' serve --cert "$work/garbage.pem" --key "$work/empty.pem"
refused "certificate directory" 'cert' serve --cert "$work"
refused "encrypted key" 'password' serve --cert "$pki/server-ecdsa-p256.pem" \
    --key "$pki/server-ecdsa-p256.enc.key"
refused "escape" 'no command "\\x1b\[31m"' "$(printf '\033[31m')"

for name in backends selftest connect serve compare; do
    expect_code 0 "$name --help" "$tool" $name --help
    grep -q "^usage: omnitls $name" "$work/out" || fail "$name --help: $(head -n 1 "$work/out")"
    [ -s "$work/err" ] && fail "$name --help writes to standard error"
done
expect_code 0 "--help" "$tool" --help
expect_code 0 "--version" "$tool" --version
expect_code 1 "nothing" "$tool"
# 443, or what the protocol has, when no port is given
"$tool" connect --verify none --timeout 2 127.0.0.1 2>"$work/err" </dev/null
says "default port" '127\.0\.0\.1:443'
"$tool" connect --verify none --timeout 2 'HTTPS://127.0.0.1/a?b:c#d' 2>"$work/err" </dev/null
says "a URL" '127\.0\.0\.1:443'
"$tool" connect --verify none --timeout 2 'imaps://[::1]' 2>"$work/err" </dev/null
says "a URL's port" '::1.*:993|\[::1\]'
"$tool" connect --verify none --timeout 2 'https://127.0.0.1:1/' 2>"$work/err" </dev/null
says "a URL with a port" '127\.0\.0\.1:1:'
"$tool" connect --verify none --timeout 2 --starttls imap 127.0.0.1 2>"$work/err" </dev/null
says "default port of imap" '127\.0\.0\.1:143'
# who reads the output may stop
{ sleep 0.2; "$tool" backends 2>"$work/err"; } | true
[ ! -s "$work/err" ] || fail "broken pipe: $(cat "$work/err")"

# nobody there: network, whatever the form
expect_code 2 "nobody there" "$tool" connect --verify none 127.0.0.1:1
says "nobody there" '127\.0\.0\.1:1.*refused'
expect_code 2 "nobody there, JSON" "$tool" connect --json --verify none 127.0.0.1:1
says "nobody there, JSON" '^\{"engine":.*"category":"OTLS_E_IO","reason":".*refused.*"alert":null'
expect_code 2 "compare, nobody there" "$tool" compare --verify none 127.0.0.1:1
done_testing
