/* SPDX-License-Identifier: MIT */
/* The verdict: the search, then the best that can be said about it. */
#include "verify/verify.h"

#include "base/base.h"
#include "verify/by_engine.h"
#include "verify/path.h"

#include <stdio.h>

void omni_verdict_clear(otls_verdict *verdict)
{
    omni_chain_free(verdict->chain);
    omni_chain_free(verdict->path);
    omni_free(verdict->path_flags);
    verdict->chain = verdict->path = NULL;
    verdict->path_flags = NULL;
    omni_free(verdict->policies);
    verdict->policies = NULL;
    verdict->policy_count = 0;
    omni_verdict_hush(verdict);
}

/* The path, which is the chain as well where it is `complete`. False: no memory; there is neither. */
static bool take_path(otls_verdict *verdict, const otls_certificate *const *path, size_t count,
                      bool complete)
{
    if (count == 0)
        return true;
    verdict->path_flags = omni_calloc(count, sizeof(*verdict->path_flags));
    if (verdict->path_flags == NULL || !omni_chain_new(&verdict->path, path, count)) {
        omni_verdict_clear(verdict);
        return false;
    }
    if (complete)
        verdict->chain = omni_chain_ref(verdict->path);
    return true;
}

static void verdict_begin(otls_verdict *verdict)
{
    verdict->flags = 0;
    verdict->depth = -1;
    verdict->alert = 0;
    verdict->text = NULL;
    verdict->chain = verdict->path = NULL;
    verdict->path_flags = NULL;
    verdict->policy_count = 0;
    verdict->signatures = verdict->expansions = verdict->name_comparisons = 0;
    verdict->signatures_max = 0;
    verdict->rule = verdict->advice = NULL;
    verdict->policies = NULL;
}

static uint32_t most_certificates(const omni_verify_request *request)
{
    return request->max_certificates != 0 ? request->max_certificates : OTLS_CHAIN_CERTIFICATES;
}

static uint32_t most_bytes(const omni_verify_request *request)
{
    return request->max_bytes != 0 ? request->max_bytes : OTLS_CHAIN_BYTES;
}

bool omni_verify_permitted(const omni_verify_request *request)
{
    return request->chain_bytes <= most_bytes(request) &&
           request->chain_count <= most_certificates(request);
}

static size_t undecodable(const omni_verify_request *request)
{
    size_t i = 0;

    while (i < request->chain_count && request->chain[i] != NULL)
        i++;
    return i;
}

/* The first certificate whose key no engine must compute with, or whose form some engine's decoder
 * gives up on; also without verification, where the handshake would, and for the engine's own
 * verifier. */
static void refuse_faulty(const omni_verify_request *request, omni_findings *findings)
{
    for (size_t i = 0; i < request->chain_count && findings->flags == 0; i++) {
        const otls_certificate *cert = request->chain[i];

        omni_findings_add_key_fault(findings, (int32_t)i, cert);
        if (findings->flags == 0 && cert->x509.form_fault != OMNI_FORM_FAULT_NONE)
            omni_findings_add_rule(findings,
                                   cert->x509.form_fault == OMNI_FORM_FAULT_SIZE
                                       ? OTLS_VERIFY_LIMIT
                                       : OTLS_VERIFY_MALFORMED,
                                   (int32_t)i, cert, omni_form_fault_words(cert->x509.form_fault),
                                   omni_form_fault_section(cert->x509.form_fault));
    }
}

static const char *limit_words(const omni_verify_request *request, char out[96])
{
    (void)snprintf(out, 96, "more was presented than %u certificates or %u bytes",
                   (unsigned)most_certificates(request), (unsigned)most_bytes(request));
    return out;
}

/*
 * Engines stop at a list that is too long or that they cannot read, each at its own point. So that
 * all give one answer, none of that gets as far as the search for a path.
 */
