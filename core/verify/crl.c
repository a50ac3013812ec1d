/* SPDX-License-Identifier: MIT */
/*
 * Revocation by CRL, RFC 5280 6.3: asked for means required. A certificate is good only if a
 * current list of its issuer, signed by that issuer's key in this path, covers it and does not name
 * it. Indirect lists, lists by reason and delta lists are not used; where only those exist the
 * verdict is "unknown", which refuses.
 */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

/* Why a list does not count; the highest is what a person should hear. */
typedef enum crl_use {
    CRL_NONE,
    CRL_DELTA,
    CRL_KIND,
    CRL_SIGNATURE,
    CRL_EARLY,
    CRL_LATE,
    CRL_GOOD
} crl_use;

static const char *use_words(crl_use use)
{
    static const char *const words[] = {
        [CRL_NONE] = "is covered by no revocation list",
        [CRL_DELTA] = "is covered only by a delta revocation list, which is not used",
        [CRL_KIND] = "is covered only by a revocation list that does not apply to it",
        [CRL_SIGNATURE] = "is covered only by a revocation list that its issuer did not sign",
        [CRL_EARLY] = "is covered only by a revocation list that is not yet valid",
        [CRL_LATE] = "is covered only by a revocation list that has expired",
        [CRL_GOOD] = "",
    };

    return words[use];
}

/* Does one of the list's names of its distribution point stand among the certificate's? 6.3.3 (b)
 */
static bool names_meet(otls_slice list_point, otls_slice cert_point)
{
    omni_der a = omni_der_of(list_point), b = omni_der_of(cert_point);
    omni_tlv full_a, full_b, name_a, name_b;

    if (!omni_der_take(&a, OMNI_DER_CONTEXT_CONSTRUCTED(0), &full_a) ||
        !omni_der_take(&b, OMNI_DER_CONTEXT_CONSTRUCTED(0), &full_b))
        return false;
    for (a = omni_der_of(full_a.value); omni_der_next(&a, &name_a);)
        for (b = omni_der_of(full_b.value); omni_der_next(&b, &name_b);)
            if (omni_slice_equal(name_a.whole, name_b.whole))
                return true;
    return false;
}

static bool point_applies(const omni_crl *crl, const omni_x509 *cert)
{
    omni_der list, point;
    omni_tlv name;

    if (crl->distribution_point.data == NULL)
        return true;
    if (!omni_der_only(cert->crl_distribution_points, OMNI_DER_SEQUENCE, &list))
        return false;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &point))
        if (omni_der_take(&point, OMNI_DER_CONTEXT_CONSTRUCTED(0), &name) &&
            names_meet(crl->distribution_point, name.value))
            return true;
    return false;
}

static bool applies(const omni_crl *crl, const omni_x509 *cert)
{
    return !crl->unusable && !(crl->only_user && cert->is_ca) &&
           !(crl->only_authority && !cert->is_ca) && point_applies(crl, cert);
}

static bool signed_by(const omni_crl *crl, otls_slice spki)
{
    const omni_crl_signer *signer = atomic_load_explicit(&crl->signer, memory_order_acquire);

    return signer != NULL && signer->size == spki.size &&
           memcmp(signer->spki, spki.data, spki.size) == 0;
}

/* A good signature is good whichever engine checked it; the first key is remembered. */
static void note_signer(omni_crl *crl, otls_slice spki)
{
    omni_crl_signer *expected = NULL;
    omni_crl_signer *signer = omni_malloc(sizeof(*signer) + spki.size);

    if (signer == NULL)
        return;
    signer->size = spki.size;
    memcpy(signer->spki, spki.data, spki.size);
    if (!atomic_compare_exchange_strong_explicit(&crl->signer, &expected, signer,
                                                 memory_order_acq_rel, memory_order_acquire))
        omni_free(signer);
}

static otls_status check_signature(omni_search *search, omni_crl *crl, const omni_path_step *issuer,
                                   bool *good, otls_error *err)
{
    const omni_x509 *cert = &issuer->certificate->x509;
    otls_error native = OTLS_ERROR_INIT;
    otls_status status;

    *good = false;
    if (cert->has_key_usage && (cert->key_usage & OTLS_KU_CRL_SIGN) == 0)
        return OTLS_OK; /* 6.3.3 (f) */
    *good = signed_by(crl, cert->spki);
    if (*good || crl->signature_algorithm.kind == 0)
        return OTLS_OK;
    if (search->signature_count >= OMNI_PATH_SIGNATURE_MAX) {
        search->exhausted = true;
        return OTLS_OK;
    }
    status = omni_path_signature(search, issuer, &crl->signature_algorithm, crl->tbs,
                                 crl->signature, &native);
    *good = status == OTLS_OK;
    if (*good)
        note_signer(crl, cert->spki);
    if (status == OTLS_E_NOMEM || status == OTLS_E_INTERNAL) {
        if (err != NULL)
            *err = native;
        return status;
    }
    return OTLS_OK;
}

static otls_status use_of(omni_search *search, omni_crl *crl, const omni_x509 *cert,
                          const omni_path_step *issuer, crl_use *use, otls_error *err)
{
    const int64_t now = search->request->time;
    bool good;

    *use = CRL_KIND;
    if (!applies(crl, cert))
        return OTLS_OK;
    *use = CRL_SIGNATURE;
    OMNI_TRY(check_signature(search, crl, issuer, &good, err));
    if (!good)
        return OTLS_OK;
    *use = now < crl->this_update ? CRL_EARLY : now > crl->next_update ? CRL_LATE : CRL_GOOD;
    return OTLS_OK;
}

static otls_status check_certificate(omni_search *search, size_t depth, omni_findings *findings,
                                     otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    const otls_certificate *cert = omni_path_at(search, depth);
    const omni_path_step *issuer = &search->path[depth + 1].step;
    const uint64_t hash = omni_dn_hash(cert->x509.issuer);
    crl_use best = trust != NULL && trust->delta_count != 0 ? CRL_DELTA : CRL_NONE;

    for (size_t i = 0; trust != NULL && i < trust->crl_count; i++) {
        omni_crl *crl = trust->crls[i];
        crl_use use;

        if (crl->issuer_hash != hash || !omni_dn_equal(crl->issuer, cert->x509.issuer))
            continue;
        OMNI_TRY(use_of(search, crl, &cert->x509, issuer, &use, err));
        if (use == CRL_GOOD && omni_crl_has(crl, cert->x509.serial)) {
            omni_findings_add(findings, OTLS_VERIFY_REVOKED, (int32_t)depth, cert, NULL);
            return OTLS_OK;
        }
        if (use > best)
            best = use;
    }
    if (best != CRL_GOOD)
        omni_findings_add(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, (int32_t)depth, cert,
                          use_words(best));
    return OTLS_OK;
}

otls_status omni_path_check_crls(omni_search *search, omni_findings *findings, otls_error *err)
{
    const unsigned flags = search->request->flags;
    const omni_path_step *last = &search->path[search->length - 1].step;
    size_t count = 0;

    if (flags & OTLS_VERIFY_OPTION_CRL_CHAIN)
        count = search->length;
    else if (flags & OTLS_VERIFY_OPTION_CRL_LEAF)
        count = 1;
    for (size_t depth = 0; depth < count && depth + 1 < search->length; depth++)
        OMNI_TRY(check_certificate(search, depth, findings, err));
    if (count == search->length && last->anchor == NULL) /* no issuer, so no list of its */
        omni_findings_add(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, (int32_t)search->length - 1,
                          last->certificate, use_words(CRL_NONE));
    return OTLS_OK;
}
