#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A responder of somebody else's (openssl ocsp) is asked with our requests over HTTP, and its answers are
# judged by every engine: good, revoked, unknown; with and without a nonce.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
have curl || {
    echo "no curl to send requests with"
    exit 77
}

# index_row STATUS NAME: a line of the database that openssl ca would keep
index_row() {
    local serial revoked=
    serial=$(openssl x509 -noout -serial -in "$pki/$2.pem")
    [ "$1" = V ] || revoked=240601000000Z
    printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=%s\n' "$1" "$revoked" "${serial#serial=}" "$2"
}

# start_responder: $responder is its process, $port its port. It says where it listens when it can choose;
# before OpenSSL 3 it says neither.
start_responder() {
    local wanted=0
    case $(openssl version) in
        "OpenSSL 1."*) wanted=$(free_port) ;;
    esac
    : >"$work/responder.out"
    openssl ocsp -port "$wanted" -index "$work/index" -CA "$pki/int.pem" -rsigner "$pki/int.pem" \
        -rkey "$pki/int.key" "$@" >"$work/responder.out" 2>&1 </dev/null &
    responder=$!
    server=$responder
    started+=("$responder")
    if [ "$wanted" -eq 0 ]; then
        wait_for "$work/responder.out" '^ACCEPT [^ ]*:[0-9]+' || return 1
        port=${found%% PID=*}
        port=${port##*:}
    else
        port=$wanted
        wait_for "$work/responder.out" '[Ww]aiting for OCSP client connections' || return 1
    fi
}

# post NAME: what $work/NAME.req asks, answered into $work/NAME.der
post() {
    curl --silent --show-error --fail --noproxy '*' --max-time 30 --output "$work/$1.der" \
        --header 'Content-Type: application/ocsp-request' --data-binary "@$work/$1.req" \
        "http://127.0.0.1:$port/" 2>"$work/curl.err" ||
        fail "$1: not answered: $(cat "$work/curl.err")"
}

# request NAME LEAF OPTION...: ask about a leaf, whatever the engine; the nonce goes to $nonce
request() {
    local name=$1 leaf=$2
    shift 2
    rm -f "$work/$name.req" "$work/$name.der"
    expect_code 0 "request $name, $engine" "$tool" verify --backend "$engine" --ca "$pki/root.pem" \
        --ocsp-request "$work/$name.req" "$@" "$pki/$leaf.pem"
    nonce=$(sed -n 's/^OCSP nonce: //p' "$work/out")
    [ -s "$work/$name.req" ] || fail "request $name, $engine: nothing was written"
    post "$name"
}

# judge CODE NAME LEAF PATTERN OPTION...: the verdict with that answer, by every engine at once
judge() {
    local code=$1 name=$2 leaf=$3 pattern=$4 what="$2 asked by $engine"
    shift 4
    expect_code "$code" "$what" "$tool" verify --backend all --ca "$pki/root.pem" \
        --ocsp-response "$work/$name.der" "$@" "$pki/$leaf.pem"
    [ "$(wc -w <<<"$engines")" -eq 1 ] || grep -q '^the engines agree$' "$work/out" ||
        fail "$what: they differ: $(cat "$work/out")"
    grep -q -e "$pattern" "$work/out" || fail "$what: no \"$pattern\": $(cat "$work/out")"
    answers=$((answers + 1))
}

{
    index_row V server-ecdsa-p256
    index_row V server-rsa-2048
    index_row R server-revoked
} >"$work/index"
answers=0
leaf=server-ecdsa-p256
unknown=server-ed25519 # the database knows nothing of it
no_nonce="without the nonce"
other_nonce="another nonce"
other="about another certificate"

