/* SPDX-License-Identifier: MIT */
/*
 * Name constraints along a path, RFC 5280 6.1.3 (b), (c) and 6.1.4 (g): every name of every
 * certificate below an authority is held against that authority's subtrees. A self-issued
 * certificate that is not the leaf is exempt. The number of comparisons is bounded, because both
 * lists are the peer's.
 */
#include "verify/path.h"
#include "x509/x509.h"

#define OID_EMAIL "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"

/** An address is at most 254 octets in use, 320 by its parts' limits (RFC 5321 4.5.3.1). */
#define EMAIL_MAX 320u

typedef struct name_check {
    omni_search *search;
    otls_slice permitted, excluded; /* GeneralSubtrees, content; data NULL = absent */
    bool refused, exhausted;
} name_check;

/* The next subtree; false at the end, and where it is malformed: minimum must be 0, which DER
 * leaves out, and maximum absent. */
static bool subtree_base(omni_der *subtrees, omni_tlv *base)
{
    omni_der subtree;

    if (!omni_der_enter(subtrees, OMNI_DER_SEQUENCE, &subtree) || !omni_der_next(&subtree, base) ||
        !omni_der_at_end(&subtree) || !omni_x509_general_name_ok(base) ||
        ((base->tag & 0x1f) == OTLS_SAN_IP && !omni_constraint_address_ok(base->value)))
        return false;
    if ((base->tag & 0x1f) == OTLS_SAN_DIRECTORY) { /* the one explicit tag */
        omni_der inside = omni_der_of(base->value);
        omni_tlv name;

        if (!omni_der_next(&inside, &name))
            return false;
        base->value = name.whole;
    }
    return true;
}

/* GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree (RFC 5280 A.2), all of them read
 * before the first name is held to one. */
static bool subtrees_ok(otls_slice list)
{
    omni_der subtrees = omni_der_of(list);
    omni_tlv base;

    while (!omni_der_at_end(&subtrees))
        if (!subtree_base(&subtrees, &base))
            return false;
    return list.size != 0;
}

/* Which subtrees are about names of this kind. */
static int subtree_kind(int kind)
{
    return kind == OMNI_CONSTRAINT_UTF8_MAILBOX ? OTLS_SAN_EMAIL : kind;
}

/* Is the name in one of the subtrees of its kind? `*some`: there are any of its kind. */
static bool in_subtrees(name_check *check, otls_slice list, int kind, otls_slice name,
                        bool excluding, bool *some)
{
    omni_der subtrees = omni_der_of(list);
    omni_tlv base;

    *some = false;
    while (subtree_base(&subtrees, &base)) {
        if (check->search->name_check_count++ >= OMNI_PATH_NAME_CHECK_MAX) {
            check->exhausted = true;
            return excluding;
        }
        if ((base.tag & 0x1f) != subtree_kind(kind))
            continue;
        *some = true;
        switch (omni_constraint_match(kind, base.value, name, excluding)) {
        case OMNI_CONSTRAINT_INSIDE:
            return true;
        case OMNI_CONSTRAINT_UNKNOWN:
            check->refused = true;
            return excluding;
        case OMNI_CONSTRAINT_OUTSIDE:
            break;
        }
    }
    return false;
}

static void check_one(name_check *check, int kind, otls_slice name)
{
    bool some = false;

    if (check->refused || check->exhausted)
        return;
    if (in_subtrees(check, check->excluded, kind, name, true, &some))
        check->refused = !check->exhausted;
    else if (!in_subtrees(check, check->permitted, kind, name, false, &some) && some)
        check->refused = !check->exhausted;
}

static bool has_kind(const omni_x509 *cert, int kind)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    while (omni_der_next(&names, &name))
        if ((name.tag & 0x1f) == kind)
            return true;
    return false;
}

/*
 * The leaf's common name is a DNS name when it would be matched as one, and then in exactly those
 * octets; else it is a text for people, and no constraint on DNS names is about it (4.2.1.10).
 */
static void check_common_name(name_check *check, const omni_x509 *cert)
{
    const omni_verify_request *request = check->search->request;
    const unsigned flags = omni_verify_match_flags(request);
    uint8_t host[OMNI_HOST_NAME_MAX];
    otls_slice name = {.data = host, .size = 0};

    if (request->purpose != OTLS_PURPOSE_CLIENT &&
        omni_host_name_in_common_name(cert, flags, host, &name.size))
        check_one(check, OTLS_SAN_DNS, name);
}

