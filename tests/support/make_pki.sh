#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make_pki.sh OUTDIR: make the certificates and keys of the tests.
#
# Needs the openssl command (1.1.1 or later; $OPENSSL names another one). Certificates are issued with
# `openssl ca`, because it can set both ends of the validity in every version. Everything is valid
# from 2024 to 2049, except what says otherwise.
#
#   root.pem .key              ECDSA P-256 CA              int.pem .key     issued by root
#   root.<reject|trust>-*.pem  root with OpenSSL's auxiliary trust
#   other-root.pem .key        a CA that nobody trusts
#   server-KIND.pem .key       leaf + intermediate, for KIND in ecdsa-p256 rsa-2048 ed25519:
#                              localhost, *.wild.test, 127.0.0.1, ::1
#   client-KIND.pem .key       leaf + intermediate, for client authentication
#   server-rsa-pss, -rsa-pss-bound   RSASSA-PSS keys, the second with parameters; .pem .key, and
#                              .plain.key: the same numbers as an RSA key
#   server-direct-KIND, client-direct-KIND    the same without an intermediate: issued by root
#   server-expired, -notyet, -othername, -untrusted, -selfsigned, -clientauth    .pem .key
#   server-p224, server-secp256k1    keys on curves that TLS 1.3 has not
#   server-encipher, server-agree    key usage without digitalSignature (RSA, ECDSA)
#   server-renewed.pem .key    another leaf and key with server-ecdsa-p256's names
#   server-noint.pem           leaf only; the key (.key) is server-ecdsa-p256's
#   server-alpha, server-beta  alpha.test and beta.test, .pem .key
#   server-ecdsa-p256.enc.key      PKCS#8, encrypted      \
#   server-rsa-2048.legacy.key     PEM with DEK-Info       > password "secret"
#   server-ecdsa-p256.p12          key, leaf, intermediate/
#   server-ecdsa-p256.empty.p12    the same with the empty password
#   server-ecdsa-p256.open.p12     the same, neither encrypted nor with a MAC: for the parsers
#   server-rsa-2048.p12            RSA, password "secret"
#   server-KIND.key.der .crt.der   key and leaf as DER
#   forms/                     encrypted keys and PKCS #12 in all forms, the password in test_key_forms.c
#   dh2048.pem dh1536.pem          Diffie-Hellman parameters
#   der/                       some of the certificates as DER, seeds for the fuzz targets
set -euo pipefail

openssl=${OPENSSL:-openssl}
out=${1:?usage: make_pki.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-pki.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

run() {
    if ! "$openssl" "$@" >log 2>&1; then
        echo "make_pki.sh: openssl $* failed:" >&2
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
database = $ENV::DB
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
copy_extensions = none
[any]
organizationName = optional
commonName = optional
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, $ENV::KU
extendedKeyUsage = $ENV::EKU
subjectAltName = $ENV::SAN
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[self]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $ENV::EKU
subjectAltName = $ENV::SAN
subjectKeyIdentifier = hash
CNF
: >db
: >db.attr
export DB=db EKU=serverAuth SAN=DNS:localhost KU=digitalSignature

start=20240101000000Z
end=20491231235959Z

# genkey KIND FILE: a PKCS#8 private key.
genkey() {
    case $1 in
        ecdsa-p256) run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
        rsa-2048) run genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" ;;
        p224) run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp224r1 \
            -pkeyopt ec_param_enc:named_curve -out "$2" ;;
        secp256k1) run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 \
            -pkeyopt ec_param_enc:named_curve -out "$2" ;;
        ed25519) run genpkey -algorithm ED25519 -out "$2" ;;
        rsa-pss) run genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$2" ;;
        rsa-pss-bound) run genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
            -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 \
            -pkeyopt rsa_pss_keygen_saltlen:32 -out "$2" ;;
    esac
}

