/* SPDX-License-Identifier: MIT */
/*
 * The profiles: rules that validation could do without, held to on request. `strict` is what RFC 5280
 * forbids issuers and a verifier can see, `webpki` what the CA/Browser Forum's Baseline Requirements ask
 * of servers on the public web. Neither is about anchors: they are believed for what they are, and
 * nobody can have them issued again. docs/verification.md is made from this table, and the corpus has a
 * chain "rule-NAME" for each row that breaks it and no other.
 */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

enum { STRICT = OTLS_VERIFY_OPTION_STRICT, WEBPKI = OTLS_VERIFY_OPTION_WEBPKI };
enum { LIFETIME_MAX = 398 * 86400 }; /* BR 6.3.2 */

typedef struct rule {
    const char *name, *section;
    unsigned profiles;
    uint32_t flag;
    bool (*broken)(const omni_x509 *cert, size_t depth);
    const char *words;
} rule;

static bool name_empty(otls_slice name)
{
    omni_der rdns;

    return omni_der_only(name, OMNI_DER_SEQUENCE, &rdns) && omni_der_at_end(&rdns);
}

/* ---- RFC 5280 ------------------------------------------------------------------------------- */

static bool serial_not_positive(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->serial.size == 0 || (cert->serial.data[0] & 0x80) != 0 ||
           (cert->serial.size == 1 && cert->serial.data[0] == 0);
}

static bool date_form(const omni_x509 *cert, size_t depth)
{
    omni_der tbs, validity;
    omni_tlv part;

    (void)depth;
    if (!omni_der_only(cert->tbs, OMNI_DER_SEQUENCE, &tbs))
        return true;
    (void)omni_der_take(&tbs, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part);
    for (unsigned field = 0; field < 3; field++) /* serial number, signature, issuer */
        (void)omni_der_next(&tbs, &part);
    if (!omni_der_enter(&tbs, OMNI_DER_SEQUENCE, &validity))
        return true;
    while (omni_der_next(&validity, &part))
        if (omni_profile_early_general(&part))
            return true;
    return false;
}

static bool issuer_empty(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return name_empty(cert->issuer);
}

static bool authority_subject_empty(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->is_ca && name_empty(cert->subject);
}

static bool nameless(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return !cert->is_ca && name_empty(cert->subject) && cert->subject_alt_names.data == NULL;
}

static bool names_not_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return name_empty(cert->subject) && cert->subject_alt_names.data != NULL &&
           !cert->names_critical;
}

static bool basic_constraints_not_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->is_ca && !cert->basic_constraints_critical;
}

static bool authority_key_usage_absent(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->is_ca && !cert->has_key_usage;
}

static bool authority_key_unnamed(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->is_ca && cert->subject_key_id.data == NULL;
}

static bool path_length_misplaced(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->path_length >= 0 &&
           (!cert->is_ca || (cert->has_key_usage && (cert->key_usage & OTLS_KU_KEY_CERT_SIGN) == 0));
}

static bool signs_without_authority(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return (cert->key_usage & OTLS_KU_KEY_CERT_SIGN) != 0 && !cert->is_ca;
}

static bool issuer_key_unnamed(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->authority_key_id.data == NULL && !omni_self_signed(cert);
}

/* RFC 4055 5: verifiers take both, issuers write NULL. */
static bool signature_without_null(const omni_x509 *cert, size_t depth)
{
    omni_der identifier;
    otls_slice oid;

    (void)depth;
    return cert->signature_algorithm.kind == OTLS_SIG_RSA_PKCS1 &&
           omni_der_only(cert->signature_algorithm_id, OMNI_DER_SEQUENCE, &identifier) &&
           omni_der_value(&identifier, OMNI_DER_OID, &oid) && omni_der_at_end(&identifier);
}

static bool access_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->access_critical;
}

static bool name_constraints_not_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->name_constraints.data != NULL && !cert->name_constraints_critical;
}

