#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make_ocsp.sh PKIDIR: OCSP responses for the certificates that make_pki.sh has put into PKIDIR, and
# certificates that only these tests need. In PKIDIR:
#
#   server-muststaple.pem .key   asks for a staple (RFC 7633)
#   server-revoked.pem .key      revoked in all lists and responses
#   server-unknown.pem .key      its issuer's responder does not know it
#   int.crl                  names server-revoked only
# In PKIDIR/ocsp, signed by the issuer unless it says otherwise, valid for years:
#   NAME.der                     for each server certificate that "int" issued
#   sha256.der                   with a CertID made with SHA-256      (these and those below are
#   keyid.der                    with the responder named by its key   about server-ecdsa-p256)
#   both.der                     about two certificates
#   short.der                    valid for one day
#   nonext.der                   without nextUpdate
#   delegate.der                 signed by a delegated responder
#   delegate-nocert.der          the same, without its certificate
#   delegate-noeku.der           signed by a certificate that is not for signing responses
#   delegate-other.der           signed by another authority's responder
#   delegate-expired.der         signed by a responder whose certificate has expired
#   sha1.der                     signed with SHA-1
#   trylater.der                 an error
set -euo pipefail

openssl=${OPENSSL:-openssl}
pki=$(cd "${1:?usage: make_ocsp.sh PKIDIR}" && pwd)
out=$pki/ocsp
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-ocsp.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

run() {
    if ! "$openssl" "$@" >log 2>&1; then
        echo "make_ocsp.sh: openssl $* failed:" >&2
        cat log >&2
        exit 1
    fi
}

cat >cnf <<'CNF'
[req]
distinguished_name = dn
prompt = no
[dn]
[ca]
default_ca = issuing
[issuing]
database = db
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
copy_extensions = none
crlnumber = crlnumber
[any]
organizationName = optional
commonName = optional
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[muststaple]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
tlsfeature = status_request
[responder]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
CNF
: >db
: >db.attr
echo 01 >crlnumber
start=20240101000000Z
end=20491231235959Z

# issue NAME COMMON_NAME SECTION ISSUER [START END]
issue() {
    run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
    run req -new -config cnf -key "$1.key" -subj "/O=omnitls tests/CN=$2" -out "$1.csr"
    run ca -batch -notext -config cnf -extensions "$3" -startdate "${5:-$start}" \
        -enddate "${6:-$end}" -cert "$pki/$4.pem" -keyfile "$pki/$4.key" -in "$1.csr" -out "$1.crt"
}

for name in muststaple revoked unknown; do
    section=leaf
    [ $name = muststaple ] && section=muststaple
    issue "server-$name" localhost $section int
    cat "server-$name.crt" "$pki/int.pem" >"$pki/server-$name.pem"
    cp "server-$name.key" "$pki/server-$name.key"
    chmod 600 "$pki/server-$name.key"
done
issue delegate "Test OCSP Responder" responder int
issue delegate-noeku "Test OCSP Responder" leaf int
issue delegate-other "Test OCSP Responder" responder other-root
issue delegate-expired "Test OCSP Responder" responder int 20200101000000Z 20210101000000Z

run ca -config cnf -cert "$pki/int.pem" -keyfile "$pki/int.key" -revoke server-revoked.crt
run ca -config cnf -cert "$pki/int.pem" -keyfile "$pki/int.key" -gencrl -crldays 7000 \
    -out "$pki/int.crl"

# The responder's index: what it knows. make_pki.sh's own is gone, and this one leaves out one
# certificate on purpose.
: >index
: >index.attr
known() { # NAME STATUS
    local serial
    serial=$("$openssl" x509 -in "$pki/$1.pem" -noout -serial)
    serial=${serial#serial=}
    printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=%s\n' "$2" "$3" "$serial" "$1" >>index
}
names=
for name in ecdsa-p256 rsa-2048 ed25519 expired notyet othername alpha beta muststaple; do
    known "server-$name" V ""
    names="$names server-$name"
done
known server-revoked R 250101000000Z,keyCompromise

# respond NAME CERTIFICATE... [-- OPTION...]: NAME.der
respond() {
    local name=$1 request=(-issuer "$pki/int.pem" "${digest[@]}")
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        request+=(-cert "$pki/$1.pem")
        shift
    done
    [ $# -gt 0 ] && shift
    run ocsp "${request[@]}" -no_nonce -reqout request.der
    run ocsp -index index -CA "$pki/int.pem" -rsigner "${signer:-$pki/int.pem}" \
        -rkey "${key:-$pki/int.key}" -reqin request.der -respout "$out/$name.der" "${days[@]}" "$@"
}

digest=()
days=(-ndays 7000)
for name in $names server-revoked server-unknown; do
    respond "$name" "$name" -- -resp_no_certs
done
one=server-ecdsa-p256
respond keyid $one -- -resp_key_id
respond both server-rsa-2048 $one
respond sha1 $one -- -rmd sha1
days=()
respond nonext $one
days=(-ndays 1)
respond short $one
digest=(-sha256)
days=(-ndays 7000)
respond sha256 $one
digest=()
signer=delegate.crt key=delegate.key respond delegate $one
signer=delegate.crt key=delegate.key respond delegate-nocert $one -- -resp_no_certs
for name in delegate-noeku delegate-other delegate-expired; do
    signer=$name.crt key=$name.key respond $name $one
done
printf '\060\003\012\001\003' >"$out/trylater.der"
