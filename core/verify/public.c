/* SPDX-License-Identifier: MIT */
/* omnitls/verify.h: parameters in, a verdict object out. */
#include "base/base.h"
#include "trust/trust.h"
#include "verify/path.h"
#include "verify/verify.h"

/** The first fields that every caller has: up to `purpose`. */
#define PARAMETERS_MIN offsetof(otls_verify_parameters, backend)

/* A caller compiled against an older header has a shorter struct; the rest is as initialised. */
static otls_status read_parameters(otls_verify_parameters *out, const otls_verify_parameters *given,
                                   otls_error *err)
{
    const otls_verify_parameters initial = OTLS_VERIFY_PARAMETERS_INIT;

    *out = initial;
    if (given == NULL || given->size < PARAMETERS_MIN)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "start from OTLS_VERIFY_PARAMETERS_INIT");
    memcpy(out, given, given->size < sizeof(*out) ? given->size : sizeof(*out));
    if (out->purpose < OTLS_PURPOSE_SERVER || out->purpose > OTLS_PURPOSE_ANY)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no purpose", (int)out->purpose);
    if (out->verifier != OTLS_VERIFIER_UNIFORM && out->verifier != OTLS_VERIFIER_ENGINE)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no verifier",
                         (int)out->verifier);
    if (out->max_depth > 100 || out->security_level > 5)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "verify depth goes to 100, security level to 5");
    if (out->max_certificates > OTLS_CHAIN_CERTIFICATES_MAX ||
        out->max_bytes > OTLS_CHAIN_BYTES_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "at most %d certificates and %d bytes can be permitted",
                         OTLS_CHAIN_CERTIFICATES_MAX, OTLS_CHAIN_BYTES_MAX);
    if (out->pins == NULL && out->pin_count != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "pins are counted but not given");
    if ((out->ocsp_nonce != NULL) != (out->ocsp_nonce_size != 0) ||
        out->ocsp_nonce_size > OTLS_OCSP_NONCE_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "a nonce has 1 to %d octets (RFC 9654 2.1)", OTLS_OCSP_NONCE_MAX);
    if (out->ocsp_nonce != NULL && out->ocsp_response == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a nonce is expected of an OCSP response that is not given");
    if (out->backend == NULL)
        return otls_backend_find(&out->backend, NULL, err);
    return OTLS_OK;
}

/* As in a handshake, and after everything else: who issued the leaf is known then. */
static otls_status judge_response(const omni_verify_request *request, otls_slice response,
                                  otls_slice nonce, otls_verdict *verdict, otls_error *err)
{
    const omni_staple_request asked = {.leaf = request->chain_count != 0 ? request->chain[0] : NULL,
                                       .staple = &response,
                                       .required = true,
                                       .backend = request->backend,
                                       .time = request->time,
                                       .security_level = request->security_level,
                                       .trust = request->trust,
                                       .nonce = nonce};

    if (response.data == NULL || asked.leaf == NULL ||
        (verdict->flags != 0 && verdict->path == NULL))
        return OTLS_OK; /* not asked, or refused before anybody looked for a path */
    return omni_verify_staple(&asked, verdict, err);
}

static otls_status judge(const omni_verify_request *request, otls_slice response,
                         otls_slice nonce, otls_verdict **out, otls_error *err)
{
    otls_verdict *verdict = omni_calloc(1, sizeof(*verdict));
    otls_status status;

    if (verdict == NULL)
        return omni_fail_nomem(err);
    status = omni_verify_chain(request, verdict, err);
    if (status != OTLS_OK) {
        otls_verdict_free(verdict);
        return status;
    }
    status = judge_response(request, response, nonce, verdict, err);
    if (status != OTLS_OK) {
        otls_verdict_free(verdict);
        return status;
    }
    *out = verdict;
    return OTLS_OK;
}

