#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# campaign.sh BUILD MINUTES [SEED [JOBS]]: the readers and the verifier under fire for so many minutes of CPU time:
# certificates and revocation lists into their readers (fuzz/x509, fuzz/crl), chains with lists into
# the verifier (fuzz/verify), mutated certificates to us and to the readers of OpenSSL and GnuTLS (differential). Seeds are
# the files of fuzz/corpus and what the corpus of chains has made. Prints executions, differences and slow
# inputs of each; a crash, a difference or an input that takes a tenth of a second is a failure. As many
# of the five as JOBS run beside each other.
set -u

usage="usage: campaign.sh BUILD MINUTES [SEED [JOBS]]"
build=${1:?$usage}
minutes=${2:?$usage}
seed=${3:-$RANDOM}
jobs=${4:-1}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# Every certificate and list of the corpora, in DER: a sample that is the same in every run.
seeds() {
    mkdir -p "$work/x509" "$work/crl"
    find "$build/corpus" "$build/forms" -name '*.pem' ! -name key.pem 2>/dev/null | LC_ALL=C sort |
        awk '/crl.pem$/ || NR % 9 == 1' | head -300 | while read -r file; do
        name=$(basename "$(dirname "$file")")-$(basename "$file" .pem)
        folder=x509
        [ "$(basename "$file")" != crl.pem ] || folder=crl
        sed -n '/^-----BEGIN/,/^-----END/p' "$file" | sed '/^-----END/q' | grep -v '^-----' |
            base64 -d >"$work/$folder/$name" 2>/dev/null
    done
}

# fire NAME SECONDS SEEDS...
fire() {
    local name=$1 seconds=$2
    shift 2
    if ! "$build/tests/fuzz/fuzz_$name" -t "$seconds" -s "$seed" "$@" >"$work/$name.out" 2>&1; then
        failed=1
        tail -40 "$work/$name.out"
    fi
    echo "fuzz/$name: $seconds s, $(tail -1 "$work/$name.out")"
    return $failed
}

# compare ENGINE SECONDS: run after run, each with another seed, until the CPU time is gone
compare() {
    local engine=$1 end=$2 used=0 round=0 certificates=0 differences=0 line
    local program=$build/tests/differential/differential_x509_$engine
    [ -x "$program" ] || { echo "differential/x509_$engine: not built"; return; }
    while [ "$used" -lt "$end" ]; do
        round=$((round + 1))
        TIMEFORMAT='%U %S'
        { time "$program" -n 20 -s $((seed * 1000 + round)) /etc/ssl/certs/ca-certificates.crt \
            "$build/differential" >"$work/$engine.out" 2>&1; } 2>"$work/$engine.time" ||
            { failed=1; tail -40 "$work/$engine.out"; }
        line=$(tail -1 "$work/$engine.out")
        certificates=$((certificates + $(echo "$line" | sed -n 's/^\([0-9]*\) certificates.*/\1/p;t;s/.*/0/p')))
        differences=$((differences + $(echo "$line" | sed -n 's/.* \([0-9]*\) differences$/\1/p;t;s/.*/1/p')))
        used=$((used + $(awk '{ print int($1 + $2 + 1) }' "$work/$engine.time")))
        [ $failed = 0 ] || break
    done
    echo "differential/x509_$engine: $used s, $certificates certificates in $round rounds," \
        "$differences differences"
    return $failed
}

# beside COMMAND...: once there is room among the jobs
beside() {
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    { "$@" || : >"$work/failed"; } &
}

seeds
seconds=$((minutes * 60))
echo "seed $seed, $(find "$work/x509" "$work/crl" -type f | wc -l) certificates and lists, $minutes CPU minutes"
beside fire x509 $((seconds * 2 / 10)) "$work/x509"
beside fire crl $((seconds / 10)) "$work/crl"
beside fire verify $((seconds * 3 / 10)) "$here/corpus/verify"
beside compare openssl $((seconds * 2 / 10))
beside compare gnutls $((seconds * 2 / 10))
wait
[ ! -e "$work/failed" ] && echo "nothing found"
