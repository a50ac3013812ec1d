/* SPDX-License-Identifier: MIT */
/*
 * Name constraints along a path, RFC 5280 6.1.3 (b), (c) and 6.1.4 (g): every name of every
 * certificate below an authority is held against that authority's subtrees. A self-issued
 * certificate that is not the leaf is exempt. The number of comparisons is bounded, because both
 * lists are the peer's.
 */
#include "dn.h"
#include "name_constraints.h"
#include "oid.h"
#include "path.h"

#define OID_EMAIL "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"

/** An address is at most 254 octets in use, 320 by its parts' limits (RFC 5321 4.5.3.1). */
#define EMAIL_MAX 320u

typedef struct name_check {
    otls_search *search;
    otls_slice permitted, excluded; /* GeneralSubtrees, content; data NULL = absent */
    bool refused, malformed;
} name_check;

static bool subtree_base(otls_der *subtrees, otls_tlv *base, bool *malformed)
{
    otls_der subtree;

    if (!otls_der_enter(subtrees, OTLS_DER_SEQUENCE, &subtree) || !otls_der_next(&subtree, base)) {
        *malformed = !otls_der_at_end(subtrees);
        return false;
    }
    /* minimum must be 0, which DER leaves out, and maximum absent */
    if (!otls_der_at_end(&subtree)) {
        *malformed = true;
        return false;
    }
    if ((base->tag & 0x1f) == OTLS_SAN_DIRECTORY) { /* the one explicit tag */
        otls_der inside = otls_der_of(base->value);
        otls_tlv name;

        if (!otls_der_take(&inside, OTLS_DER_SEQUENCE, &name) || !otls_der_at_end(&inside)) {
            *malformed = true;
            return false;
        }
        base->value = name.whole;
    }
    return true;
}

/* Is the name in one of the subtrees of its kind? `*some`: there are any of its kind. */
static bool in_subtrees(name_check *check, otls_slice list, int kind, otls_slice name,
                        bool excluding, bool *some)
{
    otls_der subtrees = otls_der_of(list);
    otls_tlv base;

    *some = false;
    while (subtree_base(&subtrees, &base, &check->malformed)) {
        if (check->search->name_check_count++ >= OTLS_PATH_NAME_CHECK_MAX) {
            check->search->exhausted = true;
            check->refused = true;
            return excluding;
        }
        if ((base.tag & 0x1f) != kind)
            continue;
        *some = true;
        switch (otls_constraint_match(kind, base.value, name, excluding)) {
        case OTLS_CONSTRAINT_INSIDE:
            return true;
        case OTLS_CONSTRAINT_UNKNOWN:
            check->refused = true;
            return excluding;
        case OTLS_CONSTRAINT_OUTSIDE:
            break;
        }
    }
    return false;
}

static void check_one(name_check *check, int kind, otls_slice name)
{
    bool some = false;

    if (check->refused || check->malformed)
        return;
    if (in_subtrees(check, check->excluded, kind, name, true, &some))
        check->refused = true;
    else if (!in_subtrees(check, check->permitted, kind, name, false, &some) && some)
        check->refused = true;
}

static bool has_kind(const otls_x509 *cert, int kind)
{
    otls_der names = otls_der_of(cert->subject_alt_names);
    otls_tlv name;

    while (otls_der_next(&names, &name))
        if ((name.tag & 0x1f) == kind)
            return true;
    return false;
}

/* Does a common name mean a host to those who match it without asking? It has a dot inside. */
static bool is_host(otls_slice name)
{
    for (size_t i = 1; i + 1 < name.size; i++)
        if (name.data[i] == '.')
            return true;
    return false;
}

/*
 * The leaf's common name where there is no DNS name: exactly the octets that a host would be
 * matched with. When it was asked to match them, whatever they look like; else, as OpenSSL does,
 * what looks like a host, for the sake of those who match it later.
 */
static void check_common_name(name_check *check, const otls_x509 *cert)
{
    const otls_verify_request *request = check->search->request;
    const bool matched = (request->flags & OTLS_VERIFY_OPTION_COMMON_NAME) != 0 &&
                         request->purpose != OTLS_PURPOSE_CLIENT;
    uint8_t host[OTLS_HOST_NAME_MAX];
    otls_slice name = {.data = host, .size = 0};

    if (!has_kind(cert, OTLS_SAN_DNS) && otls_name_common_host(cert->subject, host, &name.size) &&
        (matched || is_host(name)))
        check_one(check, OTLS_SAN_DNS, name);
}

