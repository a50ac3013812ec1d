/* SPDX-License-Identifier: MIT */
/*
 * The rules of RFC 5280 6.1 for each certificate of a path. All of them are looked at, so that the
 * set of flags tells everything that is wrong: an application that forgives one fault must see the
 * others.
 *
 * The anchor is held to the same rules as the others, but for its signature and the age of its
 * version: RFC 5280 6.1.1 (d) makes it a name and a key and leaves its validity and extensions to
 * the relying party, so both answers are permitted. Measured, OpenSSL refuses an expired root and
 * GnuTLS accepts one. We refuse it: its issuer has vouched for the key until that day and keeps
 * neither key nor revocation up after it, and who put the root into a store before has no other way
 * to be told that it is over. The price: a device whose store is never updated stops working on
 * that day; a cross-signed path or a context clock is the way out. What a root says of itself (path
 * length, name constraints, extended key usage) binds for the same reason; RFC 5937 asks for that.
 */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

/* ---- strength ------------------------------------------------------------------------------ */

static void check_strength(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const int wanted = omni_path_strength(search);
    const int key = omni_strength_of_key(&cert->x509);
    const bool last = depth + 1 == search->length;

    if (key >= 0 && key < wanted)
        omni_findings_add(findings, OTLS_VERIFY_WEAK, (int32_t)depth, cert,
                          "has a key that is too weak for the security level");
    /* nobody relies on the signature of an anchor, or of what is self-signed */
    if (last && (search->path[depth].step.anchor != NULL || omni_self_signed(&cert->x509)))
        return;
    if (cert->x509.signature_algorithm.kind != 0 && omni_strength_of_hash(cert->x509.signature_algorithm.hash) < wanted)
        omni_findings_add(findings, OTLS_VERIFY_WEAK, (int32_t)depth, cert,
                          "is signed with a digest that is too weak for the security level");
}

/* ---- one certificate ----------------------------------------------------------------------- */

static void check_form(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const omni_x509 *x509 = &cert->x509;
    const bool anchor = search->path[depth].step.anchor != NULL;

    if (x509->malformed_extension)
        omni_findings_add(findings, OTLS_VERIFY_MALFORMED, (int32_t)depth, cert,
                          "has a malformed or repeated extension");
    if (x509->algorithm_mismatch && !anchor) /* 4.1.1.2 */
        omni_findings_add(findings, OTLS_VERIFY_MALFORMED, (int32_t)depth, cert,
                          "names two different signature algorithms");
    if (x509->unknown_critical)
        omni_findings_add(findings, OTLS_VERIFY_CRITICAL_EXTENSION, (int32_t)depth, cert, NULL);
}

static void check_validity(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const int64_t now = search->request->time;

    if (now < cert->x509.not_before)
        omni_findings_add(findings, OTLS_VERIFY_NOT_YET_VALID, (int32_t)depth, cert, NULL);
    if (now > cert->x509.not_after)
        omni_findings_add(findings, OTLS_VERIFY_EXPIRED, (int32_t)depth, cert, NULL);
}

/* 6.1.4 (k), (n): may it issue? An anchor older than version 3 could not have said so. */
static void check_issuer(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const omni_x509 *x509 = &cert->x509;
    const bool old_anchor = search->path[depth].step.anchor != NULL && x509->version < 3;

    if (!x509->is_ca && !old_anchor)
        omni_findings_add(findings, OTLS_VERIFY_NOT_CA, (int32_t)depth, cert, NULL);
    else if (x509->has_key_usage && (x509->key_usage & OTLS_KU_KEY_CERT_SIGN) == 0)
        omni_findings_add(findings, OTLS_VERIFY_NOT_CA, (int32_t)depth, cert,
                          "has a key that may not sign certificates");
}

/* ---- the path ------------------------------------------------------------------------------ */

/* 6.1.4 (l), (m): intermediates below, but for the self-issued ones. */
static void check_path_lengths(const omni_search *search, omni_findings *findings)
{
    int32_t below = 0;

    for (size_t depth = 1; depth < search->length; depth++) {
        const otls_certificate *cert = omni_path_at(search, depth);

        if (cert->x509.path_length >= 0 && below > cert->x509.path_length)
            omni_findings_add(findings, OTLS_VERIFY_PATH_LENGTH, (int32_t)depth, cert, NULL);
        if (!omni_self_issued(&cert->x509))
            below++;
    }
}

static void check_depth(const omni_search *search, bool complete, omni_findings *findings)
{
    const int wanted = search->request->max_depth;
    const size_t limit = wanted >= 0 ? (size_t)wanted : OMNI_VERIFY_DEFAULT_DEPTH;
    const size_t ends = complete ? 2 : 1; /* the leaf, and the anchor if there is one */

    if (search->length > limit + ends)
        omni_findings_add(findings, OTLS_VERIFY_DEPTH, (int32_t)limit + 1,
                          omni_path_at(search, limit + 1), NULL);
}

static void check_name(const omni_search *search, omni_findings *findings)
{
    const omni_verify_request *request = search->request;
    const otls_certificate *leaf = omni_path_at(search, 0);
    const unsigned flags = omni_verify_match_flags(request);

    if (request->name != NULL && !omni_host_name_matches(&leaf->x509, request->name, flags))
        omni_findings_add(findings, OTLS_VERIFY_NAME_MISMATCH, 0, leaf, NULL);
}

otls_status omni_path_check(omni_search *search, bool complete, omni_findings *findings,
                            otls_error *err)
{
    for (size_t depth = 0; depth < search->length; depth++) {
        check_form(search, depth, findings);
        check_validity(search, depth, findings);
        check_strength(search, depth, findings);
        omni_path_check_usage(search, depth, findings);
        if (depth != 0)
            check_issuer(search, depth, findings);
        omni_path_check_profile(search, depth, findings);
    }
    check_path_lengths(search, findings);
    check_depth(search, complete, findings);
    check_name(search, findings);
    omni_path_check_names(search, findings);
    if (complete)
        omni_path_check_policies(search, findings);
    OMNI_TRY(omni_path_check_crls(search, findings, err));
    return omni_path_check_pins(search, findings, err);
}
