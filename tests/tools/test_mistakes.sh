#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What people do wrong at first, and whether what they are told leads to the cure: one sentence about what
# happened, and what to do. The same on every engine. With OMNITLS_SHOW the sentences are printed.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL

# told CODE WHAT SENTENCE CURE COMMAND...
told() {
    local code=$1 what=$2 sentence=$3 cure=$4
    shift 4
    expect_code "$code" "$what, $engine" "$tool" "$@"
    says "$what, $engine" "$sentence"
    [ -z "${OMNITLS_SHOW:-}" ] || { echo "$what, $engine:" && cat "$work/err"; }
    grep -q -E -e "$cure" "$work/err" || fail "$what, $engine: no \"$cure\": $(cat "$work/err")"
}

for engine in $engines; do
    connect=(connect -b "$engine" --ca "$pki/root.pem")

    # 1 to 4: the name, the authority, the port, the host
    start_serve "$engine" || continue
    told 4 "another name" 'is for another name' '--servername' \
        "${connect[@]}" --servername elsewhere.test "127.0.0.1:$port"
    told 4 "unknown authority" 'unknown authority' 'with --ca FILE' \
        connect -b "$engine" --ca "$pki/other-root.pem" "localhost:$port"
    stop_serve
    told 2 "nobody there" 'refused' 'is the server running, and is it the right port' "${connect[@]}" 127.0.0.1:1
    told 2 "no such host" 'cannot look up "nowhere\.invalid"|no-such' 'spelling of the name' \
        "${connect[@]}" nowhere.invalid:443

    # 5: a server that begins in plain text
    if have python3; then
        : >"$work/plain.out"
        python3 "$(dirname "$0")/starttls_server.py" "$pki/server-ecdsa-p256.pem" \
            "$pki/server-ecdsa-p256.key" <<<"smtp good" >"$work/plain.out" 2>/dev/null &
        server=$!
        started+=("$server")
        if wait_for "$work/plain.out" '^listening on port [0-9]+$'; then
            port=${found##* }
            told 3 "plain text" 'TLS' 'see --starttls' "${connect[@]}" "localhost:$port"
        fi
        stop "$server"
    fi

    # 6 and 7: certificates that have ended, or that nobody signed
    start_serve "$engine" --cert "$pki/server-expired.pem" --key "$pki/server-expired.key" || continue
    told 4 "expired" 'expired' 'must renew it.*clock' "${connect[@]}" "localhost:$port"
    stop_serve
    start_serve "$engine" --cert "$pki/server-selfsigned.pem" --key "$pki/server-selfsigned.key" || continue
    told 4 "self-signed" 'self-signed' 'omnitls cert --pem' "${connect[@]}" "localhost:$port"
    stop_serve

    # 8 and 9: what only one side has
    # (in TLS 1.3 the client is through with its handshake before it is told)
    start_serve "$engine" --verify required --ca "$pki/root.pem" || continue
    told 3 "no client certificate" "certificate_required|handshake_failure" "client certificate" "${connect[@]}" --max 1.2 "localhost:$port"
    stop_serve
    start_serve "$engine" --min 1.3 || continue
    told 3 "an old version" 'protocol_version' 'omnitls scan' "${connect[@]}" --max 1.2 "localhost:$port"
    stop_serve

    # 10 to 12: keys
    told 1 "another key" 'does not belong' 'find the pair' serve -b "$engine" \
        --cert "$pki/server-rsa-2048.pem" --key "$pki/server-ecdsa-p256.key"
    told 1 "no password" 'no password was given' '--password-file' serve -b "$engine" \
        --cert "$pki/server-ecdsa-p256.pem" --key "$pki/server-ecdsa-p256.enc.key"
    echo wrong >"$work/wrong"
    told 1 "a wrong password" 'password' 'first line of --password-file' serve -b "$engine" \
        --cert "$pki/server-ecdsa-p256.pem" --key "$pki/server-ecdsa-p256.enc.key" --password-file "$work/wrong"

    # 13: a file that is not there, or is no certificate
    told 1 "a missing file" 'missing\.pem: No such file' 'No such file' connect -b "$engine" --ca "$work/missing.pem" localhost:1
    echo "no certificate" >"$work/text"
    told 1 "some text" 'text: there is no certificate' 'omnitls cert FILE.*BEGIN CERTIFICATE' connect -b "$engine" --ca "$work/text" localhost:1
done

# 14: an engine that is not installed, beside one that is
engine=${engines%% *}
built=${OMNITLS_BUILD_DIR:?}/lib
# the directory is where the module is looked for at last
if [ "${OMNITLS_FORM:-}" = modules ] && [ "$engines" != "$engine" ] && [ -e "$built/libomnitls.so" ] &&
    [ ! -d /usr/local/lib/omnitls ]; then
    mkdir -p "$work/lib/omnitls"
    cp -a "$built"/libomnitls.so* "$work/lib/"
    cp "$built/omnitls/$engine.so" "$work/lib/omnitls/"
    absent=${engines##* }
    LD_LIBRARY_PATH=$work/lib OMNITLS_MODULE_DIR='' told 1 "no such module" "no module $absent.so.*; here: $engine\$" \
        "install its module.*omnitls-backend-$absent" connect -b "$absent" localhost:1
fi

# 15 to 17: typing
engine=any
told 1 "a command" 'no command "conect"' 'did you mean "connect"' conect
told 1 "an option" 'no option "--sevrername"' 'did you mean --servername' connect --sevrername x localhost
told 1 "an engine" 'opensl' 'there are openssl, wolfssl, gnutls' connect -b opensl localhost
done_testing