bool omni_verify_presented(const omni_verify_request *request, otls_verdict *verdict)
{
    omni_findings findings = {.depth = -1};
    char limit[96];
    size_t broken;

    verdict_begin(verdict);
    if (request->chain_count == 0)
        omni_findings_add(&findings, OTLS_VERIFY_MISSING, -1, NULL, NULL);
    else if (!omni_verify_permitted(request)) /* which of them, not every engine can see */
        omni_findings_add(&findings, OTLS_VERIFY_LIMIT, 0, NULL, limit_words(request, limit));
    else if ((broken = undecodable(request)) < request->chain_count)
        omni_findings_add(&findings, OTLS_VERIFY_MALFORMED, (int32_t)broken, NULL,
                          broken == 0 ? "the certificate cannot be decoded"
                                      : "a certificate behind the first cannot be decoded");
    else
        refuse_faulty(request, &findings);
    omni_findings_report(&findings, verdict);
    return findings.flags != 0;
}

static otls_status accept(const omni_search *search, otls_verdict *verdict, otls_error *err)
{
    const otls_certificate *path[OMNI_VERIFY_CHAIN_MAX];

    if (search->request->tell_policies)
        OMNI_TRY(omni_path_policies(search, &verdict->policies, &verdict->policy_count, err));
    for (size_t i = 0; i < search->length; i++)
        path[i] = omni_path_at(search, i);
    return take_path(verdict, path, search->length, true) ? OTLS_OK : omni_fail_nomem(err);
}

static void forget(omni_findings *findings, uint32_t flags)
{
    findings->flags &= ~flags;
    for (size_t i = 0; i < OMNI_VERIFY_CHAIN_MAX; i++)
        findings->at[i] &= ~flags;
}

static otls_status refuse(const omni_search *search, otls_verdict *verdict, otls_error *err)
{
    omni_findings findings = search->best;

    if (search->exhausted && !search->best_complete) /* why it goes no further is not known */
        forget(&findings, OTLS_VERIFY_BAD_SIGNATURE | OTLS_VERIFY_UNSUPPORTED | OTLS_VERIFY_UNKNOWN_CA |
                              OTLS_VERIFY_SELF_SIGNED | OTLS_VERIFY_DEPTH);
    if ((findings.reason & findings.flags) == 0)
        findings.reason = 0;
    if (search->exhausted)
        omni_findings_add(&findings, OTLS_VERIFY_LIMIT, 0, search->request->chain[0], NULL);
    if (findings.flags == 0) /* fail closed: no path, no acceptance */
        omni_findings_add(&findings, OTLS_VERIFY_UNKNOWN_CA, 0, search->request->chain[0], NULL);
    omni_findings_report(&findings, verdict);
    if (!take_path(verdict, search->best_path, search->best_length, search->best_complete))
        return omni_fail_nomem(err);
    for (size_t i = 0; i < omni_chain_count(verdict->path); i++)
        verdict->path_flags[i] = findings.at[i];
    return OTLS_OK;
}

static otls_status verify_uniform(const omni_verify_request *request, otls_verdict *verdict,
                                  otls_error *err)
{
    omni_search *search = omni_malloc(sizeof(*search));
    bool found = false;
    otls_status status;

    if (search == NULL)
        return omni_fail_nomem(err);
    omni_search_begin(search, request);
    status = omni_path_search(search, &found, err);
    if (status == OTLS_OK && found)
        status = accept(search, verdict, err);
    else if (status == OTLS_OK)
        status = refuse(search, verdict, err);
    verdict->signatures = (uint32_t)search->signature_count;
    verdict->expansions = (uint32_t)search->expansion_count;
    verdict->name_comparisons = (uint32_t)search->name_check_count;
    omni_path_finish(search);
    omni_free(search);
    return status;
}

otls_status omni_verify_chain(const omni_verify_request *request, otls_verdict *verdict,
                              otls_error *err)
{
    if (omni_verify_presented(request, verdict))
        return OTLS_OK;
    verdict->signatures_max = (uint32_t)omni_path_signature_max(request);
    if (request->verifier == OTLS_VERIFIER_ENGINE)
        return omni_verify_by_engine(request, verdict, err);
    return verify_uniform(request, verdict, err);
}