start_responder -ndays 1 -resp_no_certs || done_testing
for engine in $engines; do
    # a nonce of random octets: only the answer to this request will do
    request good $leaf --ocsp-nonce random
    [ ${#nonce} -eq 64 ] || fail "random, $engine: not 32 octets: \"$nonce\""
    openssl ocsp -reqin "$work/good.req" -req_text 2>/dev/null | grep -q "OCSP Nonce" ||
        fail "random, $engine: openssl sees no nonce"
    judge 0 good $leaf verified --ocsp-nonce "$nonce"
    judge 0 good $leaf verified
    flipped=$(printf '%02x' $((0x${nonce:0:2} ^ 1)))${nonce:2}
    judge 4 good $leaf "$other_nonce" --ocsp-nonce "$flipped"
    judge 4 good $leaf "$other_nonce" --ocsp-nonce "${nonce:0:62}"
    judge 4 good $leaf "$other_nonce" --ocsp-nonce "${nonce}00"
    judge 4 good server-rsa-2048 "$other" --ocsp-nonce "$nonce"

    # the shortest nonce and 32 octets that were chosen; the answer to one is none to the other
    request short $leaf --ocsp-nonce 5A
    [ "$nonce" = 5a ] || fail "short, $engine: \"$nonce\""
    judge 0 short $leaf verified --ocsp-nonce 5a
    judge 4 short $leaf "$other_nonce" --ocsp-nonce 5b
    chosen=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
    request chosen $leaf --ocsp-nonce $chosen
    judge 0 chosen $leaf verified --ocsp-nonce $chosen
    judge 4 short $leaf "$other_nonce" --ocsp-nonce $chosen

    # none: whoever asked with one does not take the answer
    request plain $leaf
    [ -z "$nonce" ] || fail "plain, $engine: has a nonce"
    judge 0 plain $leaf verified
    judge 4 plain $leaf "$no_nonce" --ocsp-nonce $chosen

    # what the responder says of others
    request revoked server-revoked --ocsp-nonce random
    judge 4 revoked server-revoked "alert: certificate_revoked" --ocsp-nonce "$nonce"
    judge 4 revoked server-revoked "alert: certificate_revoked"
    judge 4 revoked server-revoked "alert: certificate_revoked" --ocsp-nonce $chosen
    request unknown $unknown --ocsp-nonce random
    judge 4 unknown $unknown "unknown to the responder" --ocsp-nonce "$nonce"
    judge 4 unknown $unknown "unknown to the responder"

    # a certificate that the root itself issued: this responder is no authority for it
    request direct server-direct-ecdsa-p256 --ocsp-nonce random
    judge 4 direct server-direct-ecdsa-p256 "issuer did not sign" --ocsp-nonce "$nonce"

    # the last octet of the signature, which ends an answer without certificates
    size=$(wc -c <"$work/good.der")
    last=$(tail -c 1 "$work/good.der" | od -An -tu1)
    {
        head -c $((size - 1)) "$work/good.der"
        # shellcheck disable=SC2059 # the octet is the format
        printf "\\$(printf '%03o' $((last ^ 1)))"
    } >"$work/changed.der"
    judge 4 changed $leaf "issuer did not sign"
done
stop "$responder"

# Certificates that nobody needs: as many as are read, and more than that.
engine=${engines%% *}
some() {
    local i=0
    while [ "$i" -lt "$1" ]; do
        openssl x509 -in "$pki/server-rsa-2048.pem"
        i=$((i + 1))
    done
}
some 100 >"$work/many.pem"
start_responder -ndays 1 -rother "$work/many.pem" || done_testing
request many $leaf --ocsp-nonce random
size=$(wc -c <"$work/many.der")
[ "$size" -gt 65536 ] && [ "$size" -le 131072 ] || fail "many certificates make $size bytes"
judge 0 many $leaf verified --ocsp-nonce "$nonce"
stop "$responder"
head -c 131072 /dev/zero >"$work/full.der"
judge 4 full $leaf "malformed"
head -c 131073 /dev/zero >"$work/large.der"
expect_code 1 large "$tool" verify --ca "$pki/root.pem" --ocsp-response "$work/large.der" "$pki/$leaf.pem"
says large "ocsp-response.*larger than 131072 bytes"
echo "$answers answers judged, by each of: $engines"
done_testing