static bool policy_constraints_not_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->policy_constraints.data != NULL && !cert->policy_constraints_critical;
}

static bool inhibit_any_not_critical(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->inhibit_any_policy.data != NULL && !cert->inhibit_any_critical;
}

static bool policy_twice(const omni_x509 *cert, size_t depth)
{
    omni_der list, info, rest, other;
    otls_slice oid, again;

    (void)depth;
    if (cert->policies.data == NULL || !omni_der_only(cert->policies, OMNI_DER_SEQUENCE, &list))
        return false;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &info) &&
           omni_der_value(&info, OMNI_DER_OID, &oid))
        for (rest = list; omni_der_enter(&rest, OMNI_DER_SEQUENCE, &other) &&
                          omni_der_value(&other, OMNI_DER_OID, &again);)
            if (omni_slice_equal(oid, again))
                return true;
    return false;
}

/* "preferred name syntax" of RFC 1034 3.5, and a wildcard label. */
static bool host_syntax(otls_slice name)
{
    size_t label = 0;

    for (size_t i = 0; i < name.size; i++) {
        const uint8_t c = name.data[i];
        const bool alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool last = i + 1 == name.size || name.data[i + 1] == '.';

        if (c == '.' ? label == 0 || i + 1 == name.size
                     : !alphanumeric && !(c == '-' && label != 0 && !last) &&
                           !(c == '*' && i == 0 && last))
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return name.size != 0 && name.size <= 253;
}

/* An IA5String, RFC 5280 4.2.1.6: what is beyond ASCII has forms of its own (RFC 9549 2.4, 2.5). */
static bool is_ascii(otls_slice name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] >= 0x80)
            return false;
    return true;
}

static bool mailbox_syntax(otls_slice name)
{
    size_t at = name.size;

    while (at > 0 && name.data[at - 1] != '@')
        at--;
    return at > 1 && is_ascii(name) &&
           host_syntax((otls_slice){.data = name.data + at, .size = name.size - at});
}

static bool uri_syntax(otls_slice name)
{
    size_t scheme = 0;

    while (scheme < name.size && name.data[scheme] != ':' && name.data[scheme] > ' ' &&
           name.data[scheme] != '/')
        scheme++;
    return scheme != 0 && scheme + 1 < name.size && name.data[scheme] == ':' && is_ascii(name);
}

static bool name_syntax(const omni_x509 *cert, size_t depth)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    (void)depth;
    while (omni_der_next(&names, &name))
        if ((name.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) && !host_syntax(name.value)) ||
            (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_EMAIL) && !mailbox_syntax(name.value)) ||
            (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_URI) && !uri_syntax(name.value)))
            return true;
    return false;
}

static bool mailbox_beyond_ascii(const omni_x509 *cert, size_t depth)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    otls_slice mailbox;
    omni_tlv name;

    (void)depth;
    while (omni_der_next(&names, &name))
        if (name.tag == OMNI_DER_CONTEXT_CONSTRUCTED(OTLS_SAN_OTHER) &&
            omni_form_utf8_mailbox(name.value, &mailbox) && !omni_form_utf8_mailbox_ok(mailbox))
            return true;
    return false;
}

/* ---- CA/Browser Forum ----------------------------------------------------------------------- */

static bool purposes_absent(const omni_x509 *cert, size_t depth)
{
    return depth == 0 && cert->extended_key_usage.data == NULL;
}

static bool leaf_is_authority(const omni_x509 *cert, size_t depth)
{
    return depth == 0 && cert->is_ca;
}

static bool names_absent(const omni_x509 *cert, size_t depth)
{
    return depth == 0 && cert->subject_alt_names.data == NULL;
}

static bool lives_long(const omni_x509 *cert, size_t depth)
{
    return depth == 0 && cert->not_after - cert->not_before > LIFETIME_MAX;
}

