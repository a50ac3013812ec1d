/* SPDX-License-Identifier: MIT */
/*
 * Revocation by CRL, RFC 5280 6.3: asked for means required. A certificate is good only if a
 * current list of its issuer, signed by that issuer's key in this path, covers it and does not name
 * it. Indirect lists, lists by reason and delta lists are not used; where only those exist the
 * verdict is "unknown", which refuses.
 */
#include "alloc.h"
#include "crl.h"
#include "der.h"
#include "fail.h"
#include "path.h"

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
    otls_der a = otls_der_of(list_point), b = otls_der_of(cert_point);
    otls_tlv full_a, full_b, name_a, name_b;

    if (!otls_der_take(&a, OTLS_DER_CONTEXT_CONSTRUCTED(0), &full_a) ||
        !otls_der_take(&b, OTLS_DER_CONTEXT_CONSTRUCTED(0), &full_b))
        return false;
    for (a = otls_der_of(full_a.value); otls_der_next(&a, &name_a);)
        for (b = otls_der_of(full_b.value); otls_der_next(&b, &name_b);)
            if (otls_slice_equal(name_a.whole, name_b.whole))
                return true;
    return false;
}

static bool point_applies(const otls_crl *crl, const otls_x509 *cert)
{
    otls_der list, point;
    otls_tlv name;

    if (crl->distribution_point.data == NULL)
        return true;
    if (!otls_der_only(cert->crl_distribution_points, OTLS_DER_SEQUENCE, &list))
        return false;
    while (otls_der_enter(&list, OTLS_DER_SEQUENCE, &point))
        if (otls_der_take(&point, OTLS_DER_CONTEXT_CONSTRUCTED(0), &name) &&
            names_meet(crl->distribution_point, name.value))
            return true;
    return false;
}

static bool applies(const otls_crl *crl, const otls_x509 *cert)
{
    return !crl->unusable && !(crl->only_user && cert->is_ca) &&
           !(crl->only_authority && !cert->is_ca) && point_applies(crl, cert);
}

static bool signed_by(const otls_crl *crl, otls_slice spki)
{
    const otls_crl_signer *signer = atomic_load_explicit(&crl->signer, memory_order_acquire);

    return signer != NULL && signer->size == spki.size &&
           memcmp(signer->spki, spki.data, spki.size) == 0;
}

/* A good signature is good whichever engine checked it; the first key is remembered. */
static void note_signer(otls_crl *crl, otls_slice spki)
{
    otls_crl_signer *expected = NULL;
    otls_crl_signer *signer = otls_malloc(sizeof(*signer) + spki.size);

    if (signer == NULL)
        return;
    signer->size = spki.size;
    memcpy(signer->spki, spki.data, spki.size);
    if (!atomic_compare_exchange_strong_explicit(&crl->signer, &expected, signer,
                                                 memory_order_acq_rel, memory_order_acquire))
        otls_free(signer);
}

static otls_status check_signature(otls_search *search, otls_crl *crl, const otls_path_step *issuer,
                                   bool *good, otls_error *err)
{
    const otls_x509 *cert = &issuer->certificate->x509;
    otls_error native = OTLS_ERROR_INIT;
    otls_status status;

    *good = false;
    if (cert->has_key_usage && (cert->key_usage & OTLS_KU_CRL_SIGN) == 0)
        return OTLS_OK; /* 6.3.3 (f) */
    *good = signed_by(crl, cert->spki);
    if (*good || crl->signature_algorithm.kind == 0)
        return OTLS_OK;
    if (search->signature_count >= OTLS_PATH_SIGNATURE_MAX) {
        search->exhausted = true;
        return OTLS_OK;
    }
    status = otls_path_signature(search, issuer, &crl->signature_algorithm, crl->tbs,
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

static otls_status use_of(otls_search *search, otls_crl *crl, const otls_x509 *cert,
                          const otls_path_step *issuer, crl_use *use, otls_error *err)
{
    const int64_t now = search->request->time;
    bool good;

    *use = CRL_KIND;
    if (!applies(crl, cert))
        return OTLS_OK;
    *use = CRL_SIGNATURE;
    OTLS_TRY(check_signature(search, crl, issuer, &good, err));
    if (!good)
        return OTLS_OK;
    *use = now < crl->this_update ? CRL_EARLY : now > crl->next_update ? CRL_LATE : CRL_GOOD;
    return OTLS_OK;
}

static otls_status check_certificate(otls_search *search, size_t depth, otls_findings *findings,
                                     otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    const otls_certificate *cert = otls_path_at(search, depth);
    const otls_path_step *issuer = &search->path[depth + 1].step;
    const uint64_t hash = otls_name_hash(cert->x509.issuer);
    crl_use best = trust != NULL && trust->delta_count != 0 ? CRL_DELTA : CRL_NONE;

    for (size_t i = 0; trust != NULL && i < trust->crl_count; i++) {
        otls_crl *crl = trust->crls[i];
        crl_use use;

        if (crl->issuer_hash != hash || !otls_name_equal(crl->issuer, cert->x509.issuer))
            continue;
        OTLS_TRY(use_of(search, crl, &cert->x509, issuer, &use, err));
        if (use == CRL_GOOD && otls_crl_has(crl, cert->x509.serial)) {
            otls_findings_add(findings, OTLS_VERIFY_REVOKED, (int32_t)depth, cert, NULL);
            return OTLS_OK;
        }
        if (use > best)
            best = use;
    }
    if (best != CRL_GOOD)
        otls_findings_add(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, (int32_t)depth, cert,
                          use_words(best));
    return OTLS_OK;
}

otls_status otls_path_check_crls(otls_search *search, otls_findings *findings, otls_error *err)
{
    const unsigned flags = search->request->flags;
    const otls_path_step *last = &search->path[search->length - 1].step;
    size_t count = 0;

    if (flags & OTLS_VERIFY_OPTION_CRL_CHAIN)
        count = search->length;
    else if (flags & OTLS_VERIFY_OPTION_CRL_LEAF)
        count = 1;
    for (size_t depth = 0; depth < count && depth + 1 < search->length; depth++)
        OTLS_TRY(check_certificate(search, depth, findings, err));
    if (count == search->length && last->anchor == NULL) /* no issuer, so no list of its */
        otls_findings_add(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, (int32_t)search->length - 1,
                          last->certificate, use_words(CRL_NONE));
    return OTLS_OK;
}
