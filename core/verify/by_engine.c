/* SPDX-License-Identifier: MIT */
/*
 * OTLS_VERIFIER_ENGINE: the engine decides about the chain; its answer comes back in our flags.
 * What no engine's verifier is asked about stays ours: the name, the pins, the security level of
 * its own is the engine's. The path is found by our search, because two engines have none to give;
 * what is wrong with it is the engine's answer. The chain is left empty when our rules find no path
 * where the engine found one.
 */
#include "verify/by_engine.h"

#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

/* What modules of the first ABI know of; more are core's own business. */
enum { ENGINE_CHAIN_MAX = 32 };

typedef struct engine_input {
    otls_slice *slices; /* anchors, CRLs, chain; one block */
    size_t anchor_count, crl_count, chain_count;
} engine_input;

static otls_status make_input(const omni_verify_request *request, engine_input *input,
                              otls_error *err)
{
    const otls_trust *trust = request->trust;
    size_t at = 0;

    input->anchor_count = trust != NULL ? trust->anchor_count : 0;
    input->crl_count = trust != NULL ? trust->crl_count : 0;
    input->slices = omni_calloc(input->anchor_count + input->crl_count + request->chain_count,
                                sizeof(*input->slices));
    if (input->slices == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; trust != NULL && i < trust->anchor_count; i++)
        if (omni_anchor_is_for(&trust->anchors[i], request->purpose))
            input->slices[at++] = trust->anchors[i].der;
    input->anchor_count = at;
    for (size_t i = 0; trust != NULL && i < trust->crl_count; i++)
        if (!trust->crls[i]->delta) /* no engine is told what they change */
            input->slices[at++] = trust->crls[i]->der;
    input->crl_count = at - input->anchor_count;
    for (size_t i = 0; i < request->chain_count; i++)
        input->slices[at++] = request->chain[i]->x509.der;
    input->chain_count = request->chain_count;
    return OTLS_OK;
}

static otls_status ask(const omni_verify_request *request, const engine_input *input,
                       uint32_t *flags, int32_t *depth, otls_error *err)
{
    const otls_backend_module *module = OMNI_MODULE(request->backend);
    const otls_certificate_ops *ops = OMNI_HAS(module, certificate) ? module->certificate : NULL;
    const bool server = request->purpose == OTLS_PURPOSE_SERVER;
    const bool client = request->purpose == OTLS_PURPOSE_CLIENT;
    const otls_engine_verify_request asked = {
        .size = sizeof(asked),
        .anchors = input->slices,
        .anchor_count = input->anchor_count,
        .crls = input->slices + input->anchor_count,
        .crl_count = input->crl_count,
        .chain = input->slices + input->anchor_count + input->crl_count,
        .chain_count = input->chain_count,
        .time = request->time,
        .depth = request->max_depth >= 0 ? request->max_depth : OMNI_VERIFY_DEFAULT_DEPTH,
        .server_purpose = server,
        .purpose = server   ? OTLS_PURPOSE_SERVER
                   : client ? OTLS_PURPOSE_CLIENT
                            : OTLS_PURPOSE_ANY,
        .partial_chain = (request->flags & OTLS_VERIFY_OPTION_PARTIAL_CHAIN) != 0,
        .crl_check = request->flags & OTLS_VERIFY_OPTION_CRL_CHAIN  ? OTLS_CRL_CHECK_CHAIN
                     : request->flags & OTLS_VERIFY_OPTION_CRL_LEAF ? OTLS_CRL_CHECK_LEAF
                                                                    : OTLS_CRL_CHECK_NONE,
    };
    otls_error native = OTLS_ERROR_INIT;
    otls_status status;

    if (ops == NULL || !OMNI_HAS(ops, verify_chain))
        return omni_fail_unsupported(err, request->backend, OTLS_FEATURE_ENGINE_VERIFIER);
    /* a verdict without memory is none: what could not be decoded, or was not looked at, goes into its flags */
    status = OMNI_ENGINE_GET(&native, ops->verify_chain(&asked, flags, depth, &native));
    if (status != OTLS_OK)
        omni_error_give(err, &native);
    return status;
}