# issue NAME COMMON_NAME SECTION ISSUER [START END]: NAME.key must be there; NAME.crt is made.
# ISSUER may be NAME itself.
issue() {
    local name=$1 cn=$2 section=$3 issuer=$4 from=${5:-$start} to=${6:-$end}
    local signer=(-cert "$issuer.crt" -keyfile "$issuer.key")

    run req -new -config cnf -key "$name.key" -subj "/O=omnitls tests/CN=$cn" -out "$name.csr"
    if [ "$issuer" = "$name" ]; then
        signer=(-selfsign -keyfile "$name.key")
    fi
    run ca -batch -notext -config cnf -extensions "$section" -startdate "$from" -enddate "$to" \
        "${signer[@]}" -in "$name.csr" -out "$name.crt"
}

# leaf NAME KIND COMMON_NAME EKU SAN [ISSUER [START END]]: NAME.key and NAME.pem in OUTDIR.
leaf() {
    local name=$1 kind=$2 cn=$3 issuer=${6:-int} usage=digitalSignature

    # RSA key transport is the one use that encrypts with the key of a certificate.
    if [ "$kind" = rsa-2048 ]; then
        usage="digitalSignature, keyEncipherment"
    fi
    case $name in
        *-encipher) usage=keyEncipherment ;;
        *-agree) usage=keyAgreement ;;
    esac

    genkey "$kind" "$name.key"
    EKU=$4 SAN=$5 KU=$usage issue "$name" "$cn" leaf "$issuer" "${@:7}"
    cp "$name.key" "$out/$name.key"
    if [ "$issuer" = int ]; then
        cat "$name.crt" int.crt >"$out/$name.pem"
    else
        cp "$name.crt" "$out/$name.pem"
    fi
}

for ca in root other-root int; do
    genkey ecdsa-p256 $ca.key
done
issue root "Test Root" root root
issue other-root "Other Test Root" root other-root
issue int "Test Intermediate" intermediate root
for ca in root other-root int; do
    cp $ca.crt "$out/$ca.pem"
    cp $ca.key "$out/$ca.key"
done

names="DNS:localhost, DNS:*.wild.test, IP:127.0.0.1, IP:::1"
for kind in ecdsa-p256 rsa-2048 ed25519; do
    leaf "server-$kind" $kind localhost serverAuth "$names"
    leaf "client-$kind" $kind "Test Client $kind" clientAuth "email:client@example.test"
    leaf "server-direct-$kind" $kind localhost serverAuth "$names" root
    leaf "client-direct-$kind" $kind "Test Client $kind" clientAuth "email:client@example.test" root
done
for kind in rsa-pss rsa-pss-bound; do
    leaf "server-$kind" $kind localhost serverAuth "$names"
done
for kind in p224 secp256k1; do
    leaf "server-$kind" $kind localhost serverAuth "$names"
done
leaf server-encipher rsa-2048 localhost serverAuth "$names"
leaf server-agree ecdsa-p256 localhost serverAuth "$names"
leaf server-expired ecdsa-p256 localhost serverAuth "$names" int 20200101000000Z 20210101000000Z
leaf server-notyet ecdsa-p256 localhost serverAuth "$names" int 20480101000000Z 20491231235959Z
leaf server-othername ecdsa-p256 other.test serverAuth DNS:other.test
leaf server-untrusted ecdsa-p256 localhost serverAuth "$names" other-root
leaf server-clientauth ecdsa-p256 localhost clientAuth "$names"
leaf server-renewed ecdsa-p256 localhost serverAuth "$names"
leaf server-alpha ecdsa-p256 alpha.test serverAuth DNS:alpha.test
leaf server-beta ecdsa-p256 beta.test serverAuth DNS:beta.test

genkey ecdsa-p256 server-selfsigned.key
SAN=$names issue server-selfsigned localhost self server-selfsigned
cp server-selfsigned.crt "$out/server-selfsigned.pem"
cp server-selfsigned.key "$out/server-selfsigned.key"
cp server-ecdsa-p256.crt "$out/server-noint.pem"
cp server-ecdsa-p256.key "$out/server-noint.key"