/* Labels that are reserved have hyphens where "xn--" has them (RFC 5890 2.3.1). */
static bool label_ok(otls_slice label)
{
    if (label.size < 4 || label.data[2] != '-' || label.data[3] != '-')
        return true;
    return (label.data[0] | 0x20) == 'x' && (label.data[1] | 0x20) == 'n' &&
           omni_punycode_ok((otls_slice){.data = label.data + 4, .size = label.size - 4});
}

static bool labels_ok(otls_slice host)
{
    size_t start = 0;

    for (size_t i = 0; i <= host.size; i++) {
        if (i < host.size && host.data[i] != '.')
            continue;
        if (!label_ok((otls_slice){.data = host.data + start, .size = i - start}))
            return false;
        start = i + 1;
    }
    return true;
}

static bool host_label(const omni_x509 *cert, size_t depth)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    while (depth == 0 && omni_der_next(&names, &name))
        if (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) &&
            (!host_syntax(name.value) || !labels_ok(name.value)))
            return true;
    return false;
}

static bool modulus_odd(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return (cert->key_type == OMNI_KEY_RSA || cert->key_type == OMNI_KEY_RSA_PSS) &&
           (cert->key_bits < 2048 || cert->key_bits % 8 != 0);
}

/* RSA, and the curves P-256, P-384 and P-521: IANA's groups 23 to 25 */
static bool key_kind(const omni_x509 *cert, size_t depth)
{
    (void)depth;
    return cert->key_type != OMNI_KEY_RSA &&
           !(cert->key_type == OMNI_KEY_EC && cert->key_group >= 23 && cert->key_group <= 25);
}

static bool same_text(otls_slice a, otls_slice b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        const uint8_t x = a.data[i], y = b.data[i];

        if (x != y && ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
            return false;
    }
    return true;
}

static bool among_names(const omni_x509 *cert, otls_slice text)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_reference_name address;
    char words[64], buffer[256];
    omni_tlv name;

    while (omni_der_next(&names, &name))
        if (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) && same_text(name.value, text))
            return true;
    if (text.size == 0 || text.size >= sizeof(words) || memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(words, text.data, text.size);
    words[text.size] = '\0';
    return omni_reference_name_parse(&address, words, buffer, NULL) == OTLS_OK &&
           address.ip_size != 0 && omni_host_name_matches(cert, &address, 0);
}

static bool common_name_alone(const omni_x509 *cert, size_t depth)
{
    omni_dn_cursor cursor = omni_dn_begin(cert->subject);
    omni_dn_entry entry;

    while (depth == 0 && omni_dn_next(&cursor, &entry))
        if (OMNI_OID_IS(entry.oid, "\x55\x04\x03") && !among_names(cert, entry.value.value))
            return true;
    return false;
}

/* ---- the table ------------------------------------------------------------------------------ */

#define MALFORMED OTLS_VERIFY_MALFORMED
#define WRONG_PURPOSE OTLS_VERIFY_WRONG_PURPOSE
#define WEAK OTLS_VERIFY_WEAK

