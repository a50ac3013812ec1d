#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_forms.py: the chains that are easier to count than to write, in the format of chains.txt.

Forms of names, constraints, serial numbers and extensions: each one in a leaf, in an authority of the
path and in a certificate that is presented beside it, with what must be said about it. Decoders trip
over them, each over its own; the verdict must be the same with and without a handshake.
"""


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        head = bytes([size])
    elif size < 256:
        head = bytes([0x81, size])
    else:
        head = bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + head + body


def sequence(*parts):
    return tlv(0x30, *parts)


def oid(text):
    numbers = [int(n) for n in text.split(".")]
    out = [numbers[0] * 40 + numbers[1]]
    for number in numbers[2:]:
        octets = [number & 0x7F]
        while number > 0x7F:
            number >>= 7
            octets.insert(0, number & 0x7F | 0x80)
        out += octets
    return tlv(0x06, bytes(out))


def common_name(text):
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, text))))


HOST = tlv(0x82, b"host.test")
IA = [tlv(0x16, b"x"), tlv(0x0C, b"x")]
SAN = "4.2.1.6"

# What a name beside the right one is worth: name, section, the GeneralName, is it good?
NAMES = [
    ("dns", tlv(0x82, b"www.test"), True),
    ("dns-empty", tlv(0x82), False),
    ("dns-blank", tlv(0x82, b" "), False),
    ("dns-dot", tlv(0x82, b"."), True),
    ("dns-nul", tlv(0x82, b"a\0b"), True),
    ("dns-utf8", tlv(0x82, b"\xc3\xbc.test"), True),
    ("dns-underscore", tlv(0x82, b"a_b.test"), True),
    ("dns-300-octets", tlv(0x82, b"a" * 300), True),
    ("dns-leading-dot", tlv(0x82, b".a.test"), True),
    ("dns-trailing-dot", tlv(0x82, b"a.test."), True),
    ("mail", tlv(0x81, b"a@b.test"), True),
    ("mail-empty", tlv(0x81), False),
    ("mail-no-at", tlv(0x81, b"abc"), True),
    ("mail-utf8", tlv(0x81, b"\xc3\xbc@a.test"), True),
    ("uri", tlv(0x86, b"https://a.test/"), True),
    ("uri-empty", tlv(0x86), False),
    ("uri-relative", tlv(0x86, b"abc/def"), True),
    ("uri-nul", tlv(0x86, b"http://a\0b/"), True),
    ("uri-no-host", tlv(0x86, b"http:///"), True),
    ("uri-urn", tlv(0x86, b"urn:a:b"), True),
    ("ip-0-octets", tlv(0x87), False),
    ("ip-3-octets", tlv(0x87, b"\1\2\3"), False),
    ("ip-4-octets", tlv(0x87, b"\1\2\3\4"), True),
    ("ip-5-octets", tlv(0x87, b"\1\2\3\4\5"), False),
    ("ip-8-octets", tlv(0x87, b"\1" * 8), False),
    ("ip-15-octets", tlv(0x87, b"\1" * 15), False),
    ("ip-16-octets", tlv(0x87, b"\1" * 16), True),
    ("ip-17-octets", tlv(0x87, b"\1" * 17), False),
    ("ip-32-octets", tlv(0x87, b"\1" * 32), False),
    ("registered-id", tlv(0x88, b"\x2a\x03"), True),
    ("registered-id-empty", tlv(0x88), False),
    ("registered-id-long", tlv(0x88, b"\x2a" + b"\x83\x04" * 15), True),
    ("directory", tlv(0xA4, common_name(b"x")), True),
    ("directory-no-rdn", tlv(0xA4, sequence()), True),
    ("directory-empty-string", tlv(0xA4, common_name(b"")), False),
    ("directory-empty", tlv(0xA4), False),
    ("other", tlv(0xA0, oid("1.2.3.4"), tlv(0xA0, tlv(0x0C, b"x"))), True),
    ("other-empty-string", tlv(0xA0, oid("1.2.3.4"), tlv(0xA0, tlv(0x0C))), True),
    ("other-no-value", tlv(0xA0, oid("1.2.3.4"), tlv(0xA0)), False),
    ("other-two-values", tlv(0xA0, oid("1.2.3.4"), tlv(0xA0, *IA)), False),
    ("other-principal", tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, tlv(0x0C, b"x@y"))), True),
    ("other-mail", tlv(0xA0, oid("1.3.6.1.5.5.7.8.9"), tlv(0xA0, tlv(0x0C, b"\xc3\xbc@x.test"))), True),
    ("x400-empty", tlv(0xA3), False),
    ("edi-empty", tlv(0xA5), False),
    ("again", HOST, True),
    ("tag-9", tlv(0x89, b"x"), False),
]

ADDRESS = b"\1\2\3\0"

# name, value of nameConstraints, can it be read?
CONSTRAINTS = [
    ("dns", sequence(tlv(0xA0, sequence(HOST))), True),
    ("ip4", sequence(tlv(0xA1, sequence(tlv(0x87, ADDRESS + b"\xff\xff\xff\0")))), True),
    ("ip6", sequence(tlv(0xA1, sequence(tlv(0x87, b"\1" * 16 + b"\xff" * 16)))), True),
    ("ip-0-octets", sequence(tlv(0xA1, sequence(tlv(0x87)))), False),
    ("ip-4-octets", sequence(tlv(0xA1, sequence(tlv(0x87, ADDRESS)))), False),
    ("ip-7-octets", sequence(tlv(0xA1, sequence(tlv(0x87, b"\1" * 7)))), False),
    ("ip-16-octets", sequence(tlv(0xA1, sequence(tlv(0x87, b"\1" * 16)))), False),
    ("ip-33-octets", sequence(tlv(0xA1, sequence(tlv(0x87, b"\1" * 33)))), False),
    ("ip-mask-with-holes", sequence(tlv(0xA1, sequence(tlv(0x87, ADDRESS + b"\xff\0\xff\0")))), False),
    ("mail", sequence(tlv(0xA1, sequence(tlv(0x81, b"a@b.test")))), True),
    ("uri", sequence(tlv(0xA1, sequence(tlv(0x86, b"b.test")))), True),
    ("directory", sequence(tlv(0xA1, sequence(tlv(0xA4, common_name(b"x"))))), True),
    ("registered-id", sequence(tlv(0xA1, sequence(tlv(0x88, b"\x2a\x03")))), True),
    ("other", sequence(tlv(0xA1, sequence(tlv(0xA0, oid("1.2.3"), tlv(0xA0, IA[0]))))), True),
    ("nothing", sequence(), False),
    ("nothing-permitted", sequence(tlv(0xA0)), False),
    ("nothing-excluded", sequence(tlv(0xA1)), False),
    ("minimum", sequence(tlv(0xA1, sequence(tlv(0x82, b"x.test"), b"\x80\1\1"))), False),
    ("maximum", sequence(tlv(0xA1, sequence(tlv(0x82, b"x.test"), b"\x81\1\1"))), False),
]

# name, subject, is it within the limits of what is read?
SUBJECTS = [
    ("256-attributes", "/CN=host.test" + "/OU=x" * 255, True),
    ("257-attributes", "/CN=host.test" + "/OU=x" * 256, False),
    ("16-in-one-set", "/CN=host.test" + "/+OU=x" * 15, True),
    ("17-in-one-set", "/CN=host.test" + "/+OU=x" * 16, False),
    ("empty-string", "/CN=host.test/OU=#0c00", True),
]

# name, serial number, at most 20 octets?
SERIALS = [
    ("1-octet", "05", True),
    ("zero", "00", True),
    ("negative", "-05", True),
    ("20-octets", "7F" + "FF" * 19, True),
    ("20-octets-and-zero", "FF" * 20, False),
    ("21-octets", "01" + "FF" * 20, False),
    ("32-octets", "01" + "FF" * 31, False),
    ("33-octets", "01" + "FF" * 32, False),
    ("201-octets", "01" + "FF" * 200, False),
]

CDP = "crlDistributionPoints"
AKI = "authorityKeyIdentifier"
SKI = "subjectKeyIdentifier"
POLICIES = "certificatePolicies"


def policy(*qualifiers):
    return sequence(sequence(oid("1.2.3.4"), sequence(*[sequence(*q) for q in qualifiers])))


# name, section, extension, value (bytes: DER, text: as in openssl.cnf), critical, wanted of the leaf,
# wanted of a certificate beside the path
EXTENSIONS = [
    ("ca-false-written-out", "4.2.1.9", "basicConstraints", sequence(b"\1\1\0"), True, "ok", "ok"),
    ("ca-neither-true-nor-false", "4.2.1.9", "basicConstraints", sequence(b"\1\1\1"), True, "MALFORMED", "ok"),
    ("path-length-without-ca", "4.2.1.9", "basicConstraints", sequence(b"\2\1\0"), True, "ok", "ok"),
    ("path-length-negative", "4.2.1.9", "basicConstraints", sequence(b"\1\1\xff\2\1\xff"), True, "MALFORMED", "ok"),
    ("usage-nine-bits", "4.2.1.3", "keyUsage", tlv(3, b"\7\x80\x80"), True, "ok", "ok"),
    ("usage-17-bits", "4.2.1.3", "keyUsage", tlv(3, b"\7\x80\x80\x80"), True, "MALFORMED", "MALFORMED"),
    ("usage-no-bits", "4.2.1.3", "keyUsage", tlv(3, b"\0"), True, "MALFORMED,WRONG_PURPOSE", "ok"),
    ("usage-only-zeros", "4.2.1.3", "keyUsage", tlv(3, b"\7\0"), True, "MALFORMED,WRONG_PURPOSE", "ok"),
    ("usage-not-padded", "4.2.1.3", "keyUsage", tlv(3, b"\0\x81"), True, "ok", "ok"),
    ("purposes-none", "4.2.1.12", "extendedKeyUsage", sequence(), False, "MALFORMED", "ok"),
    ("purposes-one-unknown", "4.2.1.12", "extendedKeyUsage", "serverAuth,1.2.3.4", False, "ok", "ok"),
    ("subject-key-empty", "4.2.1.2", SKI, tlv(4), False, "ok", "ok"),
    ("subject-key-64-octets", "4.2.1.2", SKI, tlv(4, b"\x11" * 64), False, "ok", "ok"),
    ("subject-key-200-octets", "4.2.1.2", SKI, tlv(4, b"\x11" * 200), False, "ok", "ok"),
    ("subject-key-critical", "4.2.1.2", SKI, tlv(4, b"\x11" * 20), True, "MALFORMED", "MALFORMED"),
    ("subject-key-text", "4.2.1.2", SKI, tlv(0x0C, b"A"), False, "MALFORMED", "ok"),
    ("authority-key-empty", "4.2.1.1", AKI, sequence(), False, "MALFORMED", "MALFORMED"),
    ("authority-key-empty-id", "4.2.1.1", AKI, sequence(b"\x80\0"), False, "MALFORMED", "MALFORMED"),
    ("authority-key-critical", "4.2.1.1", AKI, sequence(tlv(0x80, b"\x11" * 20)), True, "MALFORMED", "MALFORMED"),
    ("authority-key-serial-only", "4.2.1.1", AKI, sequence(b"\x82\1\1"), False, "ok", "ok"),
    ("authority-key-unknown-field", "4.2.1.1", AKI, sequence(b"\x85\1\1"), False, "MALFORMED", "MALFORMED"),
    ("authority-key-out-of-order", "4.2.1.1", AKI, sequence(b"\x82\1\1\x80\1\1"), False, "MALFORMED", "MALFORMED"),
    ("authority-key-name", "4.2.1.1", AKI, sequence(tlv(0xA1, tlv(0xA4, common_name(b"x"))), b"\x82\1\1"), False, "ok", "ok"),
    ("points-none", "4.2.1.13", CDP, sequence(), False, "MALFORMED", "MALFORMED"),
    ("points-one-empty", "4.2.1.13", CDP, sequence(sequence()), False, "MALFORMED", "MALFORMED"),
    ("points-reasons-alone", "4.2.1.13", CDP, sequence(sequence(b"\x81\2\1\x40")), False, "MALFORMED", "MALFORMED"),
    ("points-no-name", "4.2.1.13", CDP, sequence(sequence(tlv(0xA0))), False, "MALFORMED", "MALFORMED"),
    ("points-relative", "4.2.1.13", CDP, sequence(sequence(tlv(0xA0, tlv(0xA1, sequence(oid("2.5.4.3"), tlv(0x0C, b"x")))))), False, "ok", "ok"),
    ("points-relative-no-attribute", "4.2.1.13", CDP, sequence(sequence(tlv(0xA0, tlv(0xA1, oid("2.5.4.3"))))), False, "MALFORMED", "MALFORMED"),
    ("points-two-names", "4.2.1.13", CDP, sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://x")), tlv(0xA0, tlv(0x86, b"http://x"))))), False, "MALFORMED", "MALFORMED"),
    ("points-empty-uri", "4.2.1.13", CDP, sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(0x86))))), False, "ok", "ok"),
    ("points-critical", "4.2.1.13", CDP, "URI:http://x.test/", True, "ok", "ok"),
    ("points-issuer-alone", "4.2.1.13", CDP, sequence(sequence(tlv(0xA2, tlv(0xA4, common_name(b"x"))))), False, "ok", "ok"),
    ("access-none", "4.2.2.1", "authorityInfoAccess", sequence(), False, "MALFORMED", "ok"),
    ("access-critical", "4.2.2.1", "authorityInfoAccess", "OCSP;URI:http://x.test/", True, "ok", "ok"),
    ("access-dns", "4.2.2.1", "authorityInfoAccess", "OCSP;DNS:x.test", False, "ok", "ok"),
    ("policy-any", "4.2.1.4", POLICIES, "2.5.29.32.0", False, "ok", "ok"),
    ("policy-40", "4.2.1.4", POLICIES, sequence(*[sequence(oid("1.2.3.%d" % i)) for i in range(40)]), False, "ok", "ok"),
    ("policy-critical", "4.2.1.4", POLICIES, "1.2.3.4", True, "ok", "ok"),
    ("policy-long", "4.2.1.4", POLICIES, sequence(sequence(tlv(6, b"\x2a" + b"\x83\x04" * 15))), False, "ok", "ok"),
    ("policy-220-octets-of-text", "4.2.1.4", POLICIES, policy((oid("1.3.6.1.5.5.7.2.1"), tlv(0x16, b"h" * 220))), False, "ok", "ok"),
    ("policy-unknown-qualifier", "4.2.1.4", POLICIES, policy((oid("1.2.3.5"), tlv(0x0C, b"x"))), False, "ok", "ok"),
    ("mappings-in-a-leaf", "4.2.1.5", "policyMappings", "1.2.3:1.2.4", False, "ok", "ok"),
    ("requires-policy", "4.2.1.11", "policyConstraints", "requireExplicitPolicy:3", True, "ok", "ok"),
    ("requires-policy-not-critical", "4.2.1.11", "policyConstraints", "requireExplicitPolicy:3", False, "ok", "ok"),
    ("requires-nothing", "4.2.1.11", "policyConstraints", sequence(), True, "MALFORMED", "MALFORMED"),
    ("requires-negative", "4.2.1.11", "policyConstraints", sequence(b"\x80\1\xff"), True, "MALFORMED", "MALFORMED"),
    ("requires-out-of-order", "4.2.1.11", "policyConstraints", sequence(b"\x81\1\1\x80\1\1"), True, "MALFORMED", "MALFORMED"),
    ("inhibits-any", "4.2.1.14", "inhibitAnyPolicy", "1", True, "ok", "ok"),
    ("inhibits-any-not-critical", "4.2.1.14", "inhibitAnyPolicy", "1", False, "ok", "ok"),
    ("inhibits-any-negative", "4.2.1.14", "inhibitAnyPolicy", b"\2\1\xff", True, "MALFORMED", "ok"),
    ("directory-attributes-none", "4.2.1.8", "2.5.29.9", sequence(), False, "MALFORMED", "MALFORMED"),
    ("directory-attributes", "4.2.1.8", "2.5.29.9", sequence(sequence(oid("2.5.4.72"), tlv(0x31, oid("1.2.3")))), False, "ok", "ok"),
    ("directory-attributes-critical", "4.2.1.8", "2.5.29.9", sequence(sequence(oid("2.5.4.72"), tlv(0x31, oid("1.2.3")))), True, "CRITICAL_EXTENSION", "ok"),
    ("unknown", "4.2", "1.2.3.4.5", b"\5\0", False, "ok", "ok"),
    ("unknown-empty", "4.2", "1.2.3.4.5", b"\4\0", False, "ok", "ok"),
    ("unknown-critical", "4.2", "1.2.3.4.5", b"\5\0", True, "CRITICAL_EXTENSION", "ok"),
    ("netscape-type", "4.2", "nsCertType", "server", False, "ok", "ok"),
    ("netscape-comment", "4.2", "nsComment", "x", False, "ok", "ok"),
    ("transparency-garbage", "4.2", "1.3.6.1.4.1.11129.2.4.2", b"\5\0", False, "ok", "ok"),
    ("transparency-poison", "4.2", "1.3.6.1.4.1.11129.2.4.3", b"\5\0", True, "CRITICAL_EXTENSION", "ok"),
    ("freshest", "4.2.1.15", "freshestCRL", "URI:http://x.test/", False, "ok", "ok"),
    ("freshest-critical", "4.2.1.15", "freshestCRL", "URI:http://x.test/", True, "CRITICAL_EXTENSION", "ok"),
    ("subject-access", "4.2.2.2", "subjectInfoAccess", "caRepository;URI:http://x.test/", False, "ok", "ok"),
    ("usage-period", "4.2", "2.5.29.16", sequence(tlv(0x80, b"20200101000000Z")), False, "ok", "ok"),
    ("addresses-critical", "4.2", "sbgp-ipAddrBlock", "IPv4:10.0.0.0/8", True, "CRITICAL_EXTENSION", "ok"),
    ("staple-feature", "4.2", "tlsfeature", "17", False, "ok", "ok"),
]


def ext(name, value, critical=False):
    text = value if isinstance(value, str) else "DER:" + value.hex()
    return "ext %s=%s%s" % (name, "critical," if critical else "", text)


def relative(text):
    return sequence(oid("2.5.4.3"), tlv(0x0C, text))


def name_of(unit):
    """The Name of an authority of the corpus."""
    organisation = tlv(0x31, sequence(oid("2.5.4.10"), tlv(0x0C, b"Corpus")))
    return sequence(organisation, tlv(0x31, relative(unit)))


def below(unit, text):
    return sequence(name_of(unit)[2:], tlv(0x31, relative(text)))


URI, OTHER_URI = tlv(0x86, b"http://crl.test/a"), tlv(0x86, b"http://crl.test/b")
BY_ISSUER = tlv(0xA2, tlv(0xA4, name_of(b"lister")))
BY_ITSELF, BY_ANOTHER = tlv(0xA2, tlv(0xA4, name_of(b"int"))), tlv(0xA2, tlv(0xA4, name_of(b"another")))
KEY_COMPROMISE, REST, ALL = b"\x06\x40", b"\x07\x3f\x80", b"\x07\x7f\x80"
ONLY_USERS, ONLY_AUTHORITIES, INDIRECT, ATTRIBUTES = b"\x81\1\xff", b"\x82\1\xff", b"\x84\1\xff", b"\x85\1\xff"


def full(*names):
    return tlv(0xA0, tlv(0xA0, *names))


def near(text):
    return tlv(0xA0, tlv(0xA1, relative(text)))


def points(*each):
    return " | " + ext(CDP, sequence(*[sequence(*p) if isinstance(p, tuple) else sequence(p) for p in each]))


def some(octets, tag=0x83):
    return tlv(tag, octets)


def issuing(*parts):
    return " | " + ext("2.5.29.28", sequence(*parts), True)


def numbered(number, base=None):
    text = " | " + ext("2.5.29.20", tlv(2, bytes([number])))
    return text if base is None else text + " | " + ext("2.5.29.27", tlv(2, bytes([base])), True)


GOOD, REVOKED, UNKNOWN = "ok", "REVOKED", "REVOCATION_UNKNOWN"
# Another key of the authority "int", in a certificate that the root issued.
LISTER = "ca int2 | subject=/O=Corpus/CN=int"
INDIRECT_LISTER = "ca lister | subject=/O=Corpus/CN=lister | ext keyUsage=critical,cRLSign | ext basicConstraints=critical,CA:FALSE"

# name, section, what the leaf has besides, lists and certificates, whom it sends, wanted
LISTS = [
    ("point-met", "6.3.3 (b)", points(full(URI)), ["crl int" + issuing(full(URI))], None, GOOD),
    ("point-met-revoked", "6.3.3 (b)", points(full(URI)), ["crl int | revoke=leaf" + issuing(full(URI))], None, REVOKED),
    ("point-second-name", "6.3.3 (b)", points(full(OTHER_URI, URI)), ["crl int" + issuing(full(URI))], None, GOOD),
    ("point-second-point", "6.3.3 (b)", points(full(OTHER_URI), full(URI)), ["crl int" + issuing(full(URI))], None, GOOD),
    ("point-other", "6.3.3 (b)", points(full(OTHER_URI)), ["crl int" + issuing(full(URI))], None, UNKNOWN),
    ("point-none-in-certificate", "6.3.3 (b)", "", ["crl int" + issuing(full(URI))], None, UNKNOWN),
    ("point-none-in-list", "6.3.3", points(full(URI)), ["crl int"], None, GOOD),
    ("relative-both", "4.2.1.13", points(near(b"x")), ["crl int" + issuing(near(b"x"))], None, GOOD),
    ("relative-both-revoked", "4.2.1.13", points(near(b"x")), ["crl int | revoke=leaf" + issuing(near(b"x"))], None, REVOKED),
    ("relative-differs", "4.2.1.13", points(near(b"x")), ["crl int" + issuing(near(b"y"))], None, UNKNOWN),
    ("relative-case", "7.1", points(near(b"X")), ["crl int" + issuing(near(b"x"))], None, GOOD),
    ("relative-in-list", "5.2.5", points(full(tlv(0xA4, below(b"int", b"x")))), ["crl int" + issuing(near(b"x"))], None, GOOD),
    ("relative-in-certificate", "4.2.1.13", points(near(b"x")), ["crl int" + issuing(full(tlv(0xA4, below(b"int", b"x"))))], None, GOOD),
    ("relative-to-another", "4.2.1.13", points(near(b"x")), ["crl int" + issuing(full(tlv(0xA4, below(b"root", b"x"))))], None, UNKNOWN),
    ("reasons-one-list", "6.3.3 (d)", "", ["crl int" + issuing(some(KEY_COMPROMISE))], None, UNKNOWN),
    ("reasons-one-list-revoked", "6.3.3 (j)", "", ["crl int | revoke=leaf" + issuing(some(KEY_COMPROMISE))], None, REVOKED),
    ("reasons-two-lists", "6.3.3 (l)", "", ["crl int" + issuing(some(KEY_COMPROMISE)), "crl int" + issuing(some(REST))], None, GOOD),
    ("reasons-two-lists-revoked", "6.3.3 (l)", "", ["crl int" + issuing(some(KEY_COMPROMISE)), "crl int | revoke=leaf" + issuing(some(REST))], None, REVOKED),
    ("reasons-second-expired", "6.3.3 (a)", "", ["crl int" + issuing(some(KEY_COMPROMISE)), "crl int | from=-30d | to=-1d" + issuing(some(REST))], None, UNKNOWN),
    ("reasons-all-in-one", "6.3.3 (d)", "", ["crl int" + issuing(some(ALL))], None, GOOD),
    ("reasons-of-the-point", "6.3.3 (d) (2)", points((full(URI), some(KEY_COMPROMISE, 0x81))), ["crl int" + issuing(full(URI))], None, UNKNOWN),
    ("reasons-of-two-points", "6.3.3 (d) (2)", points((full(URI), some(KEY_COMPROMISE, 0x81)), (full(OTHER_URI), some(REST, 0x81))), ["crl int" + issuing(full(URI)), "crl int" + issuing(full(OTHER_URI))], None, GOOD),
    ("reasons-of-point-and-list", "6.3.3 (d) (1)", points((full(URI), some(REST, 0x81))), ["crl int" + issuing(full(URI), some(ALL))], None, UNKNOWN),
    ("reasons-of-the-point-whole-list", "6.3.3", points((full(URI), some(KEY_COMPROMISE, 0x81))), ["crl int"], None, GOOD),
    ("only-attributes", "6.3.3 (b) (2)", "", ["crl int" + issuing(ATTRIBUTES)], None, UNKNOWN),
    ("fields-out-of-order", "5.2.5", "", ["crl int" + issuing(ONLY_USERS)], None, GOOD),
    ("twice", "5.2", "", ["crl int" + issuing(ONLY_USERS) + issuing(ONLY_AUTHORITIES)], None, UNKNOWN),
    ("number-twice", "5.2", "", ["crl int" + numbered(1) + numbered(2)], None, UNKNOWN),
    ("number-twice-the-same", "5.2", "", ["crl int" + numbered(1) + numbered(1)], None, UNKNOWN),
    ("point-twice-the-same", "5.2", points(full(URI)), ["crl int" + issuing(full(URI)) + issuing(full(URI))], None, UNKNOWN),
    ("other-key", "6.3.3 (f)", "", [LISTER, "crl int | signer=int2"], "leaf int int2", GOOD),
    ("other-key-revoked", "6.3.3 (f)", "", [LISTER, "crl int | signer=int2 | revoke=leaf"], "leaf int int2", REVOKED),
    ("other-key-not-presented", "6.3.3 (f)", "", [LISTER, "crl int | signer=int2"], None, UNKNOWN),
    ("other-key-may-not", "6.3.3 (f)", "", [LISTER + " | ext keyUsage=critical,keyCertSign", "crl int | signer=int2"], "leaf int int2", UNKNOWN),
    ("other-key-expired", "6.3.3 (f)", "", [LISTER + " | to=-1d", "crl int | signer=int2"], "leaf int int2", UNKNOWN),
    ("other-key-of-a-stranger", "6.3.3 (f)", "", ["ca root2 | issuer=root2", LISTER + " | issuer=root2", "crl int | signer=int2"], "leaf int int2 root2", UNKNOWN),
    ("other-key-of-another-anchor", "6.3.3 (f): the same trust anchor", "", ["ca root2 | issuer=root2", LISTER + " | issuer=root2", "crl int | signer=int2", "trust root root2"], "leaf int int2", UNKNOWN),
    ("other-key-forged", "6.3.3 (f)", "", [LISTER + " | forged", "crl int | signer=int2"], "leaf int int2", UNKNOWN),
    ("other-key-other-name", "6.3.3 (f)", "", ["ca int2", "crl int | signer=int2"], "leaf int int2", UNKNOWN),
    ("leaf-key", "6.3.3 (f)", " | subject=/O=Corpus/CN=int | ext keyUsage=critical,digitalSignature,cRLSign", ["crl int | signer=leaf"], None, UNKNOWN),
    ("indirect-own", "5.2.5", "", ["crl int" + issuing(INDIRECT)], None, GOOD),
    ("indirect-own-revoked", "5.2.5", "", ["crl int | revoke=leaf" + issuing(INDIRECT)], None, REVOKED),
    ("indirect", "6.3.3 (b) (1)", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "crl lister" + issuing(full(URI), INDIRECT)], "leaf int lister", GOOD),
    ("indirect-revoked", "5.3.3", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "crl lister | revoke-for=leaf" + issuing(full(URI), INDIRECT)], "leaf int lister", REVOKED),
    ("indirect-revoked-carried-on", "5.3.3", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "leaf other", "crl lister | revoke-for=other | revoke=leaf" + issuing(full(URI), INDIRECT)], "leaf int lister", REVOKED),
    ("indirect-own-entry", "5.3.3: the issuer of the list", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "crl lister | revoke=leaf" + issuing(full(URI), INDIRECT)], "leaf int lister", GOOD),
    ("indirect-of-another", "5.3.3", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "ca ca3", "crl lister | revoke-for=int | revoke=leaf" + issuing(full(URI), INDIRECT)], "leaf int lister", GOOD),
    ("indirect-not-said", "6.3.3 (b) (1)", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "crl lister" + issuing(full(URI))], "leaf int lister", UNKNOWN),
    ("indirect-not-named", "6.3.3 (b) (1)", points(full(URI)), [INDIRECT_LISTER, "crl lister" + issuing(full(URI), INDIRECT)], "leaf int lister", UNKNOWN),
    ("indirect-not-presented", "6.3.3 (f)", points((full(URI), BY_ISSUER)), [INDIRECT_LISTER, "crl lister" + issuing(full(URI), INDIRECT)], None, UNKNOWN),
    ("indirect-point-of-issuer", "6.3.3 (b) (2)", points((BY_ISSUER,)), [INDIRECT_LISTER, "crl lister" + issuing(full(tlv(0xA4, name_of(b"lister"))), INDIRECT)], "leaf int lister", GOOD),
    ("indirect-relative", "4.2.1.13", points((near(b"x"), BY_ISSUER)), [INDIRECT_LISTER, "crl lister" + issuing(near(b"x"), INDIRECT)], "leaf int lister", GOOD),
    ("indirect-by-itself", "6.3.3 (b) (1)", points((full(URI), BY_ITSELF)), ["crl int" + issuing(full(URI), INDIRECT)], None, GOOD),
    ("indirect-by-itself-not-said", "6.3.3 (b) (1)", points((full(URI), BY_ITSELF)), ["crl int" + issuing(full(URI))], None, UNKNOWN),
    ("indirect-by-another", "6.3.3 (b) (1)", points((full(URI), BY_ANOTHER)), [INDIRECT_LISTER, "crl lister" + issuing(full(URI), INDIRECT)], "leaf int lister", UNKNOWN),
    ("indirect-own-list-at-its-point", "6.3.3 (b) (1)", points((full(URI), BY_ISSUER)), ["crl int" + issuing(full(URI))], None, UNKNOWN),
    ("entry-issuer-not-indirect", "5.3.3", "", ["crl int | revoke-for=leaf"], None, UNKNOWN),
    ("delta-alone", "5.2.4", "", ["crl int" + numbered(2, 1)], None, UNKNOWN),
    ("delta-silent", "5.2.4", "", ["crl int" + numbered(1), "crl int" + numbered(2, 1)], None, GOOD),
    ("delta-revokes", "6.3.3 (i)", "", ["crl int" + numbered(1), "crl int | revoke=leaf" + numbered(2, 1)], None, REVOKED),
    ("delta-before-its-base", "6.3.3 (i)", "", ["crl int | revoke=leaf" + numbered(2, 1), "crl int" + numbered(1)], None, REVOKED),
    ("delta-removes", "5.3.1", "", ["crl int | revoke=leaf" + numbered(1), "crl int | remove=leaf" + numbered(2, 1)], None, GOOD),
    ("delta-newest-counts", "5.2.4", "", ["crl int" + numbered(1), "crl int | revoke=leaf" + numbered(2, 1), "crl int | remove=leaf" + numbered(3, 1)], None, GOOD),
    ("delta-oldest-last", "5.2.4", "", ["crl int" + numbered(1), "crl int | revoke=leaf" + numbered(3, 1), "crl int | remove=leaf" + numbered(2, 1)], None, REVOKED),
    ("delta-older-than-the-list", "5.2.4", "", ["crl int" + numbered(5), "crl int | revoke=leaf" + numbered(4, 1)], None, GOOD),
    ("delta-of-a-newer-base", "5.2.4", "", ["crl int" + numbered(1), "crl int | revoke=leaf" + numbered(9, 8)], None, GOOD),
    ("delta-other-scope", "6.3.3 (c) (2)", "", ["crl int | revoke=leaf" + numbered(1), "crl int | remove=leaf" + numbered(2, 1) + issuing(ONLY_USERS)], None, REVOKED),
    ("delta-expired", "6.3.3 (a)", "", ["crl int | revoke=leaf" + numbered(1), "crl int | remove=leaf | from=-30d | to=-1d" + numbered(2, 1)], None, REVOKED),
    ("delta-forged", "6.3.3 (h)", "", ["crl int | revoke=leaf" + numbered(1), "crl int | signer=root | remove=leaf" + numbered(2, 1)], None, REVOKED),
    ("delta-of-a-list-without-number", "5.2.3", "", ["crl int | revoke=leaf", "crl int | remove=leaf" + numbered(2, 1)], None, REVOKED),
    ("delta-removed-and-held-again", "5.2.4", "", ["crl int | revoke=leaf" + numbered(1), "crl int | remove=leaf" + numbered(2, 1), "crl int" + numbered(3, 1)], None, REVOKED),
    ("delta-removed-and-held-again-newest-first", "5.2.4", "", ["crl int | revoke=leaf" + numbered(1), "crl int" + numbered(3, 1), "crl int | remove=leaf" + numbered(2, 1)], None, REVOKED),
    ("delta-too-weak-to-remove", "omnitls", "", ["crl int | revoke=leaf" + numbered(1), "crl int | remove=leaf | digest=SHA1" + numbered(2, 1)], None, REVOKED),
    ("delta-too-weak-revokes", "omnitls", "", ["crl int" + numbered(1), "crl int | revoke=leaf | digest=SHA1" + numbered(3, 1), "crl int" + numbered(2, 1)], None, REVOKED),
    ("delta-too-weak-and-over", "omnitls", "", ["crl int" + numbered(1), "crl int | revoke=leaf | digest=SHA1" + numbered(2, 1), "crl int" + numbered(3, 1)], None, GOOD),
    ("removed-in-a-complete-list", "5.3.1", "", ["crl int | remove=leaf" + numbered(1)], None, REVOKED),
]


ANY = "2.5.29.32.0"


def holds(*oids, critical=False):
    return " | " + ext(POLICIES, ",".join(oids), critical) if oids else ""


def many(count):
    """1.2.3 and others; more than one level of the verifier's has room for, if there are 129."""
    return " | " + ext(POLICIES, sequence(*[sequence(oid("1.2.3" if i == 0 else "1.2.4.%d" % i)) for i in range(count)]))