/* An e-mail address of whatever string type; what is none in ASCII is empty, and so unknown. */
static otls_slice email_of(const otls_tlv *value, uint8_t out[EMAIL_MAX])
{
    otls_slice rest = value->value, email = {.data = out, .size = 0};
    otls_character c;

    if (!otls_string_ok(value))
        return email;
    while (otls_string_next(value->tag, &rest, &c)) {
        if (c.code >= 0x80 || email.size == EMAIL_MAX)
            return (otls_slice){.data = out, .size = 0};
        out[email.size++] = (uint8_t)c.code;
    }
    return email;
}

/*
 * The subject: as a directory name; its e-mail addresses when there is no alternative name of that
 * kind (4.2.1.10); and the leaf's common name.
 */
static void check_subject(name_check *check, const otls_x509 *cert, bool leaf)
{
    const bool emails = !has_kind(cert, OTLS_SAN_EMAIL);
    otls_name_cursor cursor = otls_name_begin(cert->subject);
    otls_name_entry entry;
    otls_der rdns;

    if (!otls_der_only(cert->subject, OTLS_DER_SEQUENCE, &rdns) || otls_der_at_end(&rdns))
        return;
    check_one(check, OTLS_SAN_DIRECTORY, cert->subject);
    while (emails && otls_name_next(&cursor, &entry)) {
        uint8_t email[EMAIL_MAX];

        if (OTLS_OID_IS(entry.oid, OID_EMAIL))
            check_one(check, OTLS_SAN_EMAIL, email_of(&entry.value, email));
    }
    if (leaf)
        check_common_name(check, cert);
}

static void check_certificate(name_check *check, const otls_x509 *cert, bool leaf)
{
    otls_der names = otls_der_of(cert->subject_alt_names);
    otls_tlv name;

    check_subject(check, cert, leaf);
    while (otls_der_next(&names, &name)) {
        const int kind = name.tag & 0x1f;

        if (kind == OTLS_SAN_DIRECTORY) {
            otls_der inside = otls_der_of(name.value);
            otls_tlv directory;

            if (otls_der_next(&inside, &directory))
                check_one(check, kind, directory.whole);
        } else {
            check_one(check, kind, name.value);
        }
    }
}

/* 4.2.1.10: a SEQUENCE of [0] permitted and [1] excluded, not both absent. */
static bool read_constraints(otls_slice value, name_check *check)
{
    otls_der sequence;
    otls_tlv part;

    if (!otls_der_only(value, OTLS_DER_SEQUENCE, &sequence) || otls_der_at_end(&sequence))
        return false;
    if (otls_der_take(&sequence, OTLS_DER_CONTEXT_CONSTRUCTED(0), &part))
        check->permitted = part.value;
    if (otls_der_take(&sequence, OTLS_DER_CONTEXT_CONSTRUCTED(1), &part))
        check->excluded = part.value;
    return otls_der_at_end(&sequence);
}

void otls_path_check_names(otls_search *search, otls_findings *findings)
{
    for (size_t issuer = 1; issuer < search->length; issuer++) {
        const otls_certificate *authority = otls_path_at(search, issuer);
        name_check check = {.search = search};

        if (authority->x509.name_constraints.data == NULL)
            continue;
        if (!read_constraints(authority->x509.name_constraints, &check)) {
            otls_findings_add(findings, OTLS_VERIFY_MALFORMED, (int32_t)issuer, authority,
                              "has malformed name constraints");
            continue;
        }
        for (size_t depth = issuer; depth-- > 0;) {
            const otls_certificate *cert = otls_path_at(search, depth);

            if (depth != 0 && otls_self_issued(&cert->x509))
                continue;
            check.refused = false;
            check_certificate(&check, &cert->x509, depth == 0);
            if (check.refused)
                otls_findings_add(findings, OTLS_VERIFY_NAME_CONSTRAINT, (int32_t)depth, cert,
                                  NULL);
        }
        if (check.malformed)
            otls_findings_add(findings, OTLS_VERIFY_MALFORMED, (int32_t)issuer, authority,
                              "has malformed name constraints");
    }
}
