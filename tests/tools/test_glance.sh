#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What connect says at a glance, what -v and --msg show, and --pin, --crl, --ocsp, on every engine.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL

# go ENGINE OPTION...: output in $work/out and $work/err
go() {
    local engine=$1
    shift
    timeout 60 "$tool" connect --backend "$engine" --ca "$pki/root.pem" "$@" "localhost:$port" \
        </dev/null >"$work/out" 2>"$work/err"
}

shows() {
    grep -q -E -e "$2" "$work/err" || fail "$1: no \"$2\": $(head -c 1500 "$work/err")"
}

pin=$(openssl x509 -in "$pki/server-ecdsa-p256.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
    openssl dgst -sha256 -binary | openssl base64)
other=$(openssl dgst -sha256 -binary "$pki/root.pem" | openssl base64)

for engine in $engines; do
    start_serve "$engine" || continue
    for client in $engines; do
        for version in 1.2 1.3; do
            what="$client at $engine, $version"
            go "$client" --max $version -v || fail "$what: $?: $(cat "$work/err")"
            shows "$what" '^name: +localhost, matched by DNS:localhost$'
            shows "$what" '^expires: +Dec 31 23:59:59 2049 GMT, in [0-9]+ days$'
            shows "$what" '^path: +CN=localhost,O=omnitls tests$'
            shows "$what" '^  signed by  CN=Test Root,O=omnitls tests, an anchor from .*/root\.pem$'
            shows "$what" '^peer: +(127\.0\.0\.1|::1) port '"$port"'$'
            trips='1 round trip'
            [ $version = 1.3 ] || trips='2 round trips'
            shows "$what" "^wire: +[0-9]+ bytes sent, [0-9]+ received, $trips\$"
            shows "$what" '^time: +look-up [0-9]+ ms, connect [0-9.]+ ms, handshake [0-9.]+ ms$'
            shows "$what" '^> ClientHello, [0-9]+ bytes$'
            shows "$what" '^< ServerHello, [0-9]+ bytes$'
            if [ $version = 1.2 ]; then
                shows "$what" '^< Certificate, [0-9]{3,} bytes$'
                shows "$what" '^> sealed handshake, '
                shows "$what" '^> sealed alert, '
                shows "$what" '^>> Finished, 16 bytes$'
                shows "$what" '^<< Finished, 16 bytes$'
                shows "$what" '^>> alert close_notify, 2 bytes$'
            else
                grep -q '^< Certificate' "$work/err" && fail "$what: a certificate in plain text"
                shows "$what" '^< sealed record, '
                for message in EncryptedExtensions Certificate CertificateVerify Finished NewSessionTicket; do
                    shows "$what" "^<< $message, [0-9]+ bytes\$"
                done
                shows "$what" '^>> Finished, (36|52) bytes$'
                shows "$what" '^>> alert close_notify, 2 bytes$'
            fi
            # each line sent is a record with five bytes of header; what comes after the count is not in it
            sent=$(sed -n 's/^\* \([0-9]*\) bytes sent, .*/\1/p' "$work/err")
            shown=$(sed '/^\* [0-9]* bytes sent/,$d' "$work/err" | sed -n 's/^> .*, \([0-9]*\) bytes$/\1/p' |
                awk '{ sum += $1 + 5 } END { print sum + 0 }')
            [ "$shown" = "$sent" ] || fail "$what: $shown bytes shown, $sent sent: $(cat "$work/err")"
        done
    done
    go "$engine" --msg || fail "--msg, $engine"
    shows "--msg, $engine" '^    0000  16 03 0[13] '
    shows "--msg, $engine" '^    0000  14 00 00 [23][04] ' # our Finished, in plain text
    shows "--msg, $engine" 'localhost' # the server's name, in the hello's characters
    go "$engine" --json || fail "--json, $engine"
    for pair in '"matched_name":"DNS:localhost"' '"path":\["CN=localhost' '"round_trips":1' \
        '"lookup_ms":[0-9]' '"starttls_ms":null' '"handshake_ms":[0-9.]+' '"bytes_sent":[1-9]' '"expires_in_days":[0-9]{4}'; do
        shows "--json, $engine" "$pair"
    done

    # an address is matched by an address, a host by a wildcard
    expect_code 0 "an address, $engine" "$tool" connect -b "$engine" --ca "$pki/root.pem" "127.0.0.1:$port"
    shows "an address, $engine" '^name: +127\.0\.0\.1, matched by IP:127\.0\.0\.1$'
    go "$engine" --servername a.wild.test || fail "a wildcard, $engine"
    shows "a wildcard, $engine" 'matched by DNS:\*\.wild\.test$'
    # nothing verified: no path, no matched name
    go "$engine" --verify none || fail "not verified, $engine"
    grep -q -e '^path:' -e '^name:' "$work/err" && fail "not verified, $engine: $(cat "$work/err")"

    # refusals name the certificate, the rule and the cure
    go "$engine" --servername elsewhere.test && fail "another name, $engine"
    says "another name, $engine" 'another name'
    shows "another name, $engine" '^  certificate 0: CN=localhost,O=omnitls tests$'
    shows "another name, $engine" '^  names: DNS:localhost'
    shows "another name, $engine" '^  valid: [A-Z][a-z]{2} .* GMT to [A-Z][a-z]{2} .* GMT$'
    shows "another name, $engine" '^  rule: RFC 9525 6$'
    shows "another name, $engine" '^  reasons: name mismatch$'
    shows "another name, $engine" '^  what to do: .*--servername$'

    go "$engine" --pin "$pin" || fail "the pin, $engine: $(cat "$work/err")"
    go "$engine" --pin "$other" --pin "sha256//$pin" || fail "two pins, $engine: $(cat "$work/err")"
    go "$engine" --pin "$other"
    [ $? -eq 4 ] || fail "another pin, $engine: $(cat "$work/err")"
    says "another pin, $engine" 'pinned'
    for bad in "${pin%=}" "$pin=" "${pin/=/A}" "!${pin#?}" ""; do
        go "$engine" --pin "$bad"
        [ $? -eq 1 ] || fail "the pin \"$bad\", $engine"
    done

    go "$engine" --crl "$pki/int.crl" || fail "a list, $engine: $(cat "$work/err")"
    go "$engine" --crl "$pki/missing.crl"
    [ $? -eq 1 ] || fail "no list, $engine"
    says "no list, $engine" '--crl: .*missing\.crl'
    go "$engine" --ocsp sometimes
    [ $? -eq 1 ] || fail "--ocsp sometimes, $engine"
    says "--ocsp sometimes, $engine" '"sometimes".*off, if-present, required'
    code=4
    "$tool" backends -b "$engine" --json | grep -q '"ocsp-staple-client","support":"no"' && code=1
    go "$engine" --ocsp required --min 1.3
    [ $? -eq $code ] || fail "--ocsp required, $engine: not $code: $(cat "$work/err")"
    "$tool" backends -b "$engine" --json | grep -q '"ocsp-staple-client",[^}]*lowest version' && code=1
    go "$engine" --ocsp required
    [ $? -eq $code ] || fail "--ocsp required, any version, $engine: not $code: $(cat "$work/err")"
    go "$engine" --ocsp off || fail "--ocsp off, $engine"
    stop_serve

    start_serve "$engine" --cert "$pki/server-revoked.pem" --key "$pki/server-revoked.key" || continue
    go "$engine" || fail "revoked, and nobody asks, $engine: $(cat "$work/err")"
    go "$engine" --crl "$pki/int.crl"
    [ $? -eq 4 ] || fail "revoked, $engine: $(cat "$work/err")"
    shows "revoked, $engine" '^  rule: RFC 5280 6\.3$'
    shows "revoked, $engine" '^  reasons: revoked$'
    "$tool" connect -b "$engine" --json --ca "$pki/root.pem" --crl "$pki/int.crl" "localhost:$port" </dev/null >"$work/err" 2>&1
    for pair in '"rule":"RFC 5280 6\.3"' '"advice":"do not use it' '"depth":0' '"names":\["DNS:'; do
        shows "revoked, --json, $engine" "$pair"
    done
    stop_serve
done
done_testing
