/* SPDX-License-Identifier: MIT */
/*
 * Revocation by CRL, RFC 5280 6.3: asked for means required. A certificate is good only if current
 * lists of whoever is responsible for it, each signed by a key that may, cover it together for every
 * reason, and none of them names it; delta lists change what the complete ones say. Anything else is
 * "unknown", which refuses.
 */
#include "verify/crl.h"

#include "base/base.h"
#include "x509/x509.h"

/* Why a list does not count; the highest is what a person should hear. */
typedef enum crl_use {
    CRL_NONE,
    CRL_DELTA,
    CRL_KIND,
    CRL_SIGNATURE,
    CRL_RULE,
    CRL_EARLY,
    CRL_LATE,
    CRL_WEAK, /* it may revoke, and nothing else */
    CRL_GOOD
} crl_use;

static const char *use_words(crl_use use)
{
    static const char *const words[] = {
        [CRL_NONE] = "is covered by no revocation list",
        [CRL_DELTA] = "is covered only by a delta revocation list, without the list it changes",
        [CRL_KIND] = "is covered only by a revocation list that does not apply to it",
        [CRL_SIGNATURE] = "is covered only by a revocation list that its issuer did not sign",
        [CRL_RULE] = "is covered only by a revocation list that breaks a rule of the profile",
        [CRL_EARLY] = "is covered only by a revocation list that is not yet valid",
        [CRL_LATE] = "is covered only by a revocation list that has expired",
        [CRL_WEAK] = "is covered only by a revocation list whose digest is too weak for the security level",
        [CRL_GOOD] = "is covered by revocation lists for some reasons only",
    };

    return words[use];
}

/* What the lists say so far of one certificate. */
typedef struct crl_state {
    size_t depth;
    const omni_x509 *cert;
    uint64_t issuer_hash; /* the certificate's, as the lists have theirs */
    crl_use best;
    const char *words, *section; /* of the rule that one breaks; NULL */
    uint16_t reasons; /* it is covered for */
    bool revoked;
} crl_state;

static otls_status use_of(omni_search *search, crl_state *state, omni_crl *crl,
                          uint16_t reasons, crl_use *use, otls_error *err)
{
    const int64_t now = search->request->time;
    bool good;

    *use = CRL_KIND;
    if (reasons == 0)
        return OTLS_OK;
    *use = CRL_SIGNATURE;
    OMNI_TRY(omni_crl_signed(search, state->depth, crl, &good, err));
    if (!good)
        return OTLS_OK;
    *use = CRL_RULE;
    if (omni_profile_list(search->request, crl, &state->words, &state->section))
        return OTLS_OK;
    *use = now < crl->this_update ? CRL_EARLY : now > crl->next_update ? CRL_LATE : CRL_GOOD;
    if (*use == CRL_GOOD && /* the signer's key is in a path, where it is weighed */
        omni_strength_of_hash(crl->signature_algorithm.hash) < omni_path_strength(search))
        *use = CRL_WEAK;
    return OTLS_OK;
}

/* ---- delta lists, 5.2.4 --------------------------------------------------------------------- */

static bool same_or_absent(otls_slice a, otls_slice b)
{
    return (a.data == NULL) == (b.data == NULL) && (a.data == NULL || omni_slice_equal(a, b));
}

/* 6.3.3 (c), and the numbers of 5.2.4: is it for this complete list? */
static bool changes(const omni_crl *delta, const omni_crl *complete)
{
    return delta->delta && !delta->unusable && delta->base.data != NULL &&
           delta->number.data != NULL && complete->number.data != NULL &&
           delta->issuer_hash == complete->issuer_hash &&
           omni_dn_equal(delta->issuer, complete->issuer) &&
           same_or_absent(delta->issuing_point, complete->issuing_point) &&
           same_or_absent(delta->authority_key_id, complete->authority_key_id) &&
           omni_der_compare(complete->number, delta->base) >= 0 &&
           omni_der_compare(complete->number, delta->number) < 0;
}

static bool is_newer(otls_slice number, otls_slice than)
{
    return than.data == NULL || omni_der_compare(number, than) > 0;
}

/* (i), (j): what the newest of the complete list's deltas says, and where they are silent, the list. */
static otls_status look_up(omni_search *search, crl_state *state, const omni_crl *complete,
                           uint16_t reasons, omni_crl_entry *entry, otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    const omni_crl_entry before = omni_crl_find(complete, state->cert->issuer, state->cert->serial);
    otls_slice newest = {.data = NULL}, weak = {.data = NULL}; /* numbers */

    *entry = before;
    for (size_t i = 0; i < trust->crl_count; i++) {
        omni_crl *delta = trust->crls[i];
        omni_crl_entry said;
        crl_use use;

        if (!changes(delta, complete) || !is_newer(delta->number, newest))
            continue;
        OMNI_TRY(use_of(search, state, delta, reasons, &use, err));
        if (use != CRL_GOOD && use != CRL_WEAK)
            continue;
        said = omni_crl_find(delta, state->cert->issuer, state->cert->serial);
        if (use == CRL_WEAK) {
            if (said == OMNI_CRL_REVOKED && is_newer(delta->number, weak))
                weak = delta->number;
            continue;
        }
        newest = delta->number;
        *entry = said != OMNI_CRL_ABSENT ? said : before; /* what an older delta said is over */
    }
    if (weak.data != NULL && is_newer(weak, newest))
        *entry = OMNI_CRL_REVOKED;
    return OTLS_OK;
}

/* ---- one certificate ------------------------------------------------------------------------ */

static otls_status add_list(omni_search *search, crl_state *state, omni_crl *crl, otls_error *err)
{
    omni_crl_entry entry;
    omni_crl_scope scope;
    crl_use use;

    if (!crl->indirect && crl->issuer_hash != state->issuer_hash)
        return OTLS_OK; /* no point of the certificate's can relate it; there are thousands of them */
    OMNI_TRY(omni_crl_scope_of(crl, state->cert, &scope, err));
    if (!scope.related)
        return OTLS_OK;
    if (crl->delta)
        use = CRL_DELTA;
    else
        OMNI_TRY(use_of(search, state, crl, scope.reasons, &use, err));
    if (use > state->best)
        state->best = use;
    if (use != CRL_GOOD && use != CRL_WEAK)
        return OTLS_OK;
    OMNI_TRY(look_up(search, state, crl, scope.reasons, &entry, err));
    state->revoked = entry == OMNI_CRL_REVOKED;
    if (use == CRL_GOOD)
        state->reasons |= scope.reasons;
    return OTLS_OK;
}

static otls_status check_certificate(omni_search *search, size_t depth, omni_findings *findings,
                                     otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    const otls_certificate *cert = omni_path_at(search, depth);
    crl_state state = {.depth = depth,
                       .cert = &cert->x509,
                       .issuer_hash = omni_dn_hash(cert->x509.issuer)};

    for (size_t i = 0; trust != NULL && i < trust->crl_count && !state.revoked; i++)
        OMNI_TRY(add_list(search, &state, trust->crls[i], err));
    if (state.revoked)
        omni_findings_add(findings, OTLS_VERIFY_REVOKED, (int32_t)depth, cert, NULL);
    else if (state.reasons != OMNI_CRL_REASONS)
        omni_findings_add_rule(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, (int32_t)depth, cert,
                               state.best == CRL_RULE ? state.words : use_words(state.best),
                               state.best == CRL_RULE ? state.section : NULL);
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
