/* SPDX-License-Identifier: MIT */
/* omnitls/verify.h's settings of a context: the switches of the verifier, for the chains of its peers. */
#include "context/context.h"

#include "base/base.h"

/* About names; they have setters of their own. */
static const uint32_t name_options =
    OTLS_VERIFY_OPTION_COMMON_NAME | OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS;
static const uint32_t chain_options = OTLS_VERIFY_OPTION_PARTIAL_CHAIN | OTLS_VERIFY_OPTION_STRICT |
                                      OTLS_VERIFY_OPTION_TRUSTED_FIRST |
                                      OTLS_VERIFY_OPTION_CRL_LEAF | OTLS_VERIFY_OPTION_CRL_CHAIN |
                                      OTLS_VERIFY_OPTION_EXPLICIT_POLICY |
                                      OTLS_VERIFY_OPTION_INHIBIT_ANY |
                                      OTLS_VERIFY_OPTION_INHIBIT_MAPPING |
                                      OTLS_VERIFY_OPTION_ANCHOR_POLICIES | OTLS_VERIFY_OPTION_WEBPKI;

/* ---- what is demanded of chains, and nothing is held to while none is verified ---- */

static const uint32_t demanding_options =
    OTLS_VERIFY_OPTION_CRL_LEAF | OTLS_VERIFY_OPTION_CRL_CHAIN | OTLS_VERIFY_OPTION_EXPLICIT_POLICY;

static const char *demand_of_options(uint32_t options)
{
    return (options & OTLS_VERIFY_OPTION_EXPLICIT_POLICY) != 0 ? "a certificate policy"
           : (options & demanding_options) != 0                ? "revocation lists"
                                                               : NULL;
}

static const char *demand_of(const omni_verdict_settings *verdict)
{
    return verdict->pin_count != 0               ? "pins"
           : verdict->ocsp == OTLS_OCSP_REQUIRED ? "a stapled OCSP response"
           : verdict->policies_size != 0         ? "a certificate policy"
                                                 : demand_of_options(verdict->options);
}

otls_status omni_context_may_demand(const otls_context *context, const char *what, otls_error *err)
{
    if (what == NULL || context->role == OTLS_SERVER || !context->settings.verdict.no_verify)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET,
                     "no chain is held to %s while nothing is verified: set the verify mode to REQUIRED "
                     "first",
                     what);
}

otls_status omni_context_demands_nothing(const otls_context *context, otls_error *err)
{
    const char *const what = demand_of(&context->settings.verdict);

    return what == NULL ? OTLS_OK
                        : omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                                    "the context demands %s, which nothing would be held to: take that away "
                                    "first",
                                    what);
}

/* ---- setters ---- */

otls_status otls_context_set_verify_flags(otls_context *context, uint32_t options, otls_error *err)
{
    uint32_t *own = &context->settings.verdict.options;

    OMNI_TRY(omni_context_unsealed(context, err));
    if ((options & ~chain_options) != 0)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                         (options & name_options) != 0
                             ? "0x%x: how names are matched has setters of its own"
                             : "0x%x has bits that are no verify flag",
                         (unsigned)options);
    OMNI_TRY(omni_context_may_demand(context, demand_of_options(options), err));
    *own = (*own & name_options) | options;
    return OTLS_OK;
}

uint32_t otls_context_verify_flags(const otls_context *context)
{
    return (context->settings.verdict.options & chain_options) | OTLS_VERIFY_OPTION_TRUSTED_FIRST;
}

static otls_status set_option(otls_context *context, uint32_t option, bool on, otls_error *err)
{
    uint32_t *own = &context->settings.verdict.options;

    OMNI_TRY(omni_context_unsealed(context, err));
    *own = on ? *own | option : *own & ~option;
    return OTLS_OK;
}

otls_status otls_context_set_common_name_fallback(otls_context *context, bool on, otls_error *err)
{
    return set_option(context, OTLS_VERIFY_OPTION_COMMON_NAME, on, err);
}

bool otls_context_common_name_fallback(const otls_context *context)
{
    return (context->settings.verdict.options & OTLS_VERIFY_OPTION_COMMON_NAME) != 0;
}