def maps(*pairs):
    return " | " + ext("policyMappings", ",".join(pairs), True)


def authority(*rest):
    return "ca ca2" + "".join(rest)


# name, section, authority, what the leaf has, options, wanted, depth
INPUTS = [
    ("any-none", "6.1.5", authority(), "", "", "ok", 0),
    ("explicit-none", "6.1.1 (e)", authority(), "", "explicit", "POLICY", 1),
    ("explicit-leaf-none", "6.1.5 (g)", authority(holds("1.2.3")), "", "explicit", "POLICY", 0),
    ("explicit-same", "6.1.1 (c)", authority(holds("1.2.3")), holds("1.2.3"), "explicit gives:1.2.3", "ok", 0),
    ("explicit-differ", "6.1.3 (d)", authority(holds("1.2.3")), holds("1.2.4"), "explicit", "POLICY", 0),
    ("explicit-wanted", "6.1.5 (g) (iii)", authority(holds("1.2.3")), holds("1.2.3"), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("explicit-not-wanted", "6.1.5 (g) (iii)", authority(holds("1.2.3")), holds("1.2.3"), "explicit policy:1.2.4", "POLICY", 0),
    ("explicit-one-of-two-wanted", "6.1.5 (g) (iii)", authority(holds("1.2.3", "1.2.4")), holds("1.2.3", "1.2.4"), "explicit policy:1.2.4 policy:1.2.5 gives:1.2.4", "ok", 0),
    ("explicit-any-wanted", "6.1.1 (c)", authority(holds("1.2.3")), holds("1.2.3"), "explicit policy:" + ANY + " gives:1.2.3", "ok", 0),
    ("not-wanted-not-explicit", "6.1.5 (g)", authority(holds("1.2.3")), holds("1.2.3"), "policy:1.2.4 gives:", "ok", 0),
    ("any-above", "6.1.3 (d) (1) (ii)", authority(holds(ANY)), holds("1.2.3"), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("any-below", "6.1.3 (d) (2)", authority(holds("1.2.3")), holds(ANY), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("any-both", "6.1.5 (g) (iii) (3)", authority(holds(ANY)), holds(ANY), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("any-both-any", "6.1.5 (g) (ii)", authority(holds(ANY)), holds(ANY), "explicit gives:" + ANY, "ok", 0),
    ("any-and-one", "6.1.5 (g) (ii)", authority(holds(ANY, "1.2.3")), holds(ANY), "explicit gives:1.2.3+" + ANY, "ok", 0),
    ("inhibit-any-above", "6.1.1 (g)", authority(holds(ANY)), holds("1.2.3"), "explicit no-any", "POLICY", 1),
    ("inhibit-any-below", "6.1.1 (g)", authority(holds("1.2.3")), holds(ANY), "explicit no-any", "POLICY", 0),
    ("inhibit-any-not-explicit", "6.1.1 (g)", authority(holds(ANY)), holds(ANY), "no-any gives:", "ok", 0),
    ("inhibit-any-beside", "6.1.1 (g)", authority(holds("1.2.3", ANY)), holds("1.2.3"), "explicit no-any gives:1.2.3", "ok", 0),
    ("mapped", "6.1.4 (b)", authority(holds("1.2.3"), maps("1.2.3:1.2.4")), holds("1.2.4"), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("mapped-theirs-wanted", "6.1.5 (g) (iii): policies of the anchor's domain", authority(holds("1.2.3"), maps("1.2.3:1.2.4")), holds("1.2.4"), "explicit policy:1.2.4", "POLICY", 0),
    ("mapped-old-name", "6.1.4 (b)", authority(holds("1.2.3"), maps("1.2.3:1.2.4")), holds("1.2.3"), "explicit", "POLICY", 0),
    ("mapped-to-two", "6.1.4 (b) (1)", authority(holds("1.2.3"), maps("1.2.3:1.2.4", "1.2.3:1.2.5")), holds("1.2.5"), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("mapped-from-any", "6.1.4 (b) (1)", authority(holds(ANY), maps("1.2.3:1.2.4")), holds("1.2.4"), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("mapped-two-to-one", "6.1.4 (b) (1)", authority(holds("1.2.3", "1.2.4"), maps("1.2.3:1.2.5", "1.2.4:1.2.5")), holds("1.2.5"), "explicit policy:1.2.4 gives:1.2.4", "ok", 0),
    ("inhibit-mapping", "6.1.1 (f)", authority(holds("1.2.3"), maps("1.2.3:1.2.4")), holds("1.2.4"), "explicit no-mapping", "POLICY", 0),
    ("inhibit-mapping-other", "6.1.4 (b) (2)", authority(holds("1.2.3", "1.2.6"), maps("1.2.3:1.2.4")), holds("1.2.6"), "explicit no-mapping gives:1.2.6", "ok", 0),
    ("inhibit-mapping-not-explicit", "6.1.1 (f)", authority(holds("1.2.3"), maps("1.2.3:1.2.4")), holds("1.2.4"), "no-mapping gives:", "ok", 0),
    ("critical", "4.2.1.4", authority(holds("1.2.3", critical=True)), holds("1.2.3", critical=True), "explicit gives:1.2.3", "ok", 0),
    ("128", "6.1.3 (d)", authority(holds(ANY)), many(128), "explicit policy:1.2.3 gives:1.2.3", "ok", 0),
    ("129", "omnitls: what there is no room for counts as none", authority(holds(ANY)), many(129), "explicit policy:1.2.3", "POLICY", 0),
    ("self-issued-any", "6.1.3 (d) (2)", authority(holds("1.2.3")), holds("1.2.3"), "explicit no-any gives:1.2.3", "ok", 0),
]
# What the anchor says: binds by choice only. name, section, anchor, options, wanted, depth
ANCHORS = [
    ("policy-left-out", "6.1.1 (d)", holds("1.2.3"), "explicit gives:1.2.4", "ok", 0),
    ("policy-binds", "RFC 5937 3.2", holds("1.2.3"), "explicit of-anchor", "POLICY", 1),
    ("policy-same", "RFC 5937 3.2", holds("1.2.4"), "explicit of-anchor gives:1.2.4", "ok", 0),
    ("required-left-out", "6.1.1 (d)", " | " + ext("policyConstraints", "requireExplicitPolicy:0", True) + holds("1.2.3"), "gives:1.2.4", "ok", 0),
    ("required-binds", "RFC 5937 3.2", " | " + ext("policyConstraints", "requireExplicitPolicy:0", True) + holds("1.2.3"), "of-anchor", "POLICY", 1),
    ("required-met", "RFC 5937 3.2", " | " + ext("policyConstraints", "requireExplicitPolicy:0", True) + holds("1.2.4"), "of-anchor gives:1.2.4", "ok", 0),
    ("mapping-binds", "RFC 5937 3.2", holds("1.2.3") + maps("1.2.3:1.2.4"), "explicit of-anchor policy:1.2.3 gives:1.2.3", "ok", 0),
]


# One chain for each row of core/verify/profile.c, "rule-NAME": it breaks that one and no other. Name,
# section, profile, lines, wanted; "-below" the default profile is content with all of them.
# Nor is the other profile, but for a rule of both, and for a chain that cannot help breaking another rule.
OF_BOTH = {"issuer-key-unnamed": "MALFORMED", "nameless": "MALFORMED", "name-syntax": "MALFORMED"}
NUMBER, KEY_NAMED = " | ext 2.5.29.20=DER:020105", " | ext authorityKeyIdentifier=keyid"
CRITICAL_NAMES = " | " + ext("subjectAltName", sequence(HOST), True)
RULES = [
    ("serial-not-positive", "4.1.2.2", "strict", ["leaf leaf | serial=00"], "MALFORMED@0"),
    ("issuer-empty", "4.1.2.4", "strict", ["ca ca2 | issuer=ca2 | subject=/", "leaf leaf | issuer=ca2", "send leaf", "trust ca2"], "MALFORMED@0"),
    ("date-form", "4.1.2.5", "strict", ["leaf leaf | dates=general"], "MALFORMED@0"),
    ("list-date-form", "5.1.2.5", "strict", ["leaf leaf", "crl int | dates=general" + NUMBER + KEY_NAMED], "REVOCATION_UNKNOWN@0"),
    ("list-next-update-absent", "5.1.2.5", "strict", ["leaf leaf", "crl int | to=none" + NUMBER + KEY_NAMED], "REVOCATION_UNKNOWN@0"),
    ("list-key-unnamed", "5.2.1", "strict", ["leaf leaf", "crl int" + NUMBER], "REVOCATION_UNKNOWN@0"),
    ("list-number-absent", "5.2.3", "strict", ["leaf leaf", "crl int" + KEY_NAMED], "REVOCATION_UNKNOWN@0"),
    ("authority-subject-empty", "4.1.2.6", "strict", ["ca ca2 | subject=/", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@0"),
    ("nameless", "4.1.2.6", "strict", ["leaf leaf | subject=/ | drop=subjectAltName", "host -"], "MALFORMED@0"),
    ("issuer-key-unnamed", "4.2.1.1", "strict", ["leaf leaf | drop=authorityKeyIdentifier"], "MALFORMED@0"),
    ("authority-key-unnamed", "4.2.1.2", "strict", ["ca ca2 | drop=subjectKeyIdentifier", "leaf leaf | issuer=ca2 | ext authorityKeyIdentifier=DER:" + sequence(tlv(0x80, b"x")).hex(), "send leaf ca2"], "MALFORMED@1"),
    ("authority-key-usage-absent", "4.2.1.3", "strict", ["ca ca2 | drop=keyUsage", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@1"),
    ("policy-twice", "4.2.1.4", "strict", ["leaf leaf | " + ext(POLICIES, sequence(*[sequence(oid("1.2.3"))] * 2))], "MALFORMED@0"),
    ("names-not-critical", "4.2.1.6", "strict", ["leaf leaf | subject=/"], "MALFORMED@0"),
    ("name-syntax", "4.2.1.6", "strict", ["leaf leaf | " + ext("subjectAltName", sequence(HOST, tlv(0x82, b"a_b.test")))], "MALFORMED@0"),
    ("mailbox-beyond-ascii", "RFC 9598 3", "strict", ["leaf leaf | " + ext("subjectAltName", sequence(HOST, tlv(0xA0, oid("1.3.6.1.5.5.7.8.9"), tlv(0xA0, tlv(0x0C, b"a@x.test")))))], "MALFORMED@0"),
    ("basic-constraints-not-critical", "4.2.1.9", "strict", ["ca ca2 | ext basicConstraints=CA:TRUE", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@1"),
    ("path-length-misplaced", "4.2.1.9", "strict", ["leaf leaf | " + ext("basicConstraints", sequence(b"\2\1\0"), True)], "MALFORMED@0"),
    ("signs-without-authority", "4.2.1.9", "strict", ["leaf leaf | ext keyUsage=critical,digitalSignature,keyCertSign"], "MALFORMED@0"),
    ("name-constraints-not-critical", "4.2.1.10", "strict", ["ca ca2 | ext nameConstraints=permitted;DNS:test", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@1"),
    ("policy-constraints-not-critical", "4.2.1.11", "strict", ["ca ca2 | ext policyConstraints=requireExplicitPolicy:9", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@1"),
    ("inhibit-any-not-critical", "4.2.1.14", "strict", ["ca ca2 | ext inhibitAnyPolicy=9", "leaf leaf | issuer=ca2", "send leaf ca2"], "MALFORMED@1"),
    ("access-critical", "4.2.2.1", "strict", ["leaf leaf | ext authorityInfoAccess=critical,OCSP;URI:http://x.test/"], "MALFORMED@0"),
    ("signature-without-null", "RFC 4055 5", "strict", ["ca ca2 | key=rsa2048", "leaf leaf | issuer=ca2 | signature-parameters=none", "send leaf ca2"], "MALFORMED@0"),
    ("modulus-odd", "BR 6.1.5", "webpki", ["leaf leaf | key=rsa2052 | subject=/O=Corpus"], "WEAK@0"),
    ("key-kind", "BR 6.1.5", "webpki", ["leaf leaf | key=ed25519"], "WEAK@0"),
    ("lives-long", "BR 6.3.2", "webpki", ["leaf leaf | from=-100d | to=300d"], "MALFORMED@0"),
    ("purposes-absent", "BR 7.1.2.7.10", "webpki", ["leaf leaf | drop=extendedKeyUsage"], "WRONG_PURPOSE@0"),
    ("leaf-is-authority", "BR 7.1.2.7.8", "webpki", ["leaf leaf | ext basicConstraints=critical,CA:TRUE"], "MALFORMED@0"),
    ("names-absent", "BR 7.1.2.7.12", "webpki", ["leaf leaf | subject=/O=Corpus | drop=subjectAltName", "host -"], "MALFORMED@0"),
    ("host-label", "BR 7.1.2.7.12", "webpki", ["leaf leaf | " + ext("subjectAltName", sequence(HOST, tlv(0x82, b"xn--99999999.test")))], "MALFORMED@0"),
    ("common-name-alone", "BR 7.1.4.3", "webpki", ["leaf leaf | subject=/CN=www.host.test"], "MALFORMED@0"),
]


RSA = "key=rsa2048"
NULL_HEX, INTEGER_HEX = "0500", "020101"

# A key wherever it is presented: name, section, attribute, what must be said of it
KEYS = [
    ("point-compressed", "RFC 5480 2.2", "point=compressed", "UNSUPPORTED"),
    ("point-compressed-P-521", "RFC 5480 2.2", "key=P-521 | point=compressed", "UNSUPPORTED"),
    ("point-hybrid", "RFC 5480 2.2", "point=hybrid", "MALFORMED"),
    ("point-short", "RFC 5480 2.2", "point=short", "MALFORMED"),
    ("point-long", "RFC 5480 2.2", "point=long", "MALFORMED"),
    ("point-long-P-384", "RFC 5480 2.2", "key=P-384 | point=long", "MALFORMED"),
    ("point-at-infinity", "RFC 5480 2.2", "point=infinity", "MALFORMED"),
    ("point-of-another-form", "RFC 5480 2.2", "point=tag-5", "MALFORMED"),
    ("point-off-P-256", "RFC 5480 2.2", "point=off", "MALFORMED"),
    ("point-off-P-384", "RFC 5480 2.2", "key=P-384 | point=off", "MALFORMED"),
    ("point-off-P-521", "RFC 5480 2.2", "key=P-521 | point=off", "MALFORMED"),
    ("point-above-the-prime", "RFC 5480 2.2", "point=prime", "MALFORMED"),
    ("curve-spelt-out", "RFC 5480 2.1.1", "key-parameters=explicit", "MALFORMED"),
    ("curve-implicit", "RFC 5480 2.1.1", "key-parameters=null", "MALFORMED"),
    ("curve-unknown", "RFC 5480 2.1.1.1", "key-parameters=06052b81040010", "UNSUPPORTED"),
    ("curve-none", "RFC 5480 2.1.1", "key-parameters=none", "MALFORMED"),
    ("curve-a-number", "RFC 5480 2.1.1", "key-parameters=" + INTEGER_HEX, "MALFORMED"),
    ("rsa-no-parameters", "RFC 3279 2.3.1", RSA + " | key-parameters=none", "MALFORMED"),
    ("rsa-a-number", "RFC 3279 2.3.1", RSA + " | key-parameters=" + INTEGER_HEX, "MALFORMED"),
    ("rsa-a-sequence", "RFC 3279 2.3.1", RSA + " | key-parameters=3000", "MALFORMED"),
    ("rsa-modulus-even", "RFC 8017 3.1", "key=rsa-m2048", "MALFORMED"),
    ("pss-null", "RFC 4055 1.2", "key=pss2048 | key-parameters=null", "MALFORMED"),
    ("ed25519-null", "RFC 8410 3", "key=ed25519 | key-parameters=null", "MALFORMED"),
    ("ed448-null", "RFC 8410 3", "key=ed448 | key-parameters=null", "MALFORMED"),
    ("dsa", "RFC 8446 1.2", "key=dsa", "UNSUPPORTED"),
]

# The algorithm of a signature: name, section, issuer, attribute of what it has signed, wanted
SIGNATURES = [
    ("rsa-null", "RFC 4055 5", RSA, "signature-parameters=null", "ok"),
    ("rsa-no-parameters", "RFC 4055 5: MUST accept", RSA, "signature-parameters=none", "ok"),
    ("rsa-a-number", "RFC 4055 5", RSA, "signature-parameters=" + INTEGER_HEX, "MALFORMED"),
    ("rsa-a-sequence", "RFC 4055 5", RSA, "signature-parameters=3000", "MALFORMED"),
    ("ecdsa-null", "RFC 5758 3.2", "key=P-256", "signature-parameters=null", "MALFORMED"),
    ("ecdsa-curve", "RFC 5758 3.2", "key=P-256", "signature-parameters=06082a8648ce3d030107", "MALFORMED"),
    ("ed25519-null", "RFC 8410 3", "key=ed25519", "signature-parameters=null", "MALFORMED"),
    ("ed448-null", "RFC 8410 3", "key=ed448", "signature-parameters=null", "MALFORMED"),
    ("pss-none", "RFC 4055 3.1", RSA, "pss | signature-parameters=none", "MALFORMED"),
    ("pss-null", "RFC 4055 3.1", RSA, "pss | signature-parameters=null", "MALFORMED"),
    ("ecdsa-r-above-order", "SEC 1 4.1.4", "key=P-256", "odd-signature=r+n", "BAD_SIGNATURE"),
    ("ecdsa-s-above-order", "SEC 1 4.1.4", "key=P-384", "odd-signature=s+n", "BAD_SIGNATURE"),
    ("ecdsa-r-is-order", "SEC 1 4.1.4", "key=P-521", "odd-signature=n", "BAD_SIGNATURE"),
    ("rsa-short", "RFC 8017 8.2.2", RSA, "odd-signature=short", "BAD_SIGNATURE"),
    ("rsa-long", "RFC 8017 8.2.2", RSA, "odd-signature=long", "BAD_SIGNATURE"),
    ("pss-long", "RFC 8017 8.1.2", RSA, "pss | odd-signature=long", "BAD_SIGNATURE"),
]


def case(name, source, lines, want, depth):
    print("case %s\n  source %s%s" % (name, "" if source[:2] in ("BR", "RF", "SE", "om") else "RFC 5280 ", source))
    for line in lines:
        print("  " + line)
    print("  want %s\n" % (want if want == "ok" else "%s@%d" % (want, depth)))


def verdict(good):
    return "ok" if good else "MALFORMED"


# Without a key identifier of its issuer's, which some of these have not.
BELOW = "leaf leaf | issuer=ca2 | drop=authorityKeyIdentifier"


def everywhere(name, section, attribute, leaf, authority, beside, depth=1):
    """The leaf has it, an authority of the path has it, a certificate beside the path has it."""
    case(name, section, ["leaf leaf | " + attribute], leaf, 0)
    if authority is not None:
        case(name + "-authority", section, ["ca ca2 | " + attribute, BELOW, "send leaf ca2"], authority, depth)
    case(name + "-beside", section, ["ca ca2 | " + attribute, "leaf leaf", "send leaf int ca2"], beside, 2)


def forms():
    for name, value, good in NAMES:
        want = verdict(good)
        everywhere("name-" + name, SAN, ext("subjectAltName", sequence(HOST, value)), want, want, want)
        case("name-" + name + "-critical", SAN, ["leaf leaf | " + ext("subjectAltName", sequence(HOST, value), True)], want, 0)
        case("name-" + name + "-of-the-issuer", "4.2.1.7", ["leaf leaf | " + ext("issuerAltName", sequence(value))], want, 0)
        if not good:
            case("name-" + name + "-client", SAN, ["leaf leaf | %s | ext extendedKeyUsage=clientAuth" % ext("subjectAltName", sequence(value)), "host -", "purpose client"], want, 0)
    for name, value, good in CONSTRAINTS:
        for critical in (False, True):
            suffix = "" if critical else "-not-critical"
            attribute = ext("nameConstraints", value, critical)
            case("constraint-%s-leaf%s" % (name, suffix), "4.2.1.10", ["leaf leaf | " + attribute], "MALFORMED", 0)
            case("constraint-%s%s" % (name, suffix), "4.2.1.10", ["ca ca2 | " + attribute, BELOW, "send leaf ca2"], verdict(good), 1)
        case("constraint-%s-beside" % name, "4.2.1.10", ["ca ca2 | " + attribute, "leaf leaf", "send leaf int ca2"], "ok", 2)
    for name, value, good in SERIALS:
        want = verdict(good)
        everywhere("serial-" + name, "4.1.2.2", "serial=" + value, want, want, want)
    for name, subject, good in SUBJECTS:
        want = "ok" if good else "LIMIT"
        everywhere("subject-" + name, "4.1.2.6", "subject=" + subject, want, want, want, 0)
    for name, section, extension, value, critical, leaf, beside in EXTENSIONS:
        case("ext-" + name, section, ["leaf leaf | " + ext(extension, value, critical)], leaf, 0)
        case("ext-" + name + "-beside", section, ["ca ca2 | " + ext(extension, value, critical), "leaf leaf", "send leaf int ca2"], beside, 2)


def keys():
    for name, section, attribute, want in KEYS:
        everywhere("key-" + name, section, attribute, want, want if "key=dsa" not in attribute and "rsa-" not in attribute else None, want)
    for name, section, issuer, attribute, want in SIGNATURES:
        lines = ["ca ca2 | " + issuer, "leaf leaf | issuer=ca2 | " + attribute, "send leaf ca2"]
        case("signature-" + name, section, lines, want, 0)
        case("signature-%s-authority" % name, section, ["ca root2 | issuer=root2 | " + issuer, "ca ca2 | issuer=root2 | " + attribute, "leaf leaf | issuer=ca2", "send leaf ca2", "trust root2"], want, 1)


def lists():
    for name, section, leaf, lines, send, want in LISTS:
        lines = ["leaf leaf" + leaf, "options crl-leaf"] + lines
        if send is not None:
            lines.append("send " + send)
        case("list-" + name, section, lines, want, 0)


def policies():
    for name, section, issuer, leaf, options, want, depth in INPUTS:
        lines = [issuer, "leaf leaf | issuer=ca2" + leaf, "send leaf ca2"]
        case("policy-input-" + name, section, lines + (["options " + options] if options else []), want, depth)
    for name, section, anchor, options, want, depth in ANCHORS:
        lines = ["ca root2 | issuer=root2" + anchor, "ca ca2 | issuer=root2" + holds("1.2.4"), "leaf leaf | issuer=ca2" + holds("1.2.4")]
        case("policy-anchor-" + name, section, lines + ["send leaf ca2", "trust root2", "options " + options], want, depth)


def rules():
    for name, section, profile, lines, want in RULES:
        verdict_and_depth = want.split("@")
        other = "webpki" if profile == "strict" else "strict"
        lists = " crl-leaf" if any(line.startswith("crl ") for line in lines) else ""
        for options, wanted in ((profile, verdict_and_depth[0]), ("", "ok"), (other, OF_BOTH.get(name, "ok"))):
            suffix = "" if options == profile else "-" + (options or "default")
            options = (options + lists).strip()
            case("rule-" + name + suffix, section, lines + (["options " + options] if options else []), wanted, int(verdict_and_depth[1]))
    good = "crl int" + NUMBER + KEY_NAMED
    for name, line, want in (("list", good, "ok"), ("list-revokes", good + " | revoke=leaf", "REVOKED"), ("list-of-2051", good + " | to=9400d", "ok"), ("list-entry-date", good + " | revoke-general=int", "REVOCATION_UNKNOWN")):
        case("rule-good-" + name, "5", ["leaf leaf", line, "options strict crl-leaf"], want, 0)
    case("rule-good-dates", "4.1.2.5", ["leaf leaf | to=9400d", "options strict"], "ok", 0)
    # whatever an anchor breaks is its own affair
    for profile in ("strict", "webpki"):
        lines = ["ca root2 | issuer=root2 | serial=00 | drop=keyUsage | drop=subjectKeyIdentifier | ext basicConstraints=CA:TRUE | key=ed25519", "leaf leaf | issuer=root2 | ext authorityKeyIdentifier=DER:" + sequence(tlv(0x80, b"x")).hex(), "send leaf", "trust root2", "options " + profile]
        case("rule-anchor-" + profile, "6.1.1 (d)", lines, "ok", 0)
        case("rule-good-" + profile, "6.1", ["leaf leaf", "options " + profile], "ok", 0)
    case("rule-good-webpki-address", "BR 7.1.4.3", ["leaf leaf | subject=/CN=192.0.2.1 | ext subjectAltName=DNS:host.test,IP:192.0.2.1", "options webpki"], "ok", 0)


LONG = ["options long"]
NO_IDS = " | drop=subjectKeyIdentifier | drop=authorityKeyIdentifier"


def diamonds(levels):
    """Two certificates for each key: paths double with each level, signatures do not."""
    lines = ["ca stranger | issuer=stranger"]
    for level in range(levels, 0, -1):
        name = " | subject=/O=Corpus/CN=level%d | issuer=%s" % (level, "a%d" % (level + 1) if level < levels else "stranger")
        lines += ["ca a%d%s" % (level, name), "ca b%d%s | keyof=a%d" % (level, name, level)]
    sent = ["%s%d" % (which, level) for level in range(1, levels + 1) for which in "ab"]
    return lines + ["leaf leaf | issuer=a1", "send leaf " + " ".join(sent)] + LONG


def other_kinds(keys, others):
    """Each key signed the one before; many others of the same name are of a kind that cannot have."""
    name = " | subject=/O=Corpus/CN=mesh"
    lines = ["ca c%d%s | issuer=c%d%s" % (i, name, min(i + 1, keys + 1), NO_IDS) for i in range(keys + 1, 0, -1)]
    lines += ["ca f%d%s | issuer=f%d | key=ed25519%s" % (i, name, i, NO_IDS) for i in range(others)]
    sent = ["c%d" % i for i in range(1, keys + 1)] + ["f%d" % i for i in range(others)]
    return lines + ["leaf leaf | issuer=c1 | drop=authorityKeyIdentifier", "send leaf " + " ".join(sent)] + LONG


def searches():
    bounded = "omnitls: a hostile chain costs at most the budget"
    case("search-126-steps", bounded, diamonds(6), "UNKNOWN_CA", 6)
    case("search-254-steps", bounded, diamonds(7), "LIMIT", 0)
    # no engine is asked about these: more of them than signatures that may be checked
    case("search-signatures-of-other-kinds", bounded, other_kinds(5, 12), "BAD_SIGNATURE", 5)


if __name__ == "__main__":
    forms()
    searches()
    rules()
    policies()
    lists()
    keys()
