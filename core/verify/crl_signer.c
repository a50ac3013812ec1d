/* SPDX-License-Identifier: MIT */
/*
 * Who signed a list, RFC 5280 6.3.3 (f) and (g). Mostly the key that issued the certificate. An
 * authority may keep another key for its lists, or leave them to somebody else (indirect ones): then a
 * certificate for that key, presented or an anchor, must have a path of its own to the same anchor.
 */
#include "base/base.h"
#include "verify/crl.h"
#include "x509/x509.h"

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
    if (search->signature_count >= search->signature_max) {
        search->exhausted = true;
        return OTLS_OK;
    }
    status = omni_path_signature(search, issuer, &crl->signature_algorithm, crl->tbs,
                                 crl->signature, &native);
    *good = status == OTLS_OK;
    if (*good)
        note_signer(crl, cert->spki);
    if (omni_crypto_answered(status))
        return OTLS_OK;
    omni_error_give(err, &native);
    return status;
}

/* ---- another key ---------------------------------------------------------------------------- */

static bool same_anchor(const omni_search *a, const omni_search *b)
{
    const omni_path_step *last_a = &a->path[a->length - 1].step,
                         *last_b = &b->path[b->length - 1].step;

    return last_a->anchor != NULL && last_a->anchor == last_b->anchor;
}

/* The path of a signer: no name, no purpose, no lists of its own. */
static omni_verify_request signer_request(const omni_verify_request *request,
                                          const otls_certificate **chain)
{
    omni_verify_request out = *request;

    out.chain = chain;
    out.purpose = OTLS_PURPOSE_ANY;
    out.name = NULL;
    out.pins = NULL;
    out.pin_count = 0;
    out.flags &= (unsigned)OTLS_VERIFY_OPTION_PARTIAL_CHAIN;
    return out;
}

/* What it costs counts as the search's own. */
static otls_status has_path(omni_search *search, const otls_certificate *signer, bool *good,
                            otls_error *err)
{
    const otls_certificate *chain[OMNI_PATH_SENT_MAX];
    omni_verify_request request;
    omni_search *other = omni_malloc(sizeof(*other));
    otls_status status;
    bool found = false;

    *good = false;
    if (other == NULL)
        return omni_fail_nomem(err);
    chain[0] = signer;
    for (size_t i = 1; i < search->sent_count; i++)
        chain[i] = search->request->chain[i];
    request = signer_request(search->request, chain);
    omni_search_begin(other, &request);
    other->signature_count = search->signature_count;
    other->signature_max = search->signature_max;
    other->expansion_count = search->expansion_count;
    other->name_check_count = search->name_check_count;
    status = omni_path_search(other, &found, err);
    search->signature_count = other->signature_count;
    search->expansion_count = other->expansion_count;
    search->name_check_count = other->name_check_count;
    search->exhausted |= other->exhausted;
    *good = status == OTLS_OK && found && same_anchor(search, other);
    omni_path_finish(other);
    omni_free(other);
    return status;
}

/* Not the certificate in question, not the key that has been tried, and no other than the one that
 * the list names. */
static bool may_be_signer(const omni_search *search, size_t depth, const omni_crl *crl,
                          const omni_x509 *cert)
{
    const omni_x509 *issuer = &omni_path_at(search, depth + 1)->x509;

    if (omni_slice_equal(cert->der, omni_path_at(search, depth)->x509.der) ||
        omni_slice_equal(cert->spki, issuer->spki) || !omni_dn_equal(cert->subject, crl->issuer))
        return false;
    return crl->authority_key_id.data == NULL || cert->subject_key_id.data == NULL ||
           omni_slice_equal(crl->authority_key_id, cert->subject_key_id);
}

static otls_status try_signer(omni_search *search, size_t depth, omni_crl *crl,
                              const omni_path_step *step, bool *good, otls_error *err)
{
    if (step->certificate == NULL || !may_be_signer(search, depth, crl, &step->certificate->x509))
        return OTLS_OK;
    OMNI_TRY(check_signature(search, crl, step, good, err));
    return *good ? has_path(search, step->certificate, good, err) : OTLS_OK;
}

static otls_status try_presented(omni_search *search, size_t depth, omni_crl *crl, bool *good,
                                 otls_error *err)
{
    for (size_t i = 1; i < search->sent_count && !*good; i++) {
        const omni_path_step step = {.certificate = search->request->chain[i], .sent = (uint16_t)i};

        OMNI_TRY(try_signer(search, depth, crl, &step, good, err));
    }
    return OTLS_OK;
}

static otls_status try_anchors(omni_search *search, size_t depth, omni_crl *crl, bool *good,
                               otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    size_t first, end = omni_trust_range(trust, crl->issuer_hash, &first);

    for (size_t i = first; i < end && !*good; i++) {
        omni_path_step step = {.anchor = &trust->anchors[i]};

        OMNI_TRY(omni_anchor_certificate(step.anchor, &step.certificate, err));
        OMNI_TRY(try_signer(search, depth, crl, &step, good, err));
    }
    return OTLS_OK;
}

otls_status omni_crl_signed(omni_search *search, size_t depth, omni_crl *crl, bool *good,
                            otls_error *err)
{
    const omni_path_step *issuer = &search->path[depth + 1].step;

    *good = false;
    if (omni_dn_equal(issuer->certificate->x509.subject, crl->issuer))
        OMNI_TRY(check_signature(search, crl, issuer, good, err));
    if (!*good && search->path[search->length - 1].step.anchor != NULL)
        OMNI_TRY(try_presented(search, depth, crl, good, err));
    if (!*good && search->path[search->length - 1].step.anchor != NULL)
        OMNI_TRY(try_anchors(search, depth, crl, good, err));
    return OTLS_OK;
}