otls_status otls_context_set_partial_wildcards(otls_context *context, bool on, otls_error *err)
{
    return set_option(context, OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS, on, err);
}

bool otls_context_partial_wildcards(const otls_context *context)
{
    return (context->settings.verdict.options & OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS) != 0;
}

otls_status otls_context_set_check_hostname(otls_context *context, bool on, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (!on)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a client always matches the name; see omnitls/insecure.h");
    if (context->role == OTLS_SERVER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a server has no name to match its clients with");
    if (context->settings.verdict.no_verify)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET,
                         "no name is matched while nothing is verified: set the verify mode to "
                         "REQUIRED first");
    context->settings.verdict.no_name_check = false;
    return OTLS_OK;
}

bool otls_context_check_hostname(const otls_context *context)
{
    const omni_settings *settings = &context->settings;

    return context->role != OTLS_SERVER && !settings->verdict.no_verify && !settings->verdict.no_name_check;
}

otls_status otls_context_set_verify_purpose(otls_context *context, int purpose, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (purpose < 0 || purpose > OTLS_PURPOSE_ANY)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no purpose", purpose);
    context->settings.verdict.purpose = purpose;
    return OTLS_OK;
}

otls_status otls_context_set_verifier(otls_context *context, int verifier, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (verifier != OTLS_VERIFIER_UNIFORM && verifier != OTLS_VERIFIER_ENGINE)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no verifier", verifier);
    if (verifier == OTLS_VERIFIER_ENGINE)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_ENGINE_VERIFIER, err));
    context->settings.verdict.verifier = verifier;
    return OTLS_OK;
}

int otls_context_verifier(const otls_context *context)
{
    return context->settings.verdict.verifier;
}

otls_status otls_context_set_pins(otls_context *context, const uint8_t *pins, size_t count,
                                  otls_error *err)
{
    uint8_t *copy = NULL;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (pins == NULL && count != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "pins are counted but not given");
    OMNI_TRY(omni_context_may_demand(context, count != 0 ? "pins" : NULL, err));
    if (count > OTLS_PINS_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "%zu pins, at most %d are allowed",
                         count, OTLS_PINS_MAX);
    if (count != 0) {
        copy = omni_memdup(pins, count * OMNI_PIN_SIZE);
        if (copy == NULL)
            return omni_fail_nomem(err);
    }
    omni_free(context->settings.verdict.pins);
    context->settings.verdict.pins = copy;
    context->settings.verdict.pin_count = count;
    return OTLS_OK;
}

otls_status otls_context_set_policies(otls_context *context, const char *const *policies,
                                      size_t count, otls_error *err)
{
    omni_verdict_settings *own;
    uint8_t *list;
    size_t size;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_context_may_demand(context, count != 0 ? "a certificate policy" : NULL, err));
    OMNI_TRY(omni_policy_list(policies, count, &list, &size, err));
    own = &context->settings.verdict;
    omni_free(own->policies);
    own->policies = list;
    own->policies_size = size;
    return OTLS_OK;
}

otls_status otls_context_set_chain_limits(otls_context *context, size_t certificates, size_t bytes,
                                          otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (certificates > OTLS_CHAIN_CERTIFICATES_MAX || bytes > OTLS_CHAIN_BYTES_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "at most %d certificates and %d bytes can be permitted",
                         OTLS_CHAIN_CERTIFICATES_MAX, OTLS_CHAIN_BYTES_MAX);
    if ((certificates > OTLS_CHAIN_CERTIFICATES || bytes > OTLS_CHAIN_BYTES) &&
        otls_backend_supports(context->backend, OTLS_FEATURE_LONG_CHAINS, NULL) != OTLS_YES)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_LONG_CHAINS);
    context->settings.verdict.max_certificates = (uint32_t)certificates;
    context->settings.verdict.max_bytes = (uint32_t)bytes;
    return OTLS_OK;
}

int otls_context_verify_depth(const otls_context *context)
{
    return context->settings.verdict.verify_depth;
}

otls_trust *otls_context_trust(const otls_context *context)
{
    return context->settings.verdict.trust;
}
