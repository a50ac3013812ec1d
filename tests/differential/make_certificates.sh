#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make_certificates.sh OUTDIR: certificates with everything that readers like to get wrong, one PEM
# file each: every kind of alternative name, odd dates, characters that need escapes, long values,
# odd serial numbers, every kind of key. Most are self-signed; nobody verifies them.
set -euo pipefail

openssl=${OPENSSL:-openssl}
out=${1:?usage: make_certificates.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-certificates.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

run() {
    if ! "$openssl" "$@" >log 2>&1; then
        echo "make_certificates.sh: openssl $* failed:" >&2
        cat log >&2
        exit 1
    fi
}

run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key

# make NAME: reads the [v3] section from standard input; $dn is the [dn] section, $key the key,
# further words are options of req.
dn=CN=test
make() {
    local name=$1
    shift
    {
        printf '[req]\ndistinguished_name = dn\nprompt = no\nutf8 = yes\nx509_extensions = v3\n'
        printf 'string_mask = %s\n[dn]\n%s\n[v3]\n' "${mask:-utf8only}" "$dn"
        cat
    } >cnf
    run req -x509 -new -config cnf -key "${key:-key}" -days 3650 -out "$out/$name.pem" "$@"
}

# ---- alternative names
make san-all <<'CNF'
subjectAltName = @alt
[alt]
email.1 = user@example.test
email.2 = "o'brien+tag@example.test"
DNS.1 = example.test
DNS.2 = *.example.test
DNS.3 = xn--bcher-kva.example
DNS.4 = UPPER.Example.TEST
URI.1 = https://example.test/a?b=c&d=%20#e
URI.2 = urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6
RID.1 = 1.2.3.4
RID.2 = 2.5.29.17
IP.1 = 192.0.2.1
IP.2 = 0.0.0.0
IP.3 = 2001:db8::1
IP.4 = ::ffff:192.0.2.1
IP.5 = ::
dirName.1 = dir
otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:user@example.test
otherName.2 = 1.3.6.1.5.5.7.8.5;UTF8:im.example.test
otherName.3 = 1.3.6.1.5.5.7.8.7;IA5:_mail.example.test
otherName.4 = 1.2.3.4;UTF8:something
otherName.5 = 1.2.3.4;INTEGER:5
[dir]
C = DE
O = "An organisation, with a comma"
CN = directory
CNF
make san-raw <<'CNF'
2.5.29.17 = ASN1:SEQUENCE:alt
[alt]
x400 = IMPLICIT:3,SEQUENCE:x400
edi = IMPLICIT:5,SEQUENCE:edi
dns = IMPLICIT:2,IA5STRING:raw.example.test
nul = IMPLICIT:2,FORMAT:HEX,OCTETSTRING:61006264
newline = IMPLICIT:1,FORMAT:HEX,OCTETSTRING:610a0d09627f1b
empty = IMPLICIT:6,IA5STRING:
ip3 = IMPLICIT:7,FORMAT:HEX,OCTETSTRING:c00002
ip17 = IMPLICIT:7,FORMAT:HEX,OCTETSTRING:0102030405060708090a0b0c0d0e0f1011
[x400]
a = SEQUENCE:none
[none]
[edi]
party = EXPLICIT:1,UTF8:party
CNF
make san-latin1 <<'CNF'
2.5.29.17 = ASN1:SEQUENCE:alt
[alt]
dns = IMPLICIT:2,FORMAT:HEX,OCTETSTRING:62fc63686572
uri = IMPLICIT:6,FORMAT:HEX,OCTETSTRING:c3bc
CNF
printf 'subjectAltName = critical,%s\n' "$(seq -s, -f 'DNS:n%.0f.example.test' 1000)" |
    make san-thousand
printf 'subjectAltName = DNS:%s.example.test\n' "$(printf 'a%.0s' $(seq 1 3000))" | make san-long
make san-none </dev/null

# ---- names
dn=$(printf 'C = DE\nST = B\xc3\xbcrostadt\nL = \xe6\x9d\xb1\xe4\xba\xac\nO = "quotes \\" and \\\\ backslash"\nOU = \xf0\x9f\x94\x92 locked\nCN = last')
make name-utf8 </dev/null
dn=$(printf 'O = Acme\n0.OU = first\n1.OU = second\n+CN = joined\n+serialNumber = 42\nemailAddress = a@b.test\nDC = test')
make name-rdns </dev/null
dn=$(printf 'CN = tab\\there\\nnewline \\r return')
make name-controls </dev/null
dn=$(printf 'CN = caf\xc3\xa9')
for mask in MASK:0x4 MASK:0x800 MASK:0x1000 MASK:0x2000; do # T61, BMP, PrintableString or else, UTF8
    make "name-${mask#MASK:}" </dev/null || true
done
unset mask
dn=$(printf '0.2.5.4.97 = VATDE-123\n0.1.2.840.113549.1.9.2 = unstructured\n0.2.5.4.15 = Private Organization\n0.1.3.6.1.4.1.311.60.2.1.3 = DE\nSN = Sur\nGN = Given\ninitials = SG\ntitle = Dr\npseudonym = P\n0.2.5.4.46 = dnq\nUID = uid\n0.2.5.4.17 = 12345\nstreet = Road 1\nbusinessCategory = b\nname = n')
make name-types </dev/null
dn=$(printf '[dn]\n')
make name-empty -subj / <<<'subjectAltName = critical,DNS:only.test'
dn=$(printf 'CN = %s' "$(printf 'x%.0s' $(seq 1 64))")
make name-long </dev/null

# ---- dates
dn=CN=date
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=db\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\nrand_serial=yes\n[p]\ncommonName=optional\n' >cacnf
: >db
: >db.attr
printf '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=date\n' >cnf
run req -new -config cnf -key key -out csr
while read -r name from to; do
    run ca -batch -notext -config cacnf -selfsign -keyfile key -startdate "$from" -enddate "$to" \
        -in csr -out "$out/date-$name.pem"
done <<'DATES'
1950 500101000000Z 20491231235959Z
1960 19600229120000Z 19691231235959Z
1970 19700101000000Z 19700101000001Z
1999 991231235959Z 20000101000000Z
2000 20000229000000Z 20040229235959Z
2038 20380119031407Z 20380119031408Z
2049 20491231235959Z 20500101000000Z
2100 21000228235959Z 21000301000000Z
9999 20240101000000Z 99991231235959Z
0001 00010101000000Z 09991231235959Z
days 20240101000000Z 20240109010203Z
DATES

# ---- serial numbers
for serial in 0 1 127 128 255 256 0x00ff 0x7fffffffffffffffffffffffffffffffffffffff \
    0xffffffffffffffffffffffffffffffffffffffff -1 -128 -129; do
    dn=CN=serial make "serial$serial" -set_serial "$serial" </dev/null
done

# ---- where to look
dn=CN=places
make places <<'CNF'
authorityInfoAccess = OCSP;URI:http://ocsp.test/, OCSP;URI:http://ocsp2.test/?a=b, caIssuers;URI:http://ca.test/ca.crt, caIssuers;URI:ldap://ldap.test/cn=ca?x;y, 1.2.3.4;URI:http://other.test/, OCSP;DNS:dns.test
crlDistributionPoints = one, two, three
subjectInfoAccess = 1.3.6.1.5.5.7.48.5;URI:http://repository.test/
[one]
fullname = URI:http://crl.test/1.crl, URI:http://crl.test/1b.crl, DNS:crl.test
[two]
fullname = URI:http://crl.test/2.crl
reasons = keyCompromise, CACompromise
CRLissuer = dirName:issuer
[three]
relativename = relative
[issuer]
CN = CRL issuer
[relative]
CN = relative
CNF

# ---- other extensions
dn=CN=extensions
make extensions <<'CNF'
basicConstraints = critical, CA:TRUE, pathlen:3
keyUsage = critical, digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign, encipherOnly, decipherOnly
extendedKeyUsage = serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, OCSPSigning, anyExtendedKeyUsage, 1.2.3.4
subjectKeyIdentifier = hash
certificatePolicies = 1.2.3.4, 2.5.29.32.0, @policy
nameConstraints = critical, permitted;DNS:.example.test, permitted;IP:192.0.2.0/255.255.255.0, excluded;email:bad.test, excluded;URI:.bad.test
policyConstraints = requireExplicitPolicy:3, inhibitPolicyMapping:0
inhibitAnyPolicy = 2
tlsfeature = status_request, status_request_v2
nsComment = A comment
1.2.3.4.5 = critical, DER:0500
[policy]
policyIdentifier = 1.3.5.8
CPS.1 = http://cps.test/
userNotice.1 = @notice
[notice]
explicitText = UTF8:Text
organization = Org
noticeNumbers = 1,2
CNF
make extensions-empty <<<'basicConstraints = CA:FALSE'

# ---- keys and signatures
key=key2
dn=CN=key
while read -r name options; do
    # shellcheck disable=SC2086 # words on purpose
    if "$openssl" genpkey $options -out key2 >log 2>&1; then
        make "key-$name" </dev/null
    fi
done <<'KEYS'
rsa-1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
rsa-2047 -algorithm RSA -pkeyopt rsa_keygen_bits:2047
rsa-3 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
rsa-pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
p224 -algorithm EC -pkeyopt ec_paramgen_curve:P-224
p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
k256 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
brainpool -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1
explicit -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
ed25519 -algorithm ED25519
ed448 -algorithm ED448
KEYS
unset key
run genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa
for digest in sha1 sha224 sha384 sha512 md5 sha3-256; do
    key=rsa make "digest-$digest" "-$digest" </dev/null
done
key=rsa make signature-pss -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 </dev/null
# version 1: no extensions
run req -new -config cnf -key key -subj /CN=old -out csr
run x509 -req -in csr -signkey key -days 10 -out "$out/version1.pem"