run pkcs8 -topk8 -v2 aes-256-cbc -in server-ecdsa-p256.key -passout pass:secret \
    -out "$out/server-ecdsa-p256.enc.key"
run pkcs12 -export -inkey server-ecdsa-p256.key -in server-ecdsa-p256.crt -certfile int.crt \
    -name server -passout pass:secret -out "$out/server-ecdsa-p256.p12"
# OpenSSL 3 writes the traditional form only when asked to; earlier versions know no other.
if "$openssl" rsa -help 2>&1 | grep -q -- -traditional; then
    traditional=-traditional
else
    traditional=
fi
# shellcheck disable=SC2086 # an empty word must vanish
run rsa -aes256 $traditional -in server-rsa-2048.key -passout pass:secret \
    -out "$out/server-rsa-2048.legacy.key"
for kind in rsa-pss rsa-pss-bound; do
    run rsa $traditional -in server-$kind.key -out plain
    sed 's/RSA-PSS PRIVATE/RSA PRIVATE/' plain >"$out/server-$kind.plain.key"
done
grep -q DEK-Info "$out/server-rsa-2048.legacy.key"
chmod 600 "$out"/*.key

# Diffie-Hellman groups: RFC 7919's of 2048 bits, and one that is too small for level 2.
if ! "$openssl" genpkey -genparam -algorithm DH -pkeyopt dh_param:ffdhe2048 \
    -out "$out/dh2048.pem" >/dev/null 2>&1 ||
    ! grep -q "BEGIN DH PARAMETERS" "$out/dh2048.pem"; then
    run dhparam -out "$out/dh2048.pem" -dsaparam 2048
fi
# RFC 3526's of 1536 bits, which OpenSSL 1.1.1 has no name for
cat >"$out/dh1536.pem" <<'PEM'
-----BEGIN DH PARAMETERS-----
MIHHAoHBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7ORbPcIAfLihY78FmNpINhxV05pp
Fj+o/STPX4NlXSPco62WHGLzViCFUrue1SkHcJaWbWcMNU5KvJgE8XRsCMojcyf/
/////////wIBAg==
-----END DH PARAMETERS-----
PEM

# OpenSSL's annex to a certificate: what it is trusted for, or not.
run x509 -in root.crt -trustout -addreject serverAuth -out "$out/root.reject-server.pem"
run x509 -in root.crt -trustout -addreject anyExtendedKeyUsage -out "$out/root.reject-any.pem"
run x509 -in root.crt -trustout -addtrust clientAuth -setalias "alias" \
    -out "$out/root.trust-client.pem"
run x509 -in root.crt -trustout -addtrust serverAuth -addreject emailProtection \
    -out "$out/root.trust-server.pem"
run x509 -in server-ecdsa-p256.crt -trustout -addtrust serverAuth -setalias leaf \
    -out "$out/server-ecdsa-p256.trusted.pem"

# Passwords: an empty one for the PKCS #12 too, and the same keys in DER.
run pkcs12 -export -inkey server-ecdsa-p256.key -in server-ecdsa-p256.crt -certfile int.crt \
    -name server -passout pass: -out "$out/server-ecdsa-p256.empty.p12"
run pkcs12 -export -inkey server-ecdsa-p256.key -in server-ecdsa-p256.crt -certfile int.crt \
    -name server -keypbe NONE -certpbe NONE -nomac -passout pass: \
    -out "$out/server-ecdsa-p256.open.p12"
run pkcs12 -export -inkey server-rsa-2048.key -in server-rsa-2048.crt -certfile int.crt \
    -name server -passout pass:secret -out "$out/server-rsa-2048.p12"
for kind in ecdsa-p256 rsa-2048 ed25519; do
    run pkey -in "server-$kind.key" -outform DER -out "$out/server-$kind.key.der"
    run x509 -in "server-$kind.crt" -outform DER -out "$out/server-$kind.crt.der"
done
run pkcs8 -topk8 -v2 aes-256-cbc -in server-ecdsa-p256.key -passout pass:secret -outform DER \
    -out "$out/server-ecdsa-p256.enc.key.der"

# Every form of a key that is encrypted, and some that are called what they are not.
forms=$out/forms
mkdir -p "$forms"
old=()
if "$openssl" list -providers >/dev/null 2>&1; then
    old=(-provider legacy -provider default)
fi
key=server-ecdsa-p256.key
p8() { run pkcs8 -topk8 -in "$key" -passout "pass:$1" -out "$forms/$2.key" "${@:3}"; }
p12() {
    run pkcs12 -export -inkey "$key" -in server-ecdsa-p256.crt -certfile int.crt -passout "pass:$1" \
        -out "$forms/$2.p12" "${@:3}"
}
for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des3; do
    for prf in 1 224 256 384 512; do
        p8 secret "pbes2-$cipher-sha$prf" -v2 $cipher -v2prf hmacWithSHA$prf -iter 1000
    done
done
p8 secret scrypt -scrypt -scrypt_N 1024
p8 secret pbes1-sha1-3des -v1 PBE-SHA1-3DES
p8 secret pbes1-sha1-2des -v1 PBE-SHA1-2DES
p8 secret pbes1-sha1-rc2-40 -v1 PBE-SHA1-RC2-40 "${old[@]}"
p8 secret pbes1-sha1-rc4 -v1 PBE-SHA1-RC4-128 "${old[@]}"
p8 secret pbes1-md5-des -v1 PBE-MD5-DES "${old[@]}"
p8 secret pbes1-sha1-des -v1 PBE-SHA1-DES "${old[@]}"
p8 "" empty -v2 aes-256-cbc
p8 'pässwörd€😀' utf8 -v2 aes-256-cbc
p8 'pässwörd€😀' utf8-pbes1 -v1 PBE-SHA1-3DES
for mac in sha1 sha256 sha384 sha512; do
    p12 secret "mac-$mac" -keypbe aes-192-cbc -certpbe aes-128-cbc -macalg $mac
done
p12 secret 3des -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
p12 secret rc2 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1 "${old[@]}"
p12 secret nomac -nomac
p12 secret onlymac -keypbe NONE -certpbe NONE
p12 "" empty-3des -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
p12 "" empty-nomac -nomac -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES
p12 "" open -nomac -keypbe NONE -certpbe NONE
p12 'pässwörd€😀' utf8 -keypbe PBE-SHA1-3DES -certpbe aes-256-cbc
# shellcheck disable=SC2086
run rsa $traditional -in server-rsa-2048.key -out "$forms/pkcs1.key"
run ec -in server-ecdsa-p256.key -out "$forms/sec1.key"
run ec -in server-ecdsa-p256.key -no_public -out "$forms/sec1-no-public.key"
sed 's/RSA PRIVATE KEY/PRIVATE KEY/' "$forms/pkcs1.key" >"$forms/pkcs1-as-pkcs8.key"
sed 's/RSA PRIVATE KEY/EC PRIVATE KEY/' "$forms/pkcs1.key" >"$forms/pkcs1-as-sec1.key"
sed 's/EC PRIVATE KEY/PRIVATE KEY/' "$forms/sec1.key" >"$forms/sec1-as-pkcs8.key"
sed 's/EC PRIVATE KEY/RSA PRIVATE KEY/' "$forms/sec1.key" >"$forms/sec1-as-pkcs1.key"
sed 's/PRIVATE KEY/RSA PRIVATE KEY/' server-rsa-2048.key >"$forms/pkcs8-as-pkcs1.key"
sed 's/ENCRYPTED //' "$forms/utf8.key" >"$forms/encrypted-as-pkcs8.key"
run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit \
    -out "$forms/explicit.key"
run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out "$forms/secp256k1.key"

mkdir -p "$out/der"
for name in root int server-ecdsa-p256 server-rsa-2048 server-ed25519 client-ed25519; do
    run x509 -in "$name.crt" -outform DER -out "$out/der/$name.der"
done
