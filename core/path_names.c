/* SPDX-License-Identifier: MIT */
/*
 * Name constraints along a path, RFC 5280 6.1.3 (b), (c) and 6.1.4 (g): every name of every
 * certificate below an authority is held against that authority's subtrees. A self-issued
 * certificate that is not the leaf is exempt. The number of comparisons is bounded, because both
 * lists are the peer's.
 */
#include "der.h"
#include "name_constraints.h"
#include "oid.h"
#include "path.h"

#define OID_EMAIL "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
#define OID_COMMON_NAME "\x55\x04\x03"

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

/* Does a common name mean a host? Letters, digits, hyphens, and at least one dot inside. */
static bool is_host(otls_slice name)
{
    bool dot = false;

    for (size_t i = 0; i < name.size; i++) {
        const uint8_t c = name.data[i];

        if (c == '.' && i != 0 && i + 1 < name.size)
            dot = true;
        else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || (c == '*' && i == 0)))
            return false;
    }
    return dot;
}

/*
 * The subject: as a directory name; its e-mail addresses when there is no alternative name of that
 * kind (4.2.1.10); and, as OpenSSL does, the leaf's common names that are hosts when there is no
 * DNS name, for the sake of those who match host names against them.
 */
static void check_subject(name_check *check, const otls_x509 *cert, bool leaf)
{
    const bool emails = !has_kind(cert, OTLS_SAN_EMAIL);
    const bool hosts = leaf && !has_kind(cert, OTLS_SAN_DNS);
    otls_der rdns, rdn, attribute;

    if (!otls_der_only(cert->subject, OTLS_DER_SEQUENCE, &rdns) || otls_der_at_end(&rdns))
        return;
    check_one(check, OTLS_SAN_DIRECTORY, cert->subject);
    while (otls_der_enter(&rdns, OTLS_DER_SET, &rdn))
        while (otls_der_enter(&rdn, OTLS_DER_SEQUENCE, &attribute)) {
            otls_slice oid;
            otls_tlv value;

            if (!otls_der_value(&attribute, OTLS_DER_OID, &oid) ||
                !otls_der_next(&attribute, &value))
                continue;
            if (emails && OTLS_OID_IS(oid, OID_EMAIL))
                check_one(check, OTLS_SAN_EMAIL, value.value);
            if (hosts && OTLS_OID_IS(oid, OID_COMMON_NAME) && is_host(value.value))
                check_one(check, OTLS_SAN_DNS, value.value);
        }
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