/* The engine's flags, gravest first as everywhere. */
static void add_flags(omni_findings *findings, uint32_t flags, int32_t depth,
                      const omni_verify_request *request)
{
    const bool known = depth >= 0 && (size_t)depth < request->chain_count;
    const otls_certificate *cert = known ? request->chain[depth] : NULL;

    for (uint32_t bit = 1; bit != 0 && flags != 0; bit <<= 1)
        if (flags & bit)
            omni_findings_add(findings, bit, depth, cert, NULL);
}

static otls_status add_pins(const omni_verify_request *request, const otls_verdict *verdict,
                            omni_findings *findings, otls_error *err)
{
    bool match = false;

    if (request->pins == NULL || request->pin_count == 0)
        return OTLS_OK;
    OMNI_TRY(omni_pins_match(request, request->chain[0], &match, err));
    for (size_t i = 0; i < omni_chain_count(verdict->chain) && !match; i++)
        OMNI_TRY(omni_pins_match(request, verdict->chain->at[i], &match, err));
    if (!match)
        omni_findings_add(findings, OTLS_VERIFY_PIN_MISMATCH, 0, request->chain[0], NULL);
    return OTLS_OK;
}

static otls_status add_ours(const omni_verify_request *request, otls_verdict *verdict,
                            omni_findings *findings, otls_error *err)
{
    const unsigned flags = omni_verify_match_flags(request);
    omni_verify_request search = *request;

    if (request->name != NULL && !omni_host_name_matches(&request->chain[0]->x509, request->name, flags))
        omni_findings_add(findings, OTLS_VERIFY_NAME_MISMATCH, 0, request->chain[0], NULL);
    search.verifier = OTLS_VERIFIER_UNIFORM;
    search.name = NULL;
    search.pins = NULL;
    OMNI_TRY(omni_verify_chain(&search, verdict, err));
    /* no engine is asked for policies; where none of ours is found, none is known to be valid */
    if (omni_verify_asks_policies(request) &&
        ((verdict->flags & OTLS_VERIFY_POLICY) != 0 ||
         (verdict->flags != 0 && (request->flags & OTLS_VERIFY_OPTION_EXPLICIT_POLICY) != 0)))
        omni_findings_add(findings, OTLS_VERIFY_POLICY, 0, request->chain[0], NULL);
    return add_pins(request, verdict, findings, err);
}

/* Of the path that our search found the causes are the engine's: none may be left out, and what it
 * counts further down than the path goes is told of the path's end. */
static void tell_path(const omni_findings *findings, otls_verdict *verdict)
{
    const size_t count = omni_chain_count(verdict->path);

    if (count == 0)
        return;
    memset(verdict->path_flags, 0, count * sizeof(verdict->path_flags[0]));
    for (size_t i = 0; i < OMNI_VERIFY_CHAIN_MAX; i++)
        verdict->path_flags[i < count ? i : count - 1] |= findings->at[i];
}

/* As after every refusal: which policies the path would be good for is nobody's business. */
static void drop_policies(otls_verdict *verdict)
{
    if (verdict->flags == 0)
        return;
    omni_free(verdict->policies);
    verdict->policies = NULL;
    verdict->policy_count = 0;
}

otls_status omni_verify_by_engine(const omni_verify_request *request, otls_verdict *verdict,
                                  otls_error *err)
{
    engine_input input = {.slices = NULL};
    omni_findings findings = {.depth = -1};
    uint32_t flags = 0;
    int32_t depth = -1;
    otls_status status;

    if (request->chain_count > ENGINE_CHAIN_MAX) {
        omni_findings_add(&findings, OTLS_VERIFY_LIMIT, 0, NULL,
                          "more than 32 certificates were presented, which no engine's verifier is given");
        omni_findings_report(&findings, verdict);
        return OTLS_OK;
    }
    status = make_input(request, &input, err);
    if (status == OTLS_OK)
        status = ask(request, &input, &flags, &depth, err);
    omni_free(input.slices);
    if (status != OTLS_OK)
        return status;
    add_flags(&findings, flags, depth, request);
    status = add_ours(request, verdict, &findings, err);
    if (status != OTLS_OK) {
        omni_verdict_clear(verdict);
        return status;
    }
    omni_findings_report(&findings, verdict);
    tell_path(&findings, verdict);
    drop_policies(verdict);
    return OTLS_OK;
}
