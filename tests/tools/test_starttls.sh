#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls connect --starttls against scripted servers that behave, and that do not.
. "$(dirname "$0")/lib.sh"
have python3 || exit 77

script=$(dirname "$0")/starttls_server.py
protocols="smtp lmtp imap pop3 sieve nntp ftp ldap xmpp irc postgres mysql"

# One server for all, so that Python starts once; a line for each client.
mkfifo "$work/next"
python3 "$script" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" \
    <"$work/next" >"$work/plain.out" 2>"$work/plain.err" &
server=$!
started+=("$server")
exec 9>"$work/next"
wait_for "$work/plain.out" '^listening on port [0-9]+$' || exit 1
port=${found##* }

# visit WANTED PROTOCOL MANNERS ENGINE
visit() {
    echo "$2 $3" >&9
    expect_code "$1" "$2, $3, $4" "$OMNITLS_TOOL" connect --backend "$4" --ca "$pki/root.pem" \
        --servername localhost --timeout "${timeout:-5}" --starttls "$2" "127.0.0.1:$port"
}

# the plain text is the same whichever engine comes after it: one of each kind will do for the others
for engine in $engines; do
    [ "$engine" = "${engines%% *}" ] && some=$protocols || some="smtp mysql"
    for protocol in $some; do
        visit 0 $protocol good "$engine"
        [ "$(cat "$work/out")" = "inside, by $protocol" ] ||
            fail "$protocol, $engine: $(head -c 200 "$work/out")"
    done
done

engine=${engines%% *}
for protocol in $protocols; do
    visit 3 $protocol inject "$engine"
    says "$protocol, inject" 'plain text behind its go-ahead'
    visit 3 $protocol refuse "$engine"
    says "$protocol, refuse" 'refuse|does not offer'
    if [ $protocol = xmpp ]; then # it waits for an end that never comes
        timeout=1 visit 2 $protocol garbage "$engine"
    else
        visit 3 $protocol garbage "$engine"
    fi
    visit 3 $protocol endless "$engine"
    visit 2 $protocol hangup "$engine"
    says "$protocol, hangup" 'hung up|reset'
done
for protocol in smtp lmtp imap xmpp sieve mysql; do
    visit 3 $protocol absent "$engine"
    says "$protocol, absent" 'does not offer'
done
for protocol in smtp imap ftp irc; do
    visit 3 $protocol many "$engine"
done
visit 3 smtp nul "$engine"
says "nul" 'NUL'
for protocol in smtp ldap; do
    timeout=1 visit 2 $protocol silent "$engine"
    says "$protocol, silent" 'within the time'
done
expect_code 1 "an unknown protocol" "$OMNITLS_TOOL" connect --starttls gopher localhost:70
says "an unknown protocol" 'smtp, lmtp, imap, pop3, sieve, nntp, ftp, ldap, xmpp, irc, postgres, mysql'
done_testing