otls_status otls_trust_verify(otls_trust *trust, const otls_certificate *const *chain,
                              size_t chain_count, const otls_verify_parameters *parameters,
                              otls_verdict **out, otls_error *err)
{
    otls_verify_parameters given;
    omni_verify_request request = {
        .trust = trust, .chain = chain, .chain_count = chain_count, .tell_policies = true};
    omni_reference_name name;
    char buffer[256];
    uint8_t *policies;
    otls_status status;

    if (out == NULL || (chain == NULL && chain_count != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no chain, or no place for a verdict");
    *out = NULL;
    OMNI_TRY(read_parameters(&given, parameters, err));
    if (given.name != NULL) {
        OMNI_TRY(omni_reference_name_parse(&name, given.name, buffer, err));
        request.name = &name;
    }
    request.backend = given.backend;
    request.time = omni_time_of_calendar(given.time);
    request.purpose = given.purpose;
    request.max_depth = given.max_depth;
    request.flags = given.options;
    request.security_level = given.security_level;
    request.verifier = given.verifier;
    request.pins = given.pins;
    request.pin_count = given.pin_count;
    request.max_certificates = given.max_certificates;
    request.max_bytes = given.max_bytes;
    for (size_t i = 0; i < chain_count; i++)
        request.chain_bytes += chain[i] != NULL ? chain[i]->x509.der.size : 0;
    OMNI_TRY(omni_policy_list(given.policies, given.policy_count, &policies, &request.policies.size,
                              err));
    request.policies.data = policies;
    omni_trust_seal(trust);
    status = judge(&request,
                   (otls_slice){.data = given.ocsp_response, .size = given.ocsp_response_size},
                   (otls_slice){.data = given.ocsp_nonce, .size = given.ocsp_nonce_size}, out, err);
    omni_free(policies);
    return status;
}

uint32_t otls_verdict_flags(const otls_verdict *verdict)
{
    return verdict->flags;
}

int32_t otls_verdict_depth(const otls_verdict *verdict)
{
    return verdict->depth;
}

int otls_verdict_alert(const otls_verdict *verdict)
{
    return verdict->flags != 0 ? verdict->alert : -1;
}

const char *otls_verdict_text(const otls_verdict *verdict)
{
    return omni_verdict_text(verdict);
}

const char *otls_verdict_rule(const otls_verdict *verdict)
{
    return verdict->flags != 0 && verdict->rule != NULL ? verdict->rule : "";
}

const char *otls_verdict_advice(const otls_verdict *verdict)
{
    return verdict->flags != 0 && verdict->advice != NULL ? verdict->advice : "";
}

void otls_verdict_work(const otls_verdict *verdict, otls_verify_work *out)
{
    const otls_verify_work work = {.size = out->size,
                                   .signatures = verdict->signatures,
                                   .expansions = verdict->expansions,
                                   .name_comparisons = verdict->name_comparisons,
                                   .signatures_max = verdict->signatures_max,
                                   .expansions_max = OMNI_PATH_EXPANSION_MAX,
                                   .name_comparisons_max = OMNI_PATH_NAME_CHECK_MAX};

    memcpy(out, &work, out->size < sizeof(work) ? out->size : sizeof(work));
}

size_t otls_verdict_chain_count(const otls_verdict *verdict)
{
    return omni_chain_count(verdict->chain);
}

const otls_certificate *otls_verdict_chain(const otls_verdict *verdict, size_t index)
{
    return omni_chain_at(verdict->chain, index);
}

/* A resumed session brings the verified chain alone. */
size_t otls_verdict_path_count(const otls_verdict *verdict)
{
    return omni_chain_count(verdict->path != NULL ? verdict->path : verdict->chain);
}

const otls_certificate *otls_verdict_path(const otls_verdict *verdict, size_t index)
{
    return omni_chain_at(verdict->path != NULL ? verdict->path : verdict->chain, index);
}

uint32_t otls_verdict_path_flags(const otls_verdict *verdict, size_t index)
{
    return index < omni_chain_count(verdict->path) ? verdict->path_flags[index] : 0;
}

size_t otls_verdict_policy_count(const otls_verdict *verdict)
{
    return verdict->policy_count;
}

const char *otls_verdict_policy(const otls_verdict *verdict, size_t index)
{
    return index < verdict->policy_count ? verdict->policies + index * OMNI_OID_TEXT_MAX : NULL;
}

void otls_verdict_free(otls_verdict *verdict)
{
    if (verdict == NULL)
        return;
    omni_verdict_clear(verdict);
    omni_free(verdict);
}
