/* SPDX-License-Identifier: MIT */
/*
 * Which certificates a list covers, and for which reasons: RFC 5280 6.3.3 (b) and (d). Each
 * distribution point of the certificate is held to the list, and at last the point that 6.3.3 assumes
 * behind them all: the issuer's name, for every reason.
 */
#include "base/base.h"
#include "verify/crl.h"
#include "x509/x509.h"

#include <string.h>

typedef struct point {
    otls_slice name;       /* DistributionPointName, content; data NULL = absent */
    otls_slice crl_issuer; /* GeneralNames, content; data NULL = absent */
    uint16_t reasons;
} point;

/* Its form has been looked at when the certificate was read; of a broken one on an anchor nothing
 * follows. */
static bool take_point(omni_der *list, point *out)
{
    omni_der inside;
    omni_tlv part;

    *out = (point){.reasons = OMNI_CRL_REASONS};
    if (!omni_der_enter(list, OMNI_DER_SEQUENCE, &inside))
        return false;
    if (omni_der_take(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(0), &part))
        out->name = part.value;
    if (omni_der_take(&inside, OMNI_DER_CONTEXT(1), &part) &&
        !omni_crl_reasons(part.value, &out->reasons))
        return false;
    if (omni_der_take(&inside, OMNI_DER_CONTEXT_CONSTRUCTED(2), &part))
        out->crl_issuer = part.value;
    return omni_der_at_end(&inside);
}

/* ---- names of points ------------------------------------------------------------------------ */

enum { HEADER_MAX = 4, COMPOSED_MAX = 0xffff }; /* of what is that small */

/* The GeneralNames of a DistributionPointName, content; `block`: what had to be put together. */
typedef struct point_names {
    otls_slice list;
    uint8_t *block;
} point_names;

static size_t header_size(size_t size)
{
    uint8_t unused[OMNI_DER_HEADER_MAX];

    return omni_der_header(unused, 0, size);
}

/* 4.2.1.13: the issuer's name with one RDN more. One that is too large matches nothing. */
static otls_status compose(otls_slice issuer, otls_slice rdn, point_names *out, otls_error *err)
{
    const size_t room = issuer.size + rdn.size + 3 * HEADER_MAX;
    omni_der rdns;
    size_t set, name, at = 0;

    if (room > COMPOSED_MAX || !omni_der_only(issuer, OMNI_DER_SEQUENCE, &rdns))
        return OTLS_OK;
    out->block = omni_malloc(room);
    if (out->block == NULL)
        return omni_fail_nomem(err);
    set = header_size(rdn.size) + rdn.size;
    name = (size_t)(rdns.end - rdns.at) + set;
    at += omni_der_header(out->block, OMNI_DER_CONTEXT_CONSTRUCTED(4), header_size(name) + name);
    at += omni_der_header(out->block + at, OMNI_DER_SEQUENCE, name);
    memcpy(out->block + at, rdns.at, name - set);
    at += name - set;
    at += omni_der_header(out->block + at, OMNI_DER_SET, rdn.size);
    memcpy(out->block + at, rdn.data, rdn.size);
    out->list = (otls_slice){.data = out->block, .size = at + rdn.size};
    return OTLS_OK;
}

/* `issuer`: what a relative name is relative to; data NULL = nothing, so that it matches nothing. */
static otls_status read_names(otls_slice name, otls_slice issuer, point_names *out, otls_error *err)
{
    omni_der choice = omni_der_of(name);
    omni_tlv chosen;

    *out = (point_names){.block = NULL};
    if (!omni_der_next(&choice, &chosen) || !omni_der_at_end(&choice))
        return OTLS_OK;
    if (chosen.tag == OMNI_DER_CONTEXT_CONSTRUCTED(0))
        out->list = chosen.value;
    else if (chosen.tag == OMNI_DER_CONTEXT_CONSTRUCTED(1) && issuer.data != NULL &&
             omni_rdn_ok(chosen.value))
        return compose(issuer, chosen.value, out, err);
    return OTLS_OK;
}