/* An e-mail address of whatever string type; what is none in ASCII is empty, and so unknown. */
static otls_slice email_of(const omni_tlv *value, uint8_t out[EMAIL_MAX])
{
    otls_slice rest = value->value, email = {.data = out, .size = 0};
    omni_character c;

    if (!omni_string_ok(value))
        return email;
    while (omni_string_next(value->tag, &rest, &c)) {
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
static void check_subject(name_check *check, const omni_x509 *cert, bool leaf)
{
    const bool emails = !has_kind(cert, OTLS_SAN_EMAIL);
    omni_dn_cursor cursor = omni_dn_begin(cert->subject);
    omni_dn_entry entry;
    omni_der rdns;

    if (!omni_der_only(cert->subject, OMNI_DER_SEQUENCE, &rdns) || omni_der_at_end(&rdns))
        return;
    check_one(check, OTLS_SAN_DIRECTORY, cert->subject);
    while (emails && omni_dn_next(&cursor, &entry)) {
        uint8_t email[EMAIL_MAX];

        if (OMNI_OID_IS(entry.oid, OID_EMAIL))
            check_one(check, OTLS_SAN_EMAIL, email_of(&entry.value, email));
    }
    if (leaf)
        check_common_name(check, cert);
}

static void check_certificate(name_check *check, const omni_x509 *cert, bool leaf)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    check_subject(check, cert, leaf);
    while (omni_der_next(&names, &name)) {
        const int kind = name.tag & 0x1f;

        if (kind == OTLS_SAN_DIRECTORY) {
            omni_der inside = omni_der_of(name.value);
            omni_tlv directory;

            if (omni_der_next(&inside, &directory))
                check_one(check, kind, directory.whole);
        } else {
            otls_slice mailbox;

            check_one(check, kind, name.value);
            if (kind == OTLS_SAN_OTHER && omni_form_utf8_mailbox(name.value, &mailbox))
                check_one(check, OMNI_CONSTRAINT_UTF8_MAILBOX, mailbox);
        }
    }
}

/* 4.2.1.10: a SEQUENCE of [0] permitted and [1] excluded, not both absent, none of them empty. */
static bool read_constraints(otls_slice value, name_check *check)
{
    omni_der sequence;
    omni_tlv part;

    if (!omni_der_only(value, OMNI_DER_SEQUENCE, &sequence) || omni_der_at_end(&sequence))
        return false;
    if (omni_der_take(&sequence, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part))
        check->permitted = part.value;
    if (omni_der_take(&sequence, OMNI_DER_CONTEXT_CONSTRUCTED(1), &part))
        check->excluded = part.value;
    return omni_der_at_end(&sequence) &&
           (check->permitted.data == NULL || subtrees_ok(check->permitted)) &&
           (check->excluded.data == NULL || subtrees_ok(check->excluded));
}

void omni_path_check_names(omni_search *search, omni_findings *findings)
{
    for (size_t issuer = 1; issuer < search->length; issuer++) {
        const otls_certificate *authority = omni_path_at(search, issuer);
        name_check check = {.search = search};

        if (authority->x509.name_constraints.data == NULL)
            continue;
        if (!read_constraints(authority->x509.name_constraints, &check)) {
            omni_findings_add(findings, OTLS_VERIFY_MALFORMED, (int32_t)issuer, authority,
                              "has malformed name constraints");
            continue;
        }
        for (size_t depth = issuer; depth-- > 0;) {
            const otls_certificate *cert = omni_path_at(search, depth);

            if (depth != 0 && omni_self_issued(&cert->x509))
                continue;
            check.refused = false;
            check_certificate(&check, &cert->x509, depth == 0);
            if (check.exhausted) { /* whether it may be there, nobody knows */
                search->exhausted = true;
                omni_findings_add(findings, OTLS_VERIFY_LIMIT, 0, omni_path_at(search, 0), NULL);
                return;
            }
            if (check.refused)
                omni_findings_add(findings, OTLS_VERIFY_NAME_CONSTRAINT, (int32_t)depth, cert,
                                  NULL);
        }
    }
}