static const rule rules[] = {
    {"serial-not-positive", "RFC 5280 4.1.2.2", STRICT, MALFORMED, serial_not_positive,
     "has a serial number that is not positive"},
    {"issuer-empty", "RFC 5280 4.1.2.4", STRICT, MALFORMED, issuer_empty, "has no issuer"},
    {"date-form", "RFC 5280 4.1.2.5", STRICT, MALFORMED, date_form,
     "has a date before 2050 as GeneralizedTime"},
    {"authority-subject-empty", "RFC 5280 4.1.2.6", STRICT, MALFORMED, authority_subject_empty,
     "is an authority's without a name"},
    {"nameless", "RFC 5280 4.1.2.6", STRICT, MALFORMED, nameless, "has no name at all"},
    {"issuer-key-unnamed", "RFC 5280 4.2.1.1", STRICT | WEBPKI, MALFORMED, issuer_key_unnamed,
     "does not identify its issuer's key"},
    {"authority-key-unnamed", "RFC 5280 4.2.1.2", STRICT, MALFORMED, authority_key_unnamed,
     "is an authority's without key identifier"},
    {"authority-key-usage-absent", "RFC 5280 4.2.1.3", STRICT, MALFORMED,
     authority_key_usage_absent, "is an authority's without key usage"},
    {"policy-twice", "RFC 5280 4.2.1.4", STRICT, MALFORMED, policy_twice,
     "has the same policy more than once"},
    {"names-not-critical", "RFC 5280 4.2.1.6", STRICT, MALFORMED, names_not_critical,
     "has no subject, and alternative names that are not critical"},
    {"name-syntax", "RFC 5280 4.2.1.6", STRICT, MALFORMED, name_syntax,
     "has an alternative name that is no host, mailbox or URI"},
    {"mailbox-beyond-ascii", "RFC 9598 3", STRICT, MALFORMED, mailbox_beyond_ascii,
     "has an SmtpUTF8Mailbox that is all ASCII, or whose host is not in lower-case ASCII"},
    {"basic-constraints-not-critical", "RFC 5280 4.2.1.9", STRICT, MALFORMED,
     basic_constraints_not_critical, "has basic constraints that are not critical"},
    {"path-length-misplaced", "RFC 5280 4.2.1.9", STRICT, MALFORMED, path_length_misplaced,
     "limits a path that it may not extend"},
    {"signs-without-authority", "RFC 5280 4.2.1.9", STRICT, MALFORMED, signs_without_authority,
     "may sign certificates but is not an authority's"},
    {"name-constraints-not-critical", "RFC 5280 4.2.1.10", STRICT, MALFORMED,
     name_constraints_not_critical, "has name constraints that are not critical"},
    {"policy-constraints-not-critical", "RFC 5280 4.2.1.11", STRICT, MALFORMED,
     policy_constraints_not_critical, "has policy constraints that are not critical"},
    {"inhibit-any-not-critical", "RFC 5280 4.2.1.14", STRICT, MALFORMED, inhibit_any_not_critical,
     "inhibits anyPolicy in an extension that is not critical"},
    {"access-critical", "RFC 5280 4.2.2.1", STRICT, MALFORMED, access_critical,
     "has critical access information"},
    {"signature-without-null", "RFC 4055 5", STRICT, MALFORMED, signature_without_null,
     "is signed with an RSA algorithm without NULL"},
    {"modulus-odd", "BR 6.1.5", WEBPKI, WEAK, modulus_odd,
     "has an RSA key of less than 2048 bits, or of bits that 8 does not divide"},
    {"key-kind", "BR 6.1.5", WEBPKI, WEAK, key_kind,
     "has a key that is neither RSA nor on P-256, P-384 or P-521"},
    {"lives-long", "BR 6.3.2", WEBPKI, MALFORMED, lives_long, "is valid for more than 398 days"},
    {"purposes-absent", "BR 7.1.2.7.10", WEBPKI, WRONG_PURPOSE, purposes_absent,
     "does not say that it is for servers"},
    {"leaf-is-authority", "BR 7.1.2.7.8", WEBPKI, MALFORMED, leaf_is_authority,
     "is an authority's, presented as a server's"},
    {"names-absent", "BR 7.1.2.7.12", WEBPKI, MALFORMED, names_absent, "has no alternative names"},
    {"host-label", "BR 7.1.2.7.12", WEBPKI, MALFORMED, host_label,
     "has a DNS name with a label that is no host's, or that is reserved and no Punycode"},
    {"common-name-alone", "BR 7.1.4.3", WEBPKI, MALFORMED, common_name_alone,
     "has a common name that is none of its alternative names"},
};

void omni_path_check_profile(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);

    if (search->path[depth].step.anchor != NULL)
        return;
    for (size_t i = 0; i < OMNI_COUNT(rules); i++)
        if ((search->request->flags & rules[i].profiles) != 0 &&
            rules[i].broken(&cert->x509, depth))
            omni_findings_add_rule(findings, rules[i].flag, (int32_t)depth, cert, rules[i].words,
                                   rules[i].section);
}