static bool same_general_name(const omni_tlv *a, const omni_tlv *b)
{
    if (a->tag == OMNI_DER_CONTEXT_CONSTRUCTED(4) && b->tag == a->tag)
        return omni_dn_equal(a->value, b->value);
    return omni_slice_equal(a->whole, b->whole);
}

static bool meet(otls_slice list_a, otls_slice list_b)
{
    omni_der a = omni_der_of(list_a);
    omni_tlv name_a, name_b;

    while (omni_der_next(&a, &name_a))
        for (omni_der b = omni_der_of(list_b); omni_der_next(&b, &name_b);)
            if (same_general_name(&name_a, &name_b))
                return true;
    return false;
}

/* The only directory name among them; data NULL when there is none, or more than one (4.2.1.13: then
 * no relative name may be used). */
static otls_slice only_directory(otls_slice names)
{
    omni_der list = omni_der_of(names);
    otls_slice found = {.data = NULL};
    omni_tlv name;

    while (omni_der_next(&list, &name)) {
        if (name.tag != OMNI_DER_CONTEXT_CONSTRUCTED(4))
            continue;
        if (found.data != NULL)
            return (otls_slice){.data = NULL};
        found = name.value;
    }
    return found;
}

/* ---- 6.3.3 (b) ------------------------------------------------------------------------------ */

/* (b) (1): the list is by the point's cRLIssuer, and then an indirect one, or by the issuer. */
static bool right_issuer(const omni_crl *crl, const omni_x509 *cert, const point *at)
{
    omni_der list = omni_der_of(at->crl_issuer);
    omni_tlv name;

    if (at->crl_issuer.data == NULL)
        return omni_dn_equal(crl->issuer, cert->issuer);
    while (crl->indirect && omni_der_next(&list, &name))
        if (name.tag == OMNI_DER_CONTEXT_CONSTRUCTED(4) && omni_dn_equal(name.value, crl->issuer))
            return true;
    return false;
}

/* (b) (2) (i): a name of the list's point among the names of the certificate's, or, where that has
 * none, among its cRLIssuer's. */
static otls_status right_point(const omni_crl *crl, const omni_x509 *cert, const point *at,
                               bool *right, otls_error *err)
{
    point_names ours = {.block = NULL}, theirs = {.block = NULL};
    otls_status status;

    *right = crl->distribution_point.data == NULL;
    if (*right)
        return OTLS_OK;
    status = read_names(crl->distribution_point, crl->issuer, &ours, err);
    if (status == OTLS_OK && at->name.data == NULL)
        theirs.list = at->crl_issuer;
    else if (status == OTLS_OK)
        status = read_names(at->name,
                            at->crl_issuer.data != NULL ? only_directory(at->crl_issuer)
                                                        : cert->issuer,
                            &theirs, err);
    *right = status == OTLS_OK && meet(ours.list, theirs.list);
    omni_free(ours.block);
    omni_free(theirs.block);
    return status;
}

static otls_status add_point(const omni_crl *crl, const omni_x509 *cert, const point *at,
                             omni_crl_scope *out, otls_error *err)
{
    bool right;

    if (!right_issuer(crl, cert, at))
        return OTLS_OK;
    out->related = true;
    OMNI_TRY(right_point(crl, cert, at, &right, err));
    if (right) /* (d) */
        out->reasons |= crl->reasons & at->reasons;
    return OTLS_OK;
}

otls_status omni_crl_scope_of(const omni_crl *crl, const omni_x509 *cert, omni_crl_scope *out,
                              otls_error *err)
{
    /* "fullName" of it is the issuer's, which a list of another point does not bear */
    const point assumed = {.reasons = OMNI_CRL_REASONS};
    omni_der list;
    point at;

    *out = (omni_crl_scope){.related = false};
    if (cert->crl_distribution_points.data != NULL &&
        omni_der_only(cert->crl_distribution_points, OMNI_DER_SEQUENCE, &list))
        while (take_point(&list, &at))
            OMNI_TRY(add_point(crl, cert, &at, out, err));
    OMNI_TRY(add_point(crl, cert, &assumed, out, err));
    if (crl->unusable || (crl->only_user && cert->is_ca) || (crl->only_authority && !cert->is_ca))
        out->reasons = 0; /* (b) (2) (ii) to (iv) */
    return OTLS_OK;
}
