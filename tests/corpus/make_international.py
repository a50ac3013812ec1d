#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_international.py: names and mailboxes beyond ASCII, kind by kind, in the format of chains.txt.

RFC 9549 (before it RFC 8399) and RFC 9598 (RFC 8398) on RFC 5280, RFC 9525 on what TLS clients match. Each
row has its section and its verdict, for a server's certificate and for a client's. Two rules decide them:
names are compared as ASCII, A-label with A-label, and nobody here decodes Punycode; and what cannot be
compared with a constraint is refused by it.
"""
import sys

from make_forms import case, ext, oid, sequence, tlv

U, A = "b\u00fccher", "xn--bcher-kva"
NFD, BIDI = "bu\u0308cher", "\u05d0\u05d1\u05d2"


def a_label(text):
    return "xn--" + text.encode("punycode").decode()


def octets(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


def dns(text):
    return tlv(0x82, octets(text))


def mail(text):
    return tlv(0x81, octets(text))


def uri(text):
    return tlv(0x86, octets(text))


def mailbox(text, tag=0x0C):
    """id-on-SmtpUTF8Mailbox"""
    return tlv(0xA0, oid("1.3.6.1.5.5.7.8.9"), tlv(0xA0, tlv(tag, octets(text))))


# What a host matches: name, section, the certificate's names, the host, options, wanted
MATCHES = [
    ("a-label", "RFC 9525 6.3", [dns(A + ".test")], A + ".test", "", "ok"),
    ("a-label-in-capitals", "RFC 9549 2.3", [dns(A.upper() + ".TEST")], A + ".test", "", "ok"),
    ("a-label-mixed", "RFC 9549 2.3", [dns("xN--BcHer-kVa.test")], "Xn--bChER-KvA.Test", "", "ok"),
    ("a-label-of-another", "RFC 9525 6.3", [dns("xn--mnchen-3ya.test")], A + ".test", "", "NAME_MISMATCH"),
    ("a-label-and-ascii", "RFC 5891 5.5", [dns("bucher.test"), dns("buecher.test")], A + ".test", "", "NAME_MISMATCH"),
    ("u-label", "RFC 9549 2.3", [dns(U + ".test")], A + ".test", "", "NAME_MISMATCH"),
    ("u-label-in-latin-1", "RFC 9549 2.3", [dns(b"b\xfccher.test")], A + ".test", "", "NAME_MISMATCH"),
    ("u-label-beside", "RFC 9549 2.3", [dns(U + ".test"), dns(A + ".test")], A + ".test", "", "ok"),
    ("u-label-decomposed", "RFC 5891 4.2.1", [dns(NFD + ".test")], A + ".test", "", "NAME_MISMATCH"),
    ("a-label-decomposed", "RFC 5891 4.2.1", [dns(a_label(NFD) + ".test")], A + ".test", "", "NAME_MISMATCH"),
    ("a-label-decomposed-both", "RFC 9525 6.3", [dns(a_label(NFD) + ".test")], a_label(NFD) + ".test", "", "ok"),
    ("u-label-right-to-left", "RFC 9549 2.3", [dns(BIDI + ".test")], a_label(BIDI) + ".test", "", "NAME_MISMATCH"),
    ("a-label-right-to-left", "RFC 9525 6.3", [dns(a_label(BIDI) + ".test")], a_label(BIDI) + ".test", "", "ok"),
    ("a-label-breaks-bidi-rule", "RFC 5893 2: the registry's", [dns(a_label("a\u05d0") + ".test")], a_label("a\u05d0") + ".test", "", "ok"),
    ("a-label-with-joiner", "RFC 5892 A.2: the registry's", [dns(a_label("a\u200db") + ".test")], a_label("a\u200db") + ".test", "", "ok"),
    ("a-label-no-punycode", "RFC 5890 2.3.2.1", [dns("xn--99999999.test")], "xn--99999999.test", "", "ok"),
    ("a-label-nothing-behind", "RFC 5890 2.3.1", [dns("xn--.test")], "xn--.test", "", "ok"),
    ("a-label-of-ascii", "RFC 5890 2.3.2.1", [dns("xn--abc-.test")], "xn--abc-.test", "", "ok"),
    ("a-label-no-way-back", "RFC 5890 2.3.2.1", [dns("xn--abc-.test")], "abc.test", "", "NAME_MISMATCH"),
    ("a-label-of-capitals", "RFC 5891 4.2", [dns(a_label("B\u00dcCHER") + ".test")], A + ".test", "", "NAME_MISMATCH"),
    ("a-label-sharp-s", "RFC 5894 7.2", [dns(a_label("stra\u00dfe") + ".test")], "strasse.test", "", "NAME_MISMATCH"),
    ("a-label-too-long", "RFC 1034 3.1", [dns("xn--" + "a" * 60 + ".test")], "host.test", "", "NAME_MISMATCH"),
    ("a-label-63-octets", "RFC 1034 3.1", [dns("xn--" + "a" * 59 + ".test")], "xn--" + "a" * 59 + ".test", "", "ok"),
    ("ideographic-full-stop", "RFC 5891 2", [dns("www\u3002" + A + ".test")], "www." + A + ".test", "", "NAME_MISMATCH"),
    ("wildcard-for-a-label", "RFC 9525 6.3", [dns("*.test.example")], A + ".test.example", "", "ok"),
    ("wildcard-below-a-label", "RFC 9525 6.3", [dns("*." + A + ".test")], "www." + A + ".test", "", "ok"),
    ("wildcard-below-u-label", "RFC 9549 2.3", [dns("*." + U + ".test")], "www." + A + ".test", "", "NAME_MISMATCH"),
    ("wildcard-in-a-label", "RFC 9525 6.3", [dns("xn--*-kva.test.example")], A + ".test.example", "", "NAME_MISMATCH"),
    ("wildcard-in-a-label-partial", "RFC 6125 7.2", [dns("xn--*-kva.test.example")], A + ".test.example", "wildcard", "NAME_MISMATCH"),
    ("wildcard-meets-a-label-partial", "RFC 6125 6.4.3", [dns("x*.test.example")], A + ".test.example", "wildcard", "NAME_MISMATCH"),
    ("mailbox-is-no-host", "RFC 9525 6.3", [mailbox("\u00fc@host.test")], "host.test", "", "NAME_MISMATCH"),
]

# What an application may not ask for: it converts (RFC 9525 6.3), and the sentence tells it so.
REFERENCES = [
    ("u-label", "RFC 9525 6.3", U + ".test"),
    ("u-label-decomposed", "RFC 5891 4.2.1", NFD + ".test"),
    ("u-label-right-to-left", "RFC 9525 6.3", BIDI + ".test"),
    ("u-label-in-capitals", "RFC 9525 6.3", U.upper() + ".test"),
    ("wide-letters", "RFC 5895 2", "\uff48\uff4f\uff53\uff54.test"),
    ("ideographic-full-stop", "RFC 5891 2", "host\u3002test"),
    ("zero-width", "RFC 5892 2.6", "ho\u200bst.test"),
    ("a-label-too-long", "RFC 1034 3.1", "xn--" + "a" * 60 + ".test"),
    ("too-long", "RFC 1034 3.1", (A + ".") * 18 + "test"),
    ("wildcard", "RFC 9525 6.1", "*." + A + ".test"),
]

PERMITTED, EXCLUDED = 0xA0, 0xA1
REFUSED = "NAME_CONSTRAINT"

# name, section, permitted or excluded, the base, a name below it, wanted
CONSTRAINTS = [
    ("dns-inside", "RFC 9549 2.3", PERMITTED, dns(A + ".test"), dns("www." + A + ".test"), "ok"),
    ("dns-inside-capitals", "RFC 9549 2.3", PERMITTED, dns(A.upper() + ".test"), dns(A + ".TEST"), "ok"),
    ("dns-outside", "RFC 9549 2.3", PERMITTED, dns(A + ".test"), dns("bucher.test"), REFUSED),
    ("dns-excluded-capitals", "RFC 9549 2.3", EXCLUDED, dns(A + ".test"), dns(A.upper() + ".test"), REFUSED),
    ("dns-excluded-wildcard", "RFC 9525 6.3", EXCLUDED, dns(A + ".test"), dns("*.test"), REFUSED),
    ("dns-excluded-u-label", "RFC 9549 2.3", EXCLUDED, dns(A + ".test"), dns(U + ".test"), REFUSED),
    ("dns-permitted-u-label", "RFC 9549 2.3", PERMITTED, dns("test"), dns(U + ".test"), REFUSED),
    ("dns-excluded-latin-1", "RFC 9549 2.3", EXCLUDED, dns(A + ".test"), dns(b"b\xfccher.test"), REFUSED),
    ("dns-excluded-nul", "RFC 5280 4.2.1.6", EXCLUDED, dns("evil.test"), dns(b"evil.test\0.good.test"), REFUSED),
    ("dns-base-u-label-excluded", "RFC 9549 2.3", EXCLUDED, dns(U + ".test"), dns(A + ".test"), REFUSED),
    ("dns-base-u-label-permitted", "RFC 9549 2.3", PERMITTED, dns(U + ".test"), dns(A + ".test"), REFUSED),
    ("dns-base-u-label-both", "RFC 9549 2.3", PERMITTED, dns(U + ".test"), dns(U + ".test"), REFUSED),
    ("dns-base-u-label-other-kind", "RFC 5280 4.2.1.10", EXCLUDED, dns(U + ".test"), mail("a@b.test"), "ok"),
    ("dns-no-punycode", "RFC 5890 2.3.2.1", PERMITTED, dns("xn--99999999.test"), dns("XN--99999999.test"), "ok"),
    ("dns-decomposed", "RFC 9549 2.3", PERMITTED, dns(A + ".test"), dns(a_label(NFD) + ".test"), REFUSED),
    ("dns-right-to-left", "RFC 9549 2.3", PERMITTED, dns(a_label(BIDI) + ".test"), dns("a." + a_label(BIDI) + ".test"), "ok"),
    ("dns-too-long-a-label", "RFC 5280 4.2.1.10", EXCLUDED, dns("evil.test"), dns("xn--" + "a" * 60 + ".evil.test"), REFUSED),
    ("uri-inside", "RFC 9549 2.3", PERMITTED, uri(A + ".test"), uri("https://" + A.upper() + ".test/b%C3%BC"), "ok"),
    ("uri-excluded", "RFC 9549 2.3", EXCLUDED, uri("." + A + ".test"), uri("https://www." + A + ".test/"), REFUSED),
    ("uri-u-label", "RFC 5280 4.2.1.10", EXCLUDED, uri(A + ".test"), uri("https://" + U + ".test/"), REFUSED),
    ("uri-u-label-escaped", "RFC 5280 4.2.1.10", EXCLUDED, uri(A + ".test"), uri("https://b%C3%BCcher.test/"), REFUSED),
    ("uri-path-beyond-ascii", "RFC 5280 4.2.1.10", PERMITTED, uri("host.test"), uri("https://host.test/" + U), "ok"),
    ("uri-base-u-label", "RFC 9549 2.3", EXCLUDED, uri(U + ".test"), uri("https://" + A + ".test/"), REFUSED),
    ("mail-inside", "RFC 9549 2.5", PERMITTED, mail(A + ".test"), mail("a@" + A.upper() + ".test"), "ok"),
    ("mail-outside", "RFC 9549 2.5", PERMITTED, mail(A + ".test"), mail("a@bucher.test"), REFUSED),
    ("mail-excluded", "RFC 9549 2.5", EXCLUDED, mail("." + A + ".test"), mail("a@b." + A + ".test"), REFUSED),
    ("mail-u-label-excluded", "RFC 9549 2.5", EXCLUDED, mail(A + ".test"), mail("a@" + U + ".test"), REFUSED),
    ("mail-u-label-permitted", "RFC 9549 2.5", PERMITTED, mail(".test"), mail("a@" + U + ".test"), REFUSED),
    ("mail-empty-label", "RFC 5280 4.2.1.6", PERMITTED, mail(".host.test"), mail("a@.host.test"), REFUSED),
    ("mail-address-excluded", "RFC 5321 4.1.3", EXCLUDED, mail("host.test"), mail("a@[192.0.2.1]"), "ok"),
    ("mail-address-permitted", "RFC 5321 4.1.3", PERMITTED, mail("host.test"), mail("a@[192.0.2.1]"), REFUSED),
    ("mail-base-u-label", "RFC 9549 2.2", EXCLUDED, mail(U + ".test"), mail("a@" + A + ".test"), REFUSED),
    ("mail-base-u-label-mailbox", "RFC 9549 2.2", EXCLUDED, mail("a@" + U + ".test"), mail("a@" + A + ".test"), REFUSED),
    ("mailbox-of-host", "RFC 9598 6", PERMITTED, mail("host.test"), mailbox("\u00fc@host.test"), "ok"),
    ("mailbox-of-host-capitals", "RFC 9598 5", PERMITTED, mail("HOST.test"), mailbox("\u00fc@host.TEST"), "ok"),
    ("mailbox-below-host", "RFC 9598 6", PERMITTED, mail("host.test"), mailbox("\u00fc@a.host.test"), REFUSED),
    ("mailbox-of-domain", "RFC 9598 6", PERMITTED, mail(".host.test"), mailbox("\u00fc@a.host.test"), "ok"),
    ("mailbox-of-domain-itself", "RFC 9598 6", PERMITTED, mail(".host.test"), mailbox("\u00fc@host.test"), REFUSED),
    ("mailbox-of-a-label", "RFC 9598 6", PERMITTED, mail(A + ".test"), mailbox("\u00fc@" + A + ".test"), "ok"),
    ("mailbox-excluded-host", "RFC 9598 6", EXCLUDED, mail("host.test"), mailbox("\u00fc@host.test"), REFUSED),
    ("mailbox-excluded-domain", "RFC 9598 6", EXCLUDED, mail(".host.test"), mailbox("\u00fc@a.host.test"), REFUSED),
    ("mailbox-excluded-a-label", "RFC 9598 6", EXCLUDED, mail(A + ".test"), mailbox("\u00fc@" + A.upper() + ".test"), REFUSED),
    ("mailbox-not-excluded", "RFC 9598 6", EXCLUDED, mail("host.test"), mailbox("\u00fc@other.test"), "ok"),
    ("mailbox-u-label-excluded", "RFC 9598 3", EXCLUDED, mail(A + ".test"), mailbox("\u00fc@" + U + ".test"), REFUSED),
    ("mailbox-u-label-permitted", "RFC 9598 3", PERMITTED, mail(".test"), mailbox("\u00fc@" + U + ".test"), REFUSED),
    ("mailbox-ascii-only", "RFC 9598 3, 6", PERMITTED, mail("host.test"), mailbox("a@other.test"), REFUSED),
    ("mailbox-ascii-only-inside", "RFC 9598 3, 6", PERMITTED, mail("host.test"), mailbox("a@host.test"), "ok"),
    ("mailbox-byte-order-mark", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox("\ufeff\u00fc@host.test"), REFUSED),
    ("mailbox-decomposed", "RFC 9598 5", EXCLUDED, mail("host.test"), mailbox("u\u0308@host.test"), REFUSED),
    ("mailbox-right-to-left", "RFC 9598 5", EXCLUDED, mail("host.test"), mailbox(BIDI + "@host.test"), REFUSED),
    ("mailbox-without-host", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox("\u00fc"), REFUSED),
    ("mailbox-without-local-part", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox("@other.test"), REFUSED),
    ("mailbox-second-at", "RFC 9598 3", PERMITTED, mail("host.test"), mailbox("\"\u00fc@host.test\"@other.test"), REFUSED),
    ("mailbox-empty", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox(""), REFUSED),
    ("mailbox-ia5", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox("a@other.test", 0x16), REFUSED),
    ("mailbox-sequence", "RFC 9598 3", EXCLUDED, mail("host.test"), mailbox(tlv(0x0C, b"a@other.test"), 0x30), REFUSED),
    ("mailbox-base-mailbox-permitted", "RFC 9549 2.2", PERMITTED, mail("a@host.test"), mailbox("\u00fc@host.test"), REFUSED),
    ("mailbox-base-mailbox-excluded", "RFC 9598 6", EXCLUDED, mail("a@host.test"), mailbox("\u00fc@host.test"), REFUSED),
    ("mailbox-base-u-label", "RFC 9549 2.2", EXCLUDED, mail(U + ".test"), mailbox("\u00fc@" + A + ".test"), REFUSED),
    ("mailbox-base-any", "RFC 5280 4.2.1.10", EXCLUDED, mail(""), mailbox("\u00fc@host.test"), REFUSED),
    ("mailbox-base-other-kind", "RFC 5280 4.2.1.10", EXCLUDED, dns("host.test"), mailbox("\u00fc@host.test"), "ok"),
    ("mailbox-base-other-name", "RFC 5280 4.2.1.10", PERMITTED, mailbox("\u00fc@host.test"), mailbox("\u00fc@host.test"), REFUSED),
    ("other-name-is-no-mailbox", "RFC 5280 4.2.1.10", EXCLUDED, mail("host.test"), tlv(0xA0, oid("1.2.3.4"), tlv(0xA0, tlv(0x0C, b"a@host.test"))), "ok"),
]

BAD = "MALFORMED"

# A name beside "host.test" without constraints: name, section, the name, wanted with the profile strict
FORMS = [
    ("dns-a-label", "RFC 9549 2.3", dns(A + ".test"), "ok"),
    ("dns-u-label", "RFC 9549 2.3", dns(U + ".test"), BAD),
    ("mail-a-label", "RFC 9549 2.5", mail("a@" + A + ".test"), "ok"),
    ("mail-u-label", "RFC 9549 2.5", mail("a@" + U + ".test"), BAD),
    ("mail-beyond-ascii", "RFC 9549 2.5", mail("\u00fc@host.test"), BAD),
    ("uri-a-label", "RFC 9549 2.4", uri("https://" + A + ".test/%C3%BC"), "ok"),
    ("uri-u-label", "RFC 9549 2.4", uri("https://" + U + ".test/"), BAD),
    ("uri-path-beyond-ascii", "RFC 9549 2.4", uri("https://host.test/" + U), BAD),
    ("mailbox", "RFC 9598 3", mailbox("\u00fc@host.test"), "ok"),
    ("mailbox-a-label", "RFC 9598 3", mailbox("\u00fc@mail." + A + ".test"), "ok"),
    ("mailbox-right-to-left", "RFC 9598 3", mailbox(BIDI + "@" + a_label(BIDI) + ".test"), "ok"),
    ("mailbox-beyond-the-plane", "RFC 9598 3", mailbox("\U0001f4e7@host.test"), "ok"),
    ("mailbox-u-label", "RFC 9598 3", mailbox("\u00fc@" + U + ".test"), BAD),
    ("mailbox-capitals", "RFC 9598 3", mailbox("\u00fc@Host.test"), BAD),
    ("mailbox-a-label-capitals", "RFC 9598 3", mailbox("\u00fc@" + A.upper() + ".test"), BAD),
    ("mailbox-reserved-label", "RFC 9598 3", mailbox("\u00fc@ab--cd.test"), BAD),
    ("mailbox-hyphen-first", "RFC 9598 3", mailbox("\u00fc@-a.test"), BAD),
    ("mailbox-hyphen-last", "RFC 9598 3", mailbox("\u00fc@a-.test"), BAD),
    ("mailbox-hyphen-at-the-end", "RFC 9598 3", mailbox("\u00fc@test-"), BAD),
    ("mailbox-label-too-long", "RFC 9598 3", mailbox("\u00fc@" + "a" * 64 + ".test"), BAD),
    ("mailbox-label-63-octets", "RFC 9598 3", mailbox("\u00fc@" + "a" * 63 + ".test"), "ok"),
    ("mailbox-empty-label", "RFC 9598 3", mailbox("\u00fc@a..test"), BAD),
    ("mailbox-ascii-only", "RFC 9598 3", mailbox("a@host.test"), BAD),
    ("mailbox-byte-order-mark", "RFC 9598 3", mailbox("\ufeff\u00fc@host.test"), BAD),
    ("mailbox-no-utf8", "RFC 9598 3", mailbox(b"\xfc@host.test"), BAD),
    ("mailbox-overlong-utf8", "RFC 3629 3", mailbox(b"\xc3\xbc\xc1\x81@host.test"), BAD),
    ("mailbox-without-local-part", "RFC 9598 3", mailbox("@host.test"), BAD),
    ("mailbox-without-host", "RFC 9598 3", mailbox("\u00fc@"), BAD),
    ("mailbox-without-at", "RFC 9598 3", mailbox("\u00fc"), BAD),
    ("mailbox-empty", "RFC 9598 3", mailbox(""), BAD),
    ("mailbox-ia5", "RFC 9598 3", mailbox("a@host.test", 0x16), BAD),
]

# Hosts beside "host.test" on the public web: name, the host, wanted with the profile webpki
LABELS = [
    ("a-label", A + ".test", "ok"),
    ("a-label-in-capitals", A.upper() + ".test", "ok"),
    ("a-label-decomposed", a_label(NFD) + ".test", "ok"),
    ("a-label-right-to-left", "a." + a_label(BIDI) + ".test", "ok"),
    ("a-label-beyond-the-plane", a_label("\U0001f4e7") + ".test", "ok"),
    ("a-label-last-code-point", a_label("\U0010ffff") + ".test", "ok"),
    ("a-label-of-ascii", "xn--abc-.test", BAD),
    ("below-wildcard", "*." + A + ".test", "ok"),
    ("hyphens-elsewhere", "a--b.abc--d.test", "ok"),
    ("u-label", U + ".test", BAD),
    ("no-punycode", "xn--99999999.test", BAD),
    ("no-punycode-at-the-end", "www.test.xn--99999999", BAD),
    ("no-digit", "xn--b_.test", BAD),
    ("nothing-behind", "xn--.test", BAD),
    ("hyphen-alone", "xn--a-.test", BAD),
    ("hyphen-first", "xn---a.test", BAD),
    ("above-the-last-code-point", "xn--en32g.test", BAD),
    ("code-point-wraps", "xn--k0902716a.test", BAD),
    ("number-wraps", "xn--l0902716a.test", BAD),
    ("surrogate", a_label("\ud800") + ".test", BAD),
    ("last-surrogate", a_label("\udfff") + ".test", BAD),
    ("before-surrogates", a_label("\ud7ff") + ".test", "ok"),
    ("behind-surrogates", a_label("\ue000") + ".test", "ok"),
    ("weight-too-large", "xn--" + "9" * 40 + "a.test", BAD),
    ("reserved", "ab--cd.test", BAD),
    ("reserved-half", "xm--" + A[4:] + ".test", BAD),
    ("underscore", "a_b.test", BAD),
    ("trailing-hyphen", "a-.test", BAD),
]

CLIENT = " | ext extendedKeyUsage=clientAuth"


def names(*each):
    return " | " + ext("subjectAltName", sequence(*each))


def both(name, source, lines, leaf, want, options=""):
    """For a server and for a client, whose host nobody asks about."""
    said = ["options " + options] if options else []
    case(name, source, lines + ["leaf leaf" + leaf, "host -"] + said, want, 0)
    case(name + "-client", source, lines + ["leaf leaf" + leaf + CLIENT, "host -", "purpose client"] + said, want, 0)


def constrained(which, base):
    return "ca ca2 | " + ext("nameConstraints", sequence(tlv(which, sequence(base))), True)


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for name, source, sans, host, options, want in MATCHES:
        said = ["options " + options] if options else []
        case("match-" + name, source, ["leaf leaf" + names(*sans), "host " + host] + said, want, 0)
    for text, want in ((U, "NAME_MISMATCH"), (A, "ok")):
        leaf = "leaf leaf | drop=subjectAltName | subject=/CN=%s.test" % text
        case("match-common-name-%s-label" % ("u" if text == U else "a"), "RFC 9549 2.4", [leaf, "host " + A + ".test", "options cn"], want, 0)
    for name, source, host in REFERENCES:
        case("reference-" + name, source, ["leaf leaf" + names(dns(A + ".test")), "host " + host], "USAGE", 0)
    for name, source, which, base, below, want in CONSTRAINTS:
        both("constraint-" + name, source, [constrained(which, base), "send leaf ca2"], " | issuer=ca2" + names(below), want)
    # an authority's own mailbox, and the subject's, which stands where there is no alternative name of its kind
    lines = [constrained(PERMITTED, mail("host.test")), "ca ca3 | issuer=ca2" + names(mailbox("\u00fc@other.test")), "leaf leaf | issuer=ca3", "send leaf ca3 ca2"]
    case("constraint-mailbox-of-an-authority", "RFC 9598 6", lines, REFUSED, 1)
    for name, text, want in (("a-label", "a@" + A + ".test", "ok"), ("u-label", "a@" + U + ".test", REFUSED), ("beyond-ascii", "\u00fc@" + A + ".test", REFUSED)):
        both("constraint-subject-mail-" + name, "RFC 9549 2.5", [constrained(PERMITTED, mail(A + ".test")), "send leaf ca2"], " | issuer=ca2 | subject=/emailAddress=" + text + names(dns("host.test")), want)
    for name, host, want in LABELS:
        case("label-" + name, "BR 7.1.2.7.12", ["leaf leaf" + names(dns("host.test"), dns(host)), "options webpki"], want, 0)
        case("label-%s-default" % name, "RFC 5890 2.3.2.1", ["leaf leaf" + names(dns("host.test"), dns(host))], "ok", 0)
    for name, source, beside, want in FORMS:
        leaf = names(dns("host.test"), beside)
        both("form-" + name, source, [], leaf, "ok")
        both("form-" + name + "-strict", source, [], leaf, want, "strict")


if __name__ == "__main__":
    main()
